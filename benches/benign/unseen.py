"""Pickles of libraries that the table of names had not seen when it was measured: unseen.py OUTDIR [SECTION...]"""

import os

import numpy as np
import pandas as pd

from write import checkpoint, checkpoints, items, out, save, section

rs = np.random.RandomState(0)
X = rs.rand(60, 4)
y = np.arange(60) % 2
yr = rs.rand(60)
FITS = ((X, y), (X, yr), (X,))


@section
def sksurv():
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.ensemble import RandomSurvivalForest
    from sksurv.tree import SurvivalTree

    yy = np.array([(bool(a), b + 1) for a, b in zip(y, yr)], dtype=[("e", "?"), ("t", "f8")])
    items(
        "sksurv",
        dict(
            cox=lambda: CoxPHSurvivalAnalysis().fit(X, yy),
            rf=lambda: RandomSurvivalForest(3).fit(X, yy),
            t=lambda: SurvivalTree().fit(X, yy),
        ),
    )


@section
def tslearn():
    from tslearn.clustering import TimeSeriesKMeans
    from tslearn.neighbors import KNeighborsTimeSeriesClassifier

    items(
        "tslearn",
        dict(
            k=lambda: TimeSeriesKMeans(2, max_iter=2).fit(X.reshape(15, 16, 1)),
            n=lambda: KNeighborsTimeSeriesClassifier().fit(X.reshape(15, 16, 1), y[:15]),
        ),
    )


@section
def tabnet():
    from pytorch_tabnet.tab_model import TabNetClassifier

    items("pytorch_tabnet", dict(f=lambda: TabNetClassifier(verbose=0)))
    m = TabNetClassifier(verbose=0)
    m.fit(X, y, max_epochs=1, batch_size=32, virtual_batch_size=16)
    save("pytorch_tabnet", "fit", m)
    checkpoint("pytorch_tabnet", "net", m.network)


@section
def skorch():
    import torch, torch.nn as nn
    from skorch import NeuralNetClassifier

    global M

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.l = nn.Linear(4, 2)

        def forward(self, x):
            return torch.softmax(self.l(x), -1)

    M.__qualname__ = "M"
    items("skorch", dict(n=lambda: NeuralNetClassifier(M, max_epochs=1, verbose=0).fit(X.astype("f4"), y.astype("i8"))))


@section
def sbert():
    from sentence_transformers import SentenceTransformer, models

    checkpoints(
        "sentence_transformers",
        dict(
            pool=lambda: models.Pooling(8),
            dense=lambda: models.Dense(8, 4),
            st=lambda: SentenceTransformer(modules=[models.Pooling(8), models.Normalize()]),
        ),
    )


@section
def pyg():
    import torch
    from torch_geometric.nn import GCNConv, GATConv, SAGEConv, GIN
    from torch_geometric.data import Data, HeteroData, Batch

    d = Data(x=torch.rand(3, 2), edge_index=torch.tensor([[0, 1], [1, 2]]))
    checkpoints(
        "torch_geometric",
        dict(
            data=lambda: d,
            gcn=lambda: GCNConv(2, 3),
            gat=lambda: GATConv(2, 3),
            gin=lambda: GIN(2, 3, 2),
            batch=lambda: Batch.from_data_list([d, d]),
            het=lambda: HeteroData(),
            sage=lambda: SAGEConv(2, 3),
        ),
    )


@section
def monai():
    import monai
    from monai.networks.nets import UNet
    from monai.transforms import Compose, ScaleIntensity, RandFlip, EnsureChannelFirst

    checkpoints(
        "monai",
        dict(
            unet=lambda: UNet(2, 1, 1, (4, 8), (2,)),
            tr=lambda: Compose([ScaleIntensity(), RandFlip(), EnsureChannelFirst()]),
            loss=lambda: monai.losses.DiceLoss(),
        ),
    )


@section
def ultra():
    from ultralytics.nn.tasks import DetectionModel, ClassificationModel, SegmentationModel
    from ultralytics.utils import DEFAULT_CFG

    checkpoints(
        "ultralytics",
        dict(
            ck=lambda: {
                "model": DetectionModel("yolov8n.yaml", nc=2, verbose=False).half(),
                "ema": None,
                "train_args": vars(DEFAULT_CFG),
                "date": "2024-01-01",
                "version": "8",
                "license": "AGPL-3.0 License (https://ultralytics.com/license)",
            },
            cls=lambda: ClassificationModel("yolov8n-cls.yaml", nc=2, verbose=False),
            v11=lambda: DetectionModel("yolo11n.yaml", nc=2, verbose=False),
            cfg=lambda: DEFAULT_CFG,
            seg=lambda: SegmentationModel("yolov8n-seg.yaml", nc=2, verbose=False),
        ),
    )


@section
def smp():
    import segmentation_models_pytorch as smp

    checkpoints(
        "smp",
        dict(
            u=lambda: smp.Unet("timm-mobilenetv3_small_minimal_100", encoder_weights=None),
            f=lambda: smp.FPN("mobilenet_v2", encoder_weights=None),
            l=lambda: smp.losses.DiceLoss("binary"),
        ),
    )


@section
def tmetrics():
    import torchmetrics as tm

    checkpoints(
        "torchmetrics",
        dict(
            a=lambda: tm.Accuracy("binary"),
            f=lambda: tm.F1Score("multiclass", num_classes=3),
            c=lambda: tm.MetricCollection([tm.MeanSquaredError()]),
            m=lambda: tm.MeanMetric(),
            conf=lambda: tm.ConfusionMatrix("binary"),
        ),
    )


@section
def gpy():
    import gpytorch

    checkpoints(
        "gpytorch",
        dict(
            k=lambda: gpytorch.kernels.ScaleKernel(gpytorch.kernels.RBFKernel()),
            l=lambda: gpytorch.likelihoods.GaussianLikelihood(),
            m=lambda: gpytorch.means.ConstantMean(),
        ),
    )


@section
def sb3():
    from stable_baselines3 import PPO, DQN
    import gymnasium as gym

    d = os.path.join(out, "sb3")
    os.makedirs(d, exist_ok=True)
    PPO("MlpPolicy", "CartPole-v1", n_steps=8, batch_size=8).learn(8).save(d + "/ppo.zip")
    DQN("MlpPolicy", "CartPole-v1", buffer_size=10).save(d + "/dqn.zip")
    checkpoints("sb3", dict(pol=lambda: PPO("MlpPolicy", "CartPole-v1").policy))
    items(
        "sb3",
        dict(
            space=lambda: gym.spaces.Dict(a=gym.spaces.Box(0, 1, (2,)), b=gym.spaces.Discrete(3)),
            spec=lambda: gym.make("CartPole-v1").spec,
        ),
    )


@section
def econml():
    from econml.dml import LinearDML

    items("econml", dict(l=lambda: LinearDML(discrete_treatment=True).fit(yr, y, X=X)))


@section
def interpret():
    from interpret.glassbox import ExplainableBoostingClassifier

    items("interpret", dict(e=lambda: ExplainableBoostingClassifier(max_rounds=3, n_jobs=1).fit(X, y)))


@section
def kmodes():
    from kmodes.kmodes import KModes

    items("kmodes", dict(k=lambda: KModes(2).fit((X * 3).astype(int))))


@section
def skopt():
    import skopt

    items(
        "skopt",
        dict(
            s=lambda: skopt.Space([(0.0, 1.0), (1, 5), ["a", "b"]]),
            o=lambda: skopt.Optimizer([(0.0, 1.0)]),
            r=lambda: skopt.gp_minimize(sum, [(0.0, 1.0)], n_calls=3, n_initial_points=2),
        ),
    )


@section
def optuna():
    import optuna

    optuna.logging.set_verbosity(0)

    def st():
        s = optuna.create_study()
        s.optimize(lambda t: t.suggest_float("x", 0, 1) + len(t.suggest_categorical("c", ["a", "b"])), n_trials=3)
        return s

    items(
        "optuna",
        dict(
            s=st,
            sampler=lambda: optuna.samplers.TPESampler(seed=1),
            pr=lambda: optuna.pruners.MedianPruner(),
            tr=lambda: st().trials,
        ),
        joblibs=[0, 3],
    )


@section
def hyperopt():
    import hyperopt

    def t():
        tr = hyperopt.Trials()
        hyperopt.fmin(
            lambda x: x**2,
            hyperopt.hp.uniform("x", -1, 1),
            algo=hyperopt.rand.suggest,
            max_evals=3,
            trials=tr,
            show_progressbar=False,
        )
        return tr

    items("hyperopt", dict(t=t, sp=lambda: hyperopt.hp.choice("a", [1, 2])))


@section
def deap():
    from deap import gp, base, creator, tools
    import operator

    creator.create("FitnessMax", base.Fitness, weights=(1.0,))
    creator.create("Ind", list, fitness=creator.FitnessMax)

    def p():
        ps = gp.PrimitiveSet("MAIN", 1)
        ps.addPrimitive(operator.add, 2)
        return ps

    items(
        "deap",
        dict(
            i=lambda: creator.Ind([1, 2]),
            lb=lambda: tools.Logbook(),
            hof=lambda: tools.HallOfFame(1),
            tree=lambda: gp.PrimitiveTree(gp.genFull(p(), 1, 2)),
        ),
    )


@section
def pgmpy():
    from pgmpy.models import DiscreteBayesianNetwork

    items("pgmpy", dict(b=lambda: DiscreteBayesianNetwork([("a", "b")])))


@section
def gplearn():
    from gplearn.genetic import SymbolicRegressor

    items("gplearn", dict(r=lambda: SymbolicRegressor(population_size=20, generations=2, tournament_size=5).fit(X, yr)))


@section
def bertopic():
    from bertopic.vectorizers import ClassTfidfTransformer

    items("bertopic", dict(c=lambda: ClassTfidfTransformer()))


@section
def skimage():
    import skimage.transform as t, skimage.measure as m

    items(
        "skimage",
        dict(
            a=lambda: t.AffineTransform(scale=(1, 2)), p=lambda: t.PiecewiseAffineTransform(), r=lambda: m.LineModelND()
        ),
    )


@section
def pil():
    from PIL import Image

    items("pil", dict(i=lambda: Image.new("RGB", (3, 3)), p=lambda: Image.new("P", (3, 3))))


@section
def polars():
    import polars as pl

    items(
        "polars",
        dict(
            d=lambda: pl.DataFrame({"a": [1]}),
            s=lambda: pl.Series([1]),
            e=lambda: pl.col("a") + 1,
            t=lambda: pl.Int64(),
        ),
    )


@section
def pyarrow():
    import pyarrow as pa

    items(
        "pyarrow",
        dict(
            t=lambda: pa.table({"a": [1]}),
            a=lambda: pa.array([1, None]),
            s=lambda: pa.schema([("a", pa.int64())]),
            dt=lambda: [pa.string(), pa.list_(pa.int8())],
            pdts=lambda: pd.Series([1, 2], dtype="int64[pyarrow]"),
            pds=lambda: pd.Series(["a"], dtype="string[pyarrow]"),
            ch=lambda: pa.chunked_array([[1], [2]]),
        ),
    )


@section
def dask():
    import dask.array as da, dask.dataframe as dd, dask

    items(
        "dask",
        dict(
            a=lambda: da.ones(3),
            d=lambda: dd.from_pandas(pd.DataFrame({"a": [1]}), 1),
            de=lambda: dask.delayed(sum)([1]),
        ),
    )


@section
def statsforecast():
    from statsforecast import StatsForecast
    from statsforecast.models import AutoARIMA, Naive

    df = pd.DataFrame({"unique_id": 1, "ds": pd.date_range("2020", periods=60), "y": yr})
    items(
        "statsforecast",
        dict(n=lambda: Naive().fit(yr), a=lambda: AutoARIMA().fit(yr), s=lambda: StatsForecast([Naive()], "D").fit(df)),
    )


@section
def crf():
    import sklearn_crfsuite

    items(
        "sklearn_crfsuite",
        dict(c=lambda: sklearn_crfsuite.CRF(max_iterations=2).fit([[{"a": "1"}, {"a": "2"}]], [["x", "y"]])),
    )


@section
def keras():
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    items(
        "keras",
        dict(
            m=lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]),
            opt=lambda: keras.optimizers.Adam(),
            l=lambda: keras.losses.MeanSquaredError(),
            cfg=lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).get_config(),
            w=lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).get_weights(),
            tok=lambda: keras.callbacks.History(),
        ),
    )


@section
def jaxs():
    import jax, jax.numpy as jnp, flax, optax
    import flax.linen as nn

    items(
        "jax",
        dict(
            a=lambda: jnp.ones(3),
            k=lambda: jax.random.PRNGKey(0),
            p=lambda: nn.Dense(2).init(jax.random.PRNGKey(0), jnp.ones((1, 3))),
            o=lambda: optax.adam(0.1).init({"w": jnp.ones(2)}),
            bf=lambda: np.asarray(jnp.ones(2, jnp.bfloat16)),
            tree=lambda: jax.tree_util.tree_structure({"a": 1}),
            fd=lambda: flax.core.freeze({"a": 1}),
        ),
    )


@section
def metric_learn():
    from metric_learn import NCA

    items("metric_learn", dict(l=lambda: NCA(max_iter=2).fit(X, y)))


@section
def imodels():
    import imodels

    items(
        "imodels",
        dict(
            r=lambda: imodels.FIGSClassifier(max_rules=3).fit(X, y),
            s=lambda: imodels.GreedyRuleListClassifier().fit(X, y),
        ),
    )


@section
def skrub():
    import skrub

    items(
        "skrub",
        dict(
            t=lambda: skrub.TableVectorizer().fit(pd.DataFrame({"a": ["x", "y"] * 10, "b": range(20)})),
            m=lambda: skrub.MinHashEncoder(),
        ),
    )


@section
def mapie():
    import sklearn.linear_model as lm
    from mapie.regression import SplitConformalRegressor

    items("mapie", dict(m=lambda: SplitConformalRegressor(lm.LinearRegression(), prefit=False).fit(X, yr)))


@section
def linearmodels():
    from linearmodels.iv import IV2SLS

    items("linearmodels", dict(i=lambda: IV2SLS(yr, X[:, :1], X[:, 1:2], X[:, 2:]).fit()))


@section
def arch():
    from arch import arch_model

    items("arch", dict(a=lambda: arch_model(yr).fit(disp="off")))


@section
def diffusers():
    import diffusers

    checkpoints(
        "diffusers",
        dict(
            s=lambda: diffusers.DDIMScheduler(),
            u=lambda: diffusers.UNet2DModel(
                8,
                block_out_channels=(32, 32),
                down_block_types=("DownBlock2D", "DownBlock2D"),
                up_block_types=("UpBlock2D", "UpBlock2D"),
            ),
            p=lambda: diffusers.PNDMScheduler(),
            e=lambda: diffusers.training_utils.EMAModel([]),
        ),
    )


@section
def whisper():
    import whisper

    checkpoints(
        "whisper",
        dict(
            d=lambda: whisper.model.ModelDimensions(80, 10, 8, 2, 1, 20, 10, 8, 2, 1),
            m=lambda: whisper.model.Whisper(whisper.model.ModelDimensions(80, 10, 8, 2, 1, 20, 10, 8, 2, 1)),
        ),
    )


@section
def pyro():
    import pyro, pyro.distributions as d

    checkpoints(
        "pyro", dict(n=lambda: d.Normal(0.0, 1.0), nn=lambda: pyro.nn.PyroModule[__import__("torch").nn.Linear](2, 3))
    )


@section
def astropy():
    import astropy.units as u, astropy.time as t, astropy.table as tb

    items("astropy", dict(q=lambda: 3 * u.m, t=lambda: t.Time("2020-01-01"), tb=lambda: tb.Table({"a": [1]})))


@section
def configs():
    import yacs.config, easydict, addict, munch, box, ml_collections

    items(
        "configs",
        dict(
            y=lambda: yacs.config.CfgNode({"a": 1, "b": {"p": "/data/x"}}),
            e=lambda: easydict.EasyDict(a=1),
            a=lambda: addict.Dict(a=1, b={"c": 2}),
            m=lambda: munch.Munch(a=1),
            b=lambda: box.Box(a=1, b={"c": 2}),
            ml=lambda: ml_collections.ConfigDict({"a": 1}),
        ),
    )


@section
def text():
    from rank_bm25 import BM25Okapi
    from textblob.classifiers import NaiveBayesClassifier

    items(
        "text",
        dict(b=lambda: BM25Okapi([["a", "b"], ["c"]]), t=lambda: NaiveBayesClassifier([("a b", "x"), ("c d", "y")])),
    )


@section
def ann():
    import hnswlib

    items("ann", dict(h=lambda: (lambda i: (i.init_index(10), i.add_items(X[:5]), i)[2])(hnswlib.Index("l2", 4))))


@section
def implicit():
    import implicit, scipy.sparse as sp

    items(
        "implicit",
        dict(
            a=lambda: (lambda m: (m.fit(sp.random(10, 10, 0.3).tocsr(), show_progress=False), m)[1])(
                implicit.als.AlternatingLeastSquares(4, iterations=1)
            ),
            b=lambda: implicit.nearest_neighbours.BM25Recommender(),
        ),
    )


@section
def kornia():
    import kornia

    checkpoints(
        "kornia",
        dict(
            a=lambda: kornia.augmentation.RandomHorizontalFlip(),
            s=lambda: kornia.filters.Sobel(),
            q=lambda: kornia.augmentation.AugmentationSequential(
                kornia.augmentation.ColorJitter(0.1, 0.1, 0.1, 0.1), data_keys=["input"]
            ),
        ),
    )


@section
def albu():
    import albumentations as A

    items(
        "albumentations",
        dict(
            c=lambda: A.Compose([A.HorizontalFlip(), A.Normalize(), A.RandomBrightnessContrast()]),
            r=lambda: A.Resize(3, 3),
        ),
    )


@section
def captum():
    import captum.attr as c, torch.nn as nn

    checkpoints("captum", dict(i=lambda: c.Saliency(nn.Linear(2, 2))))


@section
def lightning():
    import lightning as L, torch, torch.nn as nn

    global LM

    class LM(L.LightningModule):
        def __init__(self, lr=0.1):
            super().__init__()
            self.save_hyperparameters()
            self.l = nn.Linear(2, 1)

        def training_step(self, b, i):
            return self.l(b[0]).sum()

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters())

    LM.__qualname__ = "LM"
    d = os.path.join(out, "lightning2")
    os.makedirs(d, exist_ok=True)
    t = L.Trainer(max_epochs=1, logger=False, enable_progress_bar=False, accelerator="cpu", default_root_dir=d)
    t.fit(LM(), torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(4, 2))))
    t.save_checkpoint(d + "/x.ckpt")


@section
def nevergrad():
    import nevergrad as ng

    items("nevergrad", dict(o=lambda: ng.optimizers.OnePlusOne(2, 10), p=lambda: ng.p.Dict(a=ng.p.Scalar())))


@section
def tpot():
    import tpot

    items(
        "tpot",
        dict(t=lambda: tpot.TPOTClassifier(), s=lambda: tpot.builtin_modules.ArithmeticTransformer("add").fit(X)),
    )


@section
def filters():
    from filterpy.kalman import KalmanFilter
    import ruptures

    items("filters", dict(k=lambda: KalmanFilter(2, 1), r=lambda: ruptures.Pelt().fit(yr)))


@section
def pymc():
    import pymc as pm

    def m():
        with pm.Model() as mm:
            pm.Normal("x")
        return mm

    items("pymc", dict(m=m))


@section
def fastai():
    from fastai.tabular.all import TabularPandas, Categorify, FillMissing, Normalize, tabular_learner

    def l():
        df = pd.DataFrame({"a": list("xy") * 30, "b": yr, "y": y})
        return tabular_learner(
            TabularPandas(
                df,
                [Categorify, FillMissing, Normalize],
                ["a"],
                ["b"],
                "y",
                splits=(list(range(40)), list(range(40, 60))),
            ).dataloaders(8)
        )

    checkpoints("fastai", dict(m=lambda: l().model, l=l))


@section
def pml():
    from pytorch_metric_learning import losses, miners

    checkpoints("pml", dict(a=lambda: losses.TripletMarginLoss(), b=lambda: miners.BatchHardMiner()))


@section
def opt():
    import cvxpy as cp, pulp

    items("opt", dict(c=lambda: cp.Variable(2), p=lambda: pulp.LpVariable("x"), pr=lambda: pulp.LpProblem("n")))


@section
def autogluon():
    from autogluon.tabular.models import RFModel

    items("autogluon", dict(r=lambda: RFModel(path="out", name="rf", problem_type="binary")))


@section
def pycaret():
    from pycaret.internal.pipeline import Pipeline
    from pycaret.internal.preprocess.transformers import TransformerWrapper
    from sklearn.impute import SimpleImputer

    items("pycaret", dict(p=lambda: Pipeline([("a", TransformerWrapper(SimpleImputer()))])))


@section
def causalml():
    from causalml.inference.meta import BaseSRegressor
    from sklearn.linear_model import LinearRegression

    items("causalml", dict(s=lambda: BaseSRegressor(LinearRegression())))


@section
def pykeen():
    from pykeen.triples import TriplesFactory
    from pykeen.models import TransE

    tf = TriplesFactory.from_labeled_triples(np.array([["a", "r", "b"], ["b", "r", "c"]]))
    checkpoints("pykeen", dict(t=lambda: tf, m=lambda: TransE(triples_factory=tf)))


@section
def tabpfn():
    from tabpfn import TabPFNClassifier

    items("tabpfn", dict(t=lambda: TabPFNClassifier()))
