"""Pickles of libraries that were looked at while the table of names was written: libraries.py OUTDIR [SECTION...]"""

import os
import importlib

import numpy as np

from write import PROTOCOLS, errors, every, items, out, save, section

rs = np.random.RandomState(0)
X = rs.rand(60, 4)
y = np.arange(60) % 2
yr = rs.rand(60)
FITS = ((X, y), (X, yr), (X,))


@section
def statsmodels():
    import statsmodels.api as sm, statsmodels.formula.api as smf, pandas as pd
    from statsmodels.tsa.arima.model import ARIMA
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    df = pd.DataFrame({"y": yr, "x": X[:, 0], "g": y})
    items(
        "statsmodels",
        dict(
            ols=lambda: sm.OLS(yr, sm.add_constant(X)).fit(),
            glm=lambda: sm.GLM(y, X, family=sm.families.Binomial()).fit(),
            logit=lambda: sm.Logit(y, X).fit(disp=0),
            f=lambda: smf.ols("y ~ x + C(g)", df).fit(),
            arima=lambda: ARIMA(yr, order=(1, 0, 0)).fit(),
            es=lambda: ExponentialSmoothing(yr).fit(),
            pois=lambda: sm.GLM(y, X, family=sm.families.Poisson()).fit(),
            mixed=lambda: smf.mixedlm("y ~ x", df, groups=df.g).fit(),
            rlm=lambda: sm.RLM(yr, X).fit(),
            sarimax=lambda: sm.tsa.SARIMAX(yr).fit(disp=0),
            kde=lambda: sm.nonparametric.KDEUnivariate(yr),
            ecdf=lambda: sm.distributions.ECDF(yr),
            var=lambda: sm.tsa.VAR(X).fit(1),
        ),
    )


@section
def imblearn():

    for m in ("over_sampling", "under_sampling", "combine", "ensemble"):
        importlib.import_module("imblearn." + m)
        every("imblearn", "imblearn." + m, "imblearn", fits=FITS)
    from imblearn.pipeline import make_pipeline
    from imblearn.over_sampling import SMOTE
    from sklearn.linear_model import LogisticRegression

    items(
        "imblearn", dict(pipe=lambda: make_pipeline(SMOTE(k_neighbors=2), LogisticRegression()).fit(X, y)), joblibs=[0]
    )


@section
def category_encoders():
    import pandas as pd

    df = pd.DataFrame({"c": list("abc") * 20})
    every("category_encoders", "category_encoders", "category_encoders", fits=((df, y),))


@section
def nltk():
    import nltk
    from nltk.probability import FreqDist, ConditionalFreqDist

    items(
        "nltk",
        dict(
            fd=lambda: FreqDist("abca"),
            cfd=lambda: ConditionalFreqDist([("a", "b")]),
            nb=lambda: nltk.NaiveBayesClassifier.train([({"a": 1}, "x"), ({"a": 2}, "y")]),
            punkt=lambda: nltk.tokenize.punkt.PunktSentenceTokenizer("Hello there. Mr. X is here."),
            tree=lambda: nltk.Tree.fromstring("(S (NP a) (VP b))"),
            grammar=lambda: nltk.CFG.fromstring("S -> 'a'"),
            stem=lambda: [nltk.PorterStemmer(), nltk.SnowballStemmer("english"), nltk.LancasterStemmer()],
            tok=lambda: [
                nltk.tokenize.RegexpTokenizer(r"\w+"),
                nltk.tokenize.TreebankWordTokenizer(),
                nltk.tokenize.TweetTokenizer(),
            ],
            uni=lambda: nltk.UnigramTagger([[("a", "N")]]),
            bi=lambda: nltk.BigramTagger([[("a", "N")]], backoff=nltk.DefaultTagger("N")),
            hmm=lambda: nltk.tag.hmm.HiddenMarkovModelTrainer().train_supervised([[("a", "N"), ("b", "V")]]),
            perc=lambda: nltk.tag.perceptron.PerceptronTagger(load=False),
            lm=lambda: nltk.lm.MLE(2),
            dt=lambda: nltk.DecisionTreeClassifier.train([({"a": 1}, "x"), ({"a": 2}, "y")]),
            crf=lambda: nltk.RegexpTagger([(r".*ing$", "V")]),
            maxent=lambda: nltk.MaxentClassifier.train([({"a": 1}, "x"), ({"a": 2}, "y")], trace=0, max_iter=2),
        ),
    )


@section
def gensim():
    from gensim.models import Word2Vec, FastText, Doc2Vec, LdaModel, TfidfModel, LsiModel, Phrases
    from gensim.corpora import Dictionary
    from gensim.models.doc2vec import TaggedDocument

    s = [["a", "b", "c"], ["b", "c", "d"]] * 5
    dic = Dictionary(s)
    bow = [dic.doc2bow(x) for x in s]
    d = dict(
        w2v=lambda: Word2Vec(s, min_count=1, vector_size=5),
        ft=lambda: FastText(s, min_count=1, vector_size=5, bucket=10),
        d2v=lambda: Doc2Vec([TaggedDocument(x, [i]) for i, x in enumerate(s)], min_count=1, vector_size=5),
        lda=lambda: LdaModel(bow, 2, dic),
        tfidf=lambda: TfidfModel(bow),
        lsi=lambda: LsiModel(bow, num_topics=2),
        phrases=lambda: Phrases(s),
        dic=lambda: dic,
        kv=lambda: Word2Vec(s, min_count=1, vector_size=5).wv,
    )
    items("gensim", d)
    for n, f in d.items():
        try:
            f().save(os.path.join(out, "gensim", n + ".model"))
        except Exception as e:
            errors.write("gensim save %s %r\n" % (n, e))


@section
def networkx():
    import networkx as nx

    items(
        "networkx",
        dict(
            g=lambda: nx.path_graph(5),
            dg=lambda: nx.DiGraph([(1, 2)]),
            mg=lambda: nx.MultiGraph([(1, 2)]),
            mdg=lambda: nx.MultiDiGraph([(1, 2)]),
            funcs=lambda: [nx.pagerank, nx.shortest_path],
            views=lambda: nx.path_graph(3).nodes,
            sub=lambda: nx.path_graph(4).subgraph([1, 2]),
            e=lambda: nx.path_graph(3).edges,
        ),
    )


@section
def sympy():
    import sympy as sp

    x, yy = sp.symbols("x y")
    items(
        "sympy",
        dict(
            e=lambda: sp.sin(x) ** 2 + yy / 3,
            m=lambda: sp.Matrix([[1, x]]),
            f=lambda: sp.Function("f")(x),
            i=lambda: sp.Integral(x, x),
            eq=lambda: sp.Eq(x, 2),
            p=lambda: sp.Poly(x**2 + 1),
            n=lambda: [sp.pi, sp.Float(1.5), sp.Rational(1, 3), sp.oo, sp.I, sp.Integer(3)],
            pw=lambda: sp.Piecewise((x, x > 0), (0, True)),
            s=lambda: sp.FiniteSet(1, 2),
            d=lambda: sp.Symbol("z", positive=True),
            im=lambda: sp.ImmutableMatrix([[1]]),
        ),
    )


@section
def transformers():
    import transformers as tf

    n = 0
    for name in sorted(dir(tf)):
        if not name.endswith("Config") or n > 400:
            continue
        try:
            c = getattr(tf, name)()
            n += 1
        except Exception:
            continue
        save("transformers", name, c, protos=[[0, 2, 4, 5][n % 4]])
    from tokenizers import Tokenizer, models, pre_tokenizers, normalizers, decoders, processors, AddedToken

    t = Tokenizer(models.WordLevel({"a": 0, "b": 1, "[UNK]": 2}, unk_token="[UNK]"))
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    items(
        "transformers",
        dict(
            args=lambda: tf.TrainingArguments("out", report_to=[]),
            tok=lambda: t,
            fast=lambda: tf.PreTrainedTokenizerFast(tokenizer_object=t, unk_token="[UNK]"),
            at=lambda: [AddedToken("x"), tf.AddedToken("y", lstrip=True)],
            gc=lambda: tf.GenerationConfig(),
            be=lambda: tf.BatchEncoding({"a": [1]}),
            coll=lambda: tf.DefaultDataCollator(),
            enums=lambda: [
                tf.IntervalStrategy("no"),
                tf.SchedulerType("linear"),
                tf.trainer_utils.HubStrategy("every_save"),
            ],
            state=lambda: tf.TrainerState(),
            models=lambda: [models.BPE(), models.WordPiece(), models.Unigram()],
            parts=lambda: [
                pre_tokenizers.ByteLevel(),
                normalizers.NFC(),
                decoders.ByteLevel(),
                normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()]),
                pre_tokenizers.Split("a", "removed"),
                processors.TemplateProcessing("$A", "$A $B", []),
            ],
            out=lambda: tf.modeling_outputs.BaseModelOutput(),
            bnb=lambda: tf.BitsAndBytesConfig(load_in_4bit=True),
            cb=lambda: [tf.EarlyStoppingCallback(), tf.PrinterCallback()],
            evalp=lambda: tf.EvalPrediction(np.zeros(2), np.zeros(2)),
            pred=lambda: tf.trainer_utils.PredictionOutput(np.zeros(2), np.zeros(2), {}),
            s2s=lambda: tf.Seq2SeqTrainingArguments("out", report_to=[]),
        ),
        protos=[0, 2, 4, 5],
    )


@section
def shap():
    import shap
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    m = RandomForestClassifier(3).fit(X, y)
    items(
        "shap",
        dict(
            tree=lambda: shap.TreeExplainer(m),
            ex=lambda: shap.Explanation(X),
            lin=lambda: shap.LinearExplainer(LogisticRegression().fit(X, y), X),
            masker=lambda: shap.maskers.Independent(X),
            kern=lambda: shap.KernelExplainer(m.predict, X[:5]),
        ),
    )


@section
def hdbscan():
    import hdbscan

    items(
        "hdbscan",
        dict(
            h=lambda: hdbscan.HDBSCAN(min_cluster_size=3, prediction_data=True).fit(X),
            r=lambda: hdbscan.RobustSingleLinkage().fit(X),
        ),
    )


@section
def umap():
    import umap

    items("umap", dict(u=lambda: umap.UMAP(n_neighbors=5, n_epochs=3).fit(X), fresh=lambda: umap.UMAP()))


@section
def hmmlearn():
    from hmmlearn import hmm

    items(
        "hmmlearn",
        dict(
            g=lambda: hmm.GaussianHMM(2, n_iter=2).fit(X),
            m=lambda: hmm.CategoricalHMM(2, n_iter=2).fit(y.reshape(-1, 1)),
            gmm=lambda: hmm.GMMHMM(2, n_iter=2).fit(X),
        ),
    )


@section
def lifelines():
    import lifelines, pandas as pd

    df = pd.DataFrame({"T": yr + 1, "E": y, "x": X[:, 0]})
    items(
        "lifelines",
        dict(
            km=lambda: lifelines.KaplanMeierFitter().fit(df["T"], df["E"]),
            cox=lambda: lifelines.CoxPHFitter().fit(df, "T", "E"),
            wb=lambda: lifelines.WeibullFitter().fit(df["T"], df["E"]),
            na=lambda: lifelines.NelsonAalenFitter().fit(df["T"], df["E"]),
            aft=lambda: lifelines.WeibullAFTFitter().fit(df, "T", "E"),
        ),
    )


@section
def pyod():
    for m, c in (
        ("knn", "KNN"),
        ("iforest", "IForest"),
        ("lof", "LOF"),
        ("hbos", "HBOS"),
        ("copod", "COPOD"),
        ("ecod", "ECOD"),
        ("pca", "PCA"),
        ("ocsvm", "OCSVM"),
        ("abod", "ABOD"),
        ("mcd", "MCD"),
        ("cblof", "CBLOF"),
    ):
        try:
            save("pyod", c, getattr(importlib.import_module("pyod.models." + m), c)().fit(X), joblibs=[0])
        except Exception as e:
            errors.write("pyod %r\n" % e)


@section
def pmdarima():
    import pmdarima as pm

    items("pmdarima", dict(a=lambda: pm.ARIMA((1, 0, 0)).fit(yr), auto=lambda: pm.auto_arima(yr, max_p=1, max_q=1)))


@section
def prophet():
    from prophet import Prophet
    import pandas as pd

    items(
        "prophet",
        dict(
            fresh=lambda: Prophet(),
            fit=lambda: Prophet().fit(pd.DataFrame({"ds": pd.date_range("2020", periods=60), "y": yr})),
            hol=lambda: (lambda m: (m.add_country_holidays("US"), m)[1])(Prophet()),
        ),
    )


@section
def sktime():
    from sktime.forecasting.naive import NaiveForecaster
    from sktime.forecasting.theta import ThetaForecaster
    from sktime.forecasting.trend import PolynomialTrendForecaster
    import pandas as pd

    s = pd.Series(yr, index=pd.period_range("2020-01", periods=60, freq="M"))
    items(
        "sktime",
        dict(
            n=lambda: NaiveForecaster().fit(s, fh=[1]),
            t=lambda: ThetaForecaster().fit(s, fh=[1]),
            p=lambda: PolynomialTrendForecaster().fit(s, fh=[1]),
        ),
    )


@section
def river():
    from river import (
        linear_model,
        tree,
        naive_bayes,
        preprocessing,
        ensemble,
        cluster,
        metrics,
        optim,
        stats,
        drift,
        anomaly,
    )

    mods = [linear_model, tree, naive_bayes, preprocessing, ensemble, cluster, metrics, optim, stats, drift, anomaly]
    for m in mods:
        every("river", m.__name__, "river", fits=FITS)

    def fit():
        m = preprocessing.StandardScaler() | linear_model.LogisticRegression()
        for a, b in zip(X, y):
            m.learn_one({str(i): v for i, v in enumerate(a)}, bool(b))
        return m

    items("river", dict(pipe=fit))


@section
def lightfm():
    from lightfm import LightFM

    items("lightfm", dict(m=lambda: LightFM()))


@section
def surprise():
    import surprise, pandas as pd

    def fit(c):
        d = surprise.Dataset.load_from_df(
            pd.DataFrame({"u": [1, 1, 2, 3], "i": [1, 2, 1, 3], "r": [3, 4, 5, 1]}), surprise.Reader()
        ).build_full_trainset()
        return c().fit(d)

    items(
        "surprise",
        {
            c: (lambda c=c: fit(getattr(surprise, c)))
            for c in ("SVD", "KNNBasic", "NMF", "BaselineOnly", "SVDpp", "SlopeOne", "CoClustering", "NormalPredictor")
        },
    )


@section
def mlxtend():
    from mlxtend.classifier import StackingClassifier, EnsembleVoteClassifier, SoftmaxRegression
    from mlxtend.feature_selection import SequentialFeatureSelector
    from mlxtend.preprocessing import TransactionEncoder
    from sklearn.linear_model import LogisticRegression

    items(
        "mlxtend",
        dict(
            s=lambda: StackingClassifier([LogisticRegression()], LogisticRegression()).fit(X, y),
            e=lambda: EnsembleVoteClassifier([LogisticRegression()]).fit(X, y),
            q=lambda: SequentialFeatureSelector(LogisticRegression(), 2, cv=2).fit(X, y),
            te=lambda: TransactionEncoder().fit([["a", "b"]]),
            sm=lambda: SoftmaxRegression(epochs=2).fit(X, y),
        ),
    )


@section
def feature_engine():
    import pandas as pd

    df = pd.DataFrame(X, columns=list("abcd"))
    for m in ("imputation", "encoding", "discretisation", "outliers", "transformation", "selection", "creation"):
        every("feature_engine", "feature_engine." + m, "feature_engine", fits=((df, pd.Series(y)), (df,)))


@section
def ngboost():
    from ngboost import NGBRegressor, NGBClassifier

    items(
        "ngboost",
        dict(
            r=lambda: NGBRegressor(n_estimators=2, verbose=False).fit(X, yr),
            c=lambda: NGBClassifier(n_estimators=2, verbose=False).fit(X, y),
        ),
    )


@section
def spacy():
    import spacy

    nlp = spacy.blank("en")
    items(
        "spacy",
        dict(
            vocab=lambda: nlp.vocab,
            doc=lambda: nlp("Hello there"),
            nlp=lambda: nlp,
            tok=lambda: nlp.tokenizer,
            strings=lambda: nlp.vocab.strings,
            sent=lambda: nlp.add_pipe("sentencizer"),
            db=lambda: spacy.tokens.DocBin(),
            thinc=lambda: __import__("thinc.api").api.Linear(2, 3),
            mt=lambda: __import__("spacy.matcher").matcher.Matcher(nlp.vocab),
            ruler=lambda: nlp.add_pipe("entity_ruler"),
        ),
    )


@section
def faiss():
    import faiss

    items(
        "faiss",
        dict(
            f=lambda: (lambda i: (i.add(X.astype("f4")), i)[1])(faiss.IndexFlatL2(4)),
            hnsw=lambda: faiss.IndexHNSWFlat(4, 8),
            idm=lambda: faiss.IndexIDMap(faiss.IndexFlatIP(4)),
            fac=lambda: faiss.index_factory(4, "Flat"),
        ),
    )


@section
def xarray():
    import xarray as xr

    items("xarray", dict(da=lambda: xr.DataArray(X, dims=("a", "b")), ds=lambda: xr.Dataset({"x": ("a", yr)})))


@section
def geo():
    import shapely.geometry as g
    import geopandas as gpd

    items("shapely", dict(p=lambda: g.Point(1, 2), poly=lambda: g.Polygon([(0, 0), (1, 0), (1, 1)])))
    items(
        "geopandas",
        dict(
            g=lambda: gpd.GeoDataFrame({"a": [1]}, geometry=[g.Point(1, 2)], crs="EPSG:4326"),
            s=lambda: gpd.GeoSeries([g.Point(1, 2)]),
        ),
    )


@section
def times():
    import pendulum

    items(
        "pendulum",
        dict(
            p=lambda: pendulum.now("Europe/Berlin"),
            d=lambda: pendulum.duration(days=1),
            dt=lambda: pendulum.today().date(),
        ),
    )


@section
def dates():
    import pytz, dateutil.tz, dateutil.relativedelta, dateutil.rrule, dateutil.easter, datetime

    items(
        "dateutil",
        dict(
            pytz=lambda: [
                pytz.utc,
                pytz.timezone("Europe/Berlin"),
                pytz.FixedOffset(60),
                pytz.timezone("US/Eastern").localize(datetime.datetime(2024, 1, 2)),
            ],
            du=lambda: [
                dateutil.tz.tzutc(),
                dateutil.tz.gettz("Europe/Berlin"),
                dateutil.tz.tzoffset("x", 3600),
                dateutil.tz.tzlocal(),
            ],
            rd=lambda: dateutil.relativedelta.relativedelta(months=1, weekday=dateutil.relativedelta.MO(1)),
            rr=lambda: dateutil.rrule.rrule(dateutil.rrule.DAILY, count=3),
        ),
        protos=PROTOCOLS,
    )


@section
def attrs_():
    import attr, pydantic

    global A, P
    A = attr.make_class("A", ["x", "y"])
    A.__module__ = "__main__"

    class P(pydantic.BaseModel):
        a: int = 1
        b: str = "x"

    P.__qualname__ = "P"
    items("attrs", dict(a=lambda: A(1, 2), p=lambda: P()))


@section
def byvalue():
    import dill, cloudpickle

    d = os.path.join(out, "byvalue")
    os.makedirs(d, exist_ok=True)
    f = lambda x: x + 1
    open(d + "/dill_fn.pkl", "wb").write(dill.dumps(f))
    open(d + "/cp_fn.pkl", "wb").write(cloudpickle.dumps(f))
    d = os.path.join(out, "dilldata")
    os.makedirs(d, exist_ok=True)
    from sklearn.linear_model import LogisticRegression

    for n, o in dict(dict={"a": [1]}, arr=X, model=LogisticRegression().fit(X, y)).items():
        open(d + "/dill_%s.pkl" % n, "wb").write(dill.dumps(o))
        open(d + "/cp_%s.pkl" % n, "wb").write(cloudpickle.dumps(o))
