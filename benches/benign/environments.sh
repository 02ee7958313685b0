#!/usr/bin/env bash
# Makes the virtual environments in which the benign files are written, from PyPI, wheels only.
#   benches/benign/environments.sh DIR
# Needs the interpreters python2.7, python3.7 to python3.13 in PATH; an environment whose interpreter is missing is left out.
set -uo pipefail
folder=${1:?usage: environments.sh DIR}
mkdir -p "$folder"

# environment NAME PYTHON PACKAGE...: what cannot be installed is said, and the rest goes on.
environment() {
    local name=$1 python=python$2
    shift 2
    command -v "$python" > /dev/null || { echo "$name: no $python in PATH" >&2; return; }
    if [ ! -d "$folder/$name" ]; then
        "$python" -m venv "$folder/$name" 2> /dev/null || "$python" -m virtualenv -q "$folder/$name" || return
    fi
    "$folder/$name/bin/pip" install -q --no-cache-dir --only-binary=:all: "$@" || echo "$name: not installed: $*" >&2
}

environment latest 3.13 numpy scipy pandas scikit-learn joblib lz4 python-dateutil pytz
environment sklearn-0.22 3.7 numpy==1.17.5 scipy==1.4.1 pandas==0.25.3 scikit-learn==0.22.2 joblib==0.14.1
environment sklearn-0.24 3.8 numpy==1.19.5 scipy==1.5.4 pandas==1.1.5 scikit-learn==0.24.2 joblib==1.0.1 xgboost==1.3.3 \
    lightgbm==3.1.1 lz4
environment sklearn-1.0 3.9 numpy==1.21.6 scipy==1.7.3 pandas==1.3.5 scikit-learn==1.0.2 joblib==1.1.0 xgboost==1.5.2 \
    lightgbm==3.3.2 catboost==1.0.6 lz4
environment sklearn-1.2 3.10 numpy==1.23.5 scipy==1.9.3 pandas==1.5.3 scikit-learn==1.2.2 joblib==1.2.0
environment sklearn-1.3 3.11 numpy==1.26.4 scipy==1.11.4 pandas==2.1.4 scikit-learn==1.3.2 joblib==1.3.2 xgboost==2.0.3 \
    lightgbm==4.1.0 lz4
environment sklearn-1.5 3.12 numpy==2.0.2 scipy==1.13.1 pandas==2.2.3 scikit-learn==1.5.2 skops xgboost lightgbm catboost lz4
environment python2 2.7 numpy==1.16.6 scipy==1.2.3 pandas==0.24.2 scikit-learn==0.20.4
environment libraries-a 3.12 'numpy<2.3' pandas scikit-learn statsmodels imbalanced-learn nltk gensim networkx sympy \
    transformers tokenizers shap category_encoders xgboost lightgbm
environment torch-1.12 3.9 numpy==1.23.5 torch==1.12.1 torchvision==0.13.1 scikit-learn==1.1.3
environment torch-2.7 3.12 'numpy<2.3' torch==2.7.1 torchvision timm pytorch-lightning transformers accelerate omegaconf \
    safetensors peft

# Each library for itself: one that has no wheel must not keep the others out.
environment libraries-b 3.11 numpy pandas scikit-learn
for package in hdbscan umap-learn hmmlearn lifelines pyod pmdarima prophet sktime river mlxtend feature-engine ngboost spacy \
    faiss-cpu xarray shapely geopandas pendulum attrs pydantic dill cloudpickle scikit-surprise mlflow-skinny; do
    environment libraries-b 3.11 "$package"
done
environment unseen 3.11 'numpy<2.3' pandas scikit-learn xgboost lightgbm torch==2.7.1
for package in scikit-survival tslearn pytorch-tabnet skorch sentence-transformers torch_geometric monai ultralytics \
    opencv-python-headless segmentation-models-pytorch torchmetrics gpytorch stable-baselines3 econml interpret kmodes \
    scikit-optimize optuna hyperopt deap pgmpy gplearn scikit-image Pillow polars pyarrow dask statsforecast sklearn-crfsuite \
    keras jax flax optax metric-learn imodels skrub MAPIE linearmodels arch diffusers openai-whisper pyro-ppl astropy yacs \
    easydict addict munch python-box ml_collections textblob rank_bm25 hnswlib implicit kornia albumentations captum lightning \
    nevergrad filterpy ruptures fastai pytorch-metric-learning pulp tabpfn pykeen bertopic; do
    environment unseen 3.11 "$package"
done
