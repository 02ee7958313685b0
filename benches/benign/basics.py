"""Pickles of the standard library, NumPy, pandas, SciPy, scikit-learn and boosting: basics.py OUTDIR [SECTION...]"""

import os
import sys
import io

from write import PROTOCOLS, errors, items, out, save, section


class Net(object):
    def __init__(self, n=3):
        self.n = n
        self.layers = [1, 2, 3]


class Slots(object):
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1
        self.b = "x"


@section
def stdlib():
    import collections, datetime, decimal, fractions, uuid, enum, re, ipaddress, pathlib, functools, operator, itertools, array, argparse, types, random, string, time, logging, math, statistics, typing

    global Point, Color, Perm, Mode, Conf
    Point = collections.namedtuple("Point", "x y")
    Point.__module__ = "__main__"

    class Color(enum.Enum):
        RED = 1
        GREEN = 2

    class Mode(str, enum.Enum):
        TRAIN = "train"
        EVAL = "eval"

    class Perm(enum.IntFlag):
        R = 4
        W = 2

    for c in (Color, Mode, Perm):
        c.__qualname__ = c.__name__
    d = dict(
        prims=lambda: {"a": [1, 2.5, None, True, "ü", b"by", (1,), {2}, frozenset([3]), 1 << 80, 1j, bytearray(b"x")]},
        od=lambda: collections.OrderedDict(a=1),
        dd=lambda: collections.defaultdict(list, a=[1]),
        dd_int=lambda: collections.defaultdict(int),
        dd_float=lambda: collections.defaultdict(float, a=1.0),
        counter=lambda: collections.Counter("abca"),
        deque=lambda: collections.deque([1, 2], 5),
        chainmap=lambda: collections.ChainMap({1: 2}),
        userdict=lambda: collections.UserDict(a=1),
        userlist=lambda: collections.UserList([1]),
        userstring=lambda: collections.UserString("s"),
        dt=lambda: [
            datetime.datetime(2024, 1, 2, 3, 4, 5),
            datetime.date(2024, 1, 2),
            datetime.timedelta(1, 2),
            datetime.time(1, 2),
            datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc),
            datetime.timezone(datetime.timedelta(hours=1)),
        ],
        decimal=lambda: decimal.Decimal("1.5"),
        decctx=lambda: decimal.Context(prec=5),
        fraction=lambda: fractions.Fraction(1, 3),
        uuid=lambda: [uuid.UUID(int=4), uuid.SafeUUID.unknown],
        point=lambda: Point(1, 2),
        color=lambda: [Color.RED, Mode.TRAIN, Perm.R | Perm.W],
        net=lambda: Net(),
        slots=lambda: Slots(),
        regex=lambda: [re.compile("a+b", re.I), re.I | re.M],
        ip=lambda: [
            ipaddress.ip_address("10.0.0.1"),
            ipaddress.ip_network("10.0.0.0/8"),
            ipaddress.ip_interface("10.0.0.1/8"),
            ipaddress.ip_address("::1"),
            ipaddress.ip_network("::/8"),
        ],
        path=lambda: [pathlib.Path("a/b"), pathlib.PurePosixPath("/x"), pathlib.PureWindowsPath("c:\\x")],
        partial=lambda: [functools.partial(max, 3), functools.partial(int, base=2)],
        partialmethod=lambda: functools.partial(sorted, reverse=True),
        itemgetter=lambda: operator.itemgetter(1, 2),
        range=lambda: [range(3), slice(1, 2, None)],
        iters=lambda: [iter([1, 2]), iter({1: 2}), reversed([1, 2]), iter("abc"), iter((1, 2)), iter(range(3))],
        itertools=lambda: [itertools.count(3), itertools.repeat(1, 2), itertools.chain([1], [2])],
        itertools2=lambda: [
            itertools.product([1], [2]),
            itertools.cycle([1]),
            itertools.islice([1, 2], 1),
            zip([1], [2]),
            enumerate([1]),
        ],
        array=lambda: [array.array("d", [1, 2]), array.array("b", [1])],
        ns=lambda: argparse.Namespace(lr=0.1, path="/data/x", name="a b"),
        simplens=lambda: types.SimpleNamespace(a=1),
        random=lambda: random.Random(1),
        rstate=lambda: random.getstate(),
        template=lambda: string.Template("$a"),
        struct_time=lambda: time.localtime(),
        logger=lambda: logging.getLogger("x.y"),
        bltin=lambda: [
            len,
            max,
            min,
            sum,
            sorted,
            print,
            abs,
            int,
            str,
            list,
            dict,
            object,
            type,
            type(None),
            type(...),
            type(NotImplemented),
            Ellipsis,
            NotImplemented,
            isinstance,
            getattr,
            callable,
            range,
            Exception,
        ],
        mathf=lambda: [math.sqrt, math.log, operator.add, operator.mul, statistics.mean, functools.reduce],
        exc=lambda: [
            ValueError("bad value"),
            KeyError("k"),
            RuntimeError("failed to open /x/y", 3),
            OSError(2, "No such file", "/x"),
            StopIteration(),
            UnicodeDecodeError("utf8", b"x", 0, 1, "why"),
        ],
        typing=lambda: [
            typing.Any,
            typing.Optional[int],
            typing.List[int],
            typing.Union[int, str],
            typing.Callable,
            typing.Dict[str, typing.Any],
            typing.Tuple[int, ...],
        ],
        bio=lambda: [io.BytesIO(b"abc"), io.StringIO("abc")],
        boundmethod=lambda: [Net().__init__, "x".upper, [].append],
        nested=lambda: {"a": {"b": [{"c": (1, 2, ("d",))}] * 50}},
        big=lambda: [str(i) for i in range(5000)],
        words=lambda: [
            "exec",
            "eval",
            "os.system",
            "import os",
            "__import__",
            "subprocess",
            "rm -rf /",
            "/bin/sh -c id",
            "http://x.com/a",
            "posix\nsystem",
            "cos\nsystem\n(S'x'\ntR.",
        ],
        normal=lambda: statistics.NormalDist(0, 1),
        complex=lambda: complex(1, 2),
        large_int=lambda: 1 << 2000,
        set_big=lambda: set(range(2000)),
        cmp=lambda: [operator.eq, operator.lt],
        purgetter=lambda: [str.upper, str.lower, dict.fromkeys, bytes.decode],
        logging2=lambda: [logging.Formatter("%(message)s"), logging.PercentStyle("%(message)s")],
        msg=lambda: __import__("email.message").message.Message(),
        etree=lambda: __import__("xml.etree.ElementTree").etree.ElementTree.fromstring("<a><b/></a>"),
        http=lambda: __import__("http").HTTPStatus(200),
        urlp=lambda: __import__("urllib.parse").parse.urlparse("http://a/b"),
        sig=lambda: __import__("inspect").signature(Net.__init__),
        json=lambda: __import__("json").JSONEncoder(),
        tz=lambda: __import__("zoneinfo").ZoneInfo("Europe/Berlin"),
        stat=lambda: os.stat("/"),
        uname=lambda: __import__("platform").uname(),
        simplq=lambda: __import__("calendar").Calendar(),
        table=lambda: str.maketrans("a", "b"),
        sigs=lambda: __import__("signal").SIGINT,
        codecs=lambda: __import__("codecs").lookup("utf8"),
        compiled=lambda: __import__("contextlib").nullcontext(1),
        tbk=lambda: __import__("traceback").extract_stack(limit=1)[0],
    )
    import dataclasses

    global DC

    @dataclasses.dataclass
    class DC:
        a: int = 1
        b: list = dataclasses.field(default_factory=list)
        mode: object = None

    DC.__qualname__ = "DC"
    d["dataclass"] = lambda: DC(2, [3], Mode.TRAIN)
    d["dcfield"] = lambda: dataclasses.MISSING
    if sys.version_info >= (3, 9):
        d["generic"] = lambda: [list[int], dict[str, int]]
    if sys.version_info >= (3, 10):
        d["union"] = lambda: [int | str]
    items("stdlib", d, protos=PROTOCOLS)


@section
def numpy():
    import numpy as np

    rng = np.random.RandomState(0)
    d = dict(
        f8=lambda: rng.rand(4, 5),
        f4=lambda: rng.rand(40).astype("f4"),
        i8=lambda: np.arange(10),
        b=lambda: np.array([True]),
        c16=lambda: np.array([1j]),
        s=lambda: np.array(["ab", "c"]),
        by=lambda: np.array([b"ab"]),
        dt=lambda: np.array(["2020-01-01"], "M8[ns]"),
        td=lambda: np.array([3], "m8[s]"),
        obj=lambda: np.array([{1: 2}, None, "x"], dtype=object),
        struct=lambda: np.zeros(3, dtype=[("a", "i4"), ("b", "f8", (2,))]),
        rec=lambda: np.rec.array([(1, 2.0)], names="a,b"),
        ma=lambda: np.ma.masked_array([1, 2], mask=[0, 1]),
        mat=lambda: np.matrix([[1, 2]]),
        scalar=lambda: [
            np.float64(1.5),
            np.int32(1),
            np.bool_(True),
            np.str_("a"),
            np.bytes_(b"x"),
            np.datetime64("2020-01-01"),
            np.float16(1),
            np.complex64(1j),
            np.longdouble(1),
            np.void(b"abc"),
        ],
        f=lambda: np.asfortranarray(rng.rand(3, 4)),
        dtype=lambda: [np.dtype("f4"), np.dtype([("a", "i4")]), np.dtype("M8[ns]"), np.dtype("O")],
        rng=lambda: np.random.default_rng(1),
        rs=lambda: np.random.RandomState(1),
        bitgen=lambda: [np.random.PCG64(1), np.random.MT19937(1), np.random.Philox(1), np.random.SFC64(1)],
        seedseq=lambda: np.random.SeedSequence(1),
        ufunc=lambda: [np.add, np.log1p, np.sqrt, np.maximum],
        types=lambda: [np.float32, np.int64, np.ndarray, np.nan, np.generic, np.floating, np.str_],
        poly=lambda: np.poly1d([1, 2]),
        polyn=lambda: np.polynomial.Polynomial([1, 2]),
        cheb=lambda: np.polynomial.chebyshev.Chebyshev([1, 2]),
        vec=lambda: np.vectorize(max),
        func=lambda: [np.mean, np.median, np.linalg.norm, np.random.rand, np.concatenate],
        state=lambda: np.random.get_state(),
        empty=lambda: np.array([]),
        zerod=lambda: np.array(3.0),
        big=lambda: rng.rand(300, 300),
        chararray=lambda: np.char.array(["a", "b"]),
        finfo=lambda: np.finfo("f4"),
        iinfo=lambda: np.iinfo("i4"),
        errs=lambda: np.linalg.LinAlgError("Singular matrix"),
        memless=lambda: np.ma.masked,
        nd=lambda: np.broadcast_to(np.arange(3), (2, 3)),
        be=lambda: np.arange(3, dtype=">i4"),
        nditer=lambda: np.ndindex(2, 3),
        printopt=lambda: np.get_printoptions(),
        randint=lambda: np.random.randint,
        sdt=lambda: np.dtypes.StringDType(),
    )
    items("numpy", d, protos=PROTOCOLS)
    dd = os.path.join(out, "numpy")
    np.save(dd + "/obj.npy", np.array([{1: 2}, None, [1]], dtype=object), allow_pickle=True)
    np.save(dd + "/f8.npy", rng.rand(3))
    np.savez(dd + "/a.npz", a=rng.rand(3), b=np.array([None, "x"], dtype=object))
    np.savez_compressed(dd + "/c.npz", a=rng.rand(3))
    try:
        import joblib

        for c in [0, 3, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3)]:
            try:
                joblib.dump(
                    {
                        "a": rng.rand(100, 10),
                        "o": np.array([1, "a", None], dtype=object),
                        "m": np.ma.masked_array([1, 2], mask=[0, 1]),
                        "f": np.asfortranarray(rng.rand(5, 6)),
                        "s": np.array(["a", "bc"]),
                    },
                    dd + "/jl_%s.joblib" % (c if isinstance(c, int) else c[0]),
                    compress=c,
                )
            except Exception as e:
                errors.write("jl %s %r\n" % (c, e))
    except ImportError:
        pass


@section
def pandas():
    import pandas as pd, numpy as np

    df = pd.DataFrame(
        {"a": [1, 2, 3], "b": [1.0, None, 2], "c": ["x", "y", None], "d": pd.date_range("2020", periods=3)}
    )
    d = dict(
        df=lambda: df,
        series=lambda: df.a,
        cat=lambda: df.assign(k=pd.Categorical(["a", "b", "a"])),
        mi=lambda: df.set_index(["a", "c"]),
        tz=lambda: df.assign(t=pd.date_range("2020", periods=3, tz="Europe/Berlin")),
        period=lambda: pd.period_range("2020", periods=3, freq="M"),
        interval=lambda: pd.interval_range(0, 3),
        ts=lambda: pd.Timestamp("2020-01-01", tz="UTC"),
        td=lambda: pd.Timedelta("1D"),
        p=lambda: pd.Period("2020", "Y"),
        off=lambda: [
            pd.offsets.BDay(2),
            pd.offsets.MonthEnd(),
            pd.DateOffset(months=1),
            pd.offsets.Hour(3),
            pd.offsets.Week(weekday=1),
        ],
        sparse=lambda: pd.Series(pd.arrays.SparseArray([0, 0, 1])),
        int64=lambda: pd.array([1, None], dtype="Int64"),
        string=lambda: pd.array(["a", None], dtype="string"),
        boolean=lambda: pd.array([True, None], dtype="boolean"),
        idx=lambda: [
            pd.Index([1, 2]),
            pd.RangeIndex(3),
            pd.Index(["a"]),
            pd.CategoricalIndex(["a"]),
            pd.DatetimeIndex(["2020"]),
            pd.TimedeltaIndex(["1D"]),
            pd.MultiIndex.from_product([[1], [2]]),
        ],
        na=lambda: [pd.NA, pd.NaT],
        dtypes=lambda: df.dtypes,
        groupby=lambda: df.groupby("a").mean(numeric_only=True),
        inter=lambda: pd.Interval(0, 1),
        cats=lambda: pd.CategoricalDtype(["a", "b"]),
        dtz=lambda: pd.DatetimeTZDtype(tz="UTC"),
        big=lambda: pd.DataFrame(np.random.rand(500, 5), columns=list("abcde")),
        bool_=lambda: df.isna(),
        empty=lambda: pd.DataFrame(),
        tdf=lambda: df.T,
        objs=lambda: pd.Series([{1: 2}, [3], None]),
        holiday=lambda: __import__("pandas.tseries.holiday").tseries.holiday.USFederalHolidayCalendar(),
        arrow=lambda: pd.Series(["a", "b"], dtype="string[pyarrow]"),
        flags=lambda: df.attrs,
        fn=lambda: [pd.to_numeric, pd.isna, pd.concat],
        exc=lambda: pd.errors.EmptyDataError("No columns"),
        cbd=lambda: pd.offsets.CustomBusinessDay(holidays=["2020-01-01"]),
        bh=lambda: pd.offsets.BusinessHour(),
    )
    items("pandas", d, protos=PROTOCOLS)
    items("pandas", {"jl": lambda: df}, joblibs=[0, 3, ("zlib", 3)])
    for c in ("gzip", "bz2", "xz", "zip"):
        try:
            df.to_pickle(
                os.path.join(
                    out, "pandas", "df." + {"gzip": "pkl.gz", "bz2": "pkl.bz2", "xz": "pkl.xz", "zip": "pkl.zip"}[c]
                ),
                compression=c,
            )
        except Exception as e:
            errors.write("to_pickle %s %r\n" % (c, e))


@section
def scipy():
    import scipy.sparse as sp, scipy.stats as st, scipy.interpolate as ip, scipy.spatial as spa, scipy.optimize as op, numpy as np, scipy

    m = sp.random(5, 5, 0.5, random_state=0)
    x = np.linspace(0, 1, 10)
    d = dict(
        csr=lambda: m.tocsr(),
        csc=lambda: m.tocsc(),
        coo=lambda: m.tocoo(),
        lil=lambda: m.tolil(),
        dok=lambda: m.todok(),
        dia=lambda: m.todia(),
        bsr=lambda: m.tobsr(),
        csra=lambda: sp.csr_array(m),
        norm=lambda: [st.norm, st.norm(0, 1), st.gamma(2), st.poisson(3), st.multivariate_normal([0, 0])],
        kde=lambda: st.gaussian_kde(np.random.rand(10)),
        i1=lambda: ip.interp1d(x, x),
        spline=lambda: ip.UnivariateSpline(x, x),
        bspl=lambda: ip.BSpline([0, 1, 2, 3, 4, 5], [1, 2, 3], 2),
        cs=lambda: ip.CubicSpline(x, x),
        pchip=lambda: ip.PchipInterpolator(x, x),
        rbf=lambda: ip.RBFInterpolator(np.random.rand(9, 2), np.random.rand(9)),
        ppoly=lambda: ip.PPoly([[1, 2]], [0, 1, 2]),
        ius=lambda: ip.InterpolatedUnivariateSpline(x, x),
        rgi=lambda: ip.RegularGridInterpolator((x, x), np.random.rand(10, 10)),
        kd=lambda: spa.cKDTree(np.random.rand(9, 2)),
        kd2=lambda: spa.KDTree(np.random.rand(9, 2)),
        opt=lambda: op.minimize(lambda v: v[0] ** 2, [1.0]),
        rot=lambda: spa.transform.Rotation.from_euler("x", 1),
        funcs=lambda: [scipy.special.expit, scipy.stats.randint, st.spearmanr, scipy.special.logit],
        distf=lambda: [
            st.uniform(0, 1),
            st.loguniform(1, 2),
            st.randint(1, 5),
            st.expon(),
            st.beta(1, 2),
            st.t(3),
            st.rv_discrete(values=([1, 2], [0.5, 0.5])),
        ],
        hull=lambda: spa.ConvexHull(np.random.rand(9, 2)),
        lti=lambda: __import__("scipy.signal").signal.lti([1], [1, 2]),
        res=lambda: st.ttest_ind([1, 2, 3], [2, 3, 4]),
        lr=lambda: st.linregress([1, 2, 3], [2, 3, 5]),
        bounds=lambda: op.Bounds([0], [1]),
        linop=lambda: sp.linalg.aslinearoperator(np.eye(2)),
        hist=lambda: st.rv_histogram(np.histogram([1, 2, 3])),
        sphere=lambda: spa.SphericalVoronoi(np.eye(3)),
        odes=lambda: __import__("scipy.integrate").integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0]).y,
        fitpack=lambda: ip.splrep(x, x),
        nct=lambda: [getattr(st, n)() for n in ("logistic", "cauchy", "laplace", "rayleigh", "gumbel_r", "halfnorm")],
        bd=lambda: ip.RectBivariateSpline(x, x, np.random.rand(10, 10)),
        ak=lambda: ip.Akima1DInterpolator(x, x),
        nd=lambda: ip.NearestNDInterpolator(np.random.rand(9, 2), np.random.rand(9)),
        lnd=lambda: ip.LinearNDInterpolator(np.random.rand(9, 2), np.random.rand(9)),
        sq=lambda: st.qmc.Sobol(2),
        covar=lambda: st.Covariance.from_diagonal([1, 2]),
    )
    items("scipy", d)


@section
def sklearn():
    import sklearn, numpy as np

    try:
        from sklearn.utils import all_estimators
    except ImportError:
        from sklearn.utils.testing import all_estimators
    rng = np.random.RandomState(0)
    X = rng.rand(40, 4)
    y = rng.randint(0, 2, 40)
    yr = rng.rand(40)
    Xp = np.abs(X)
    JC = [0, 3, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3)]
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.tree import DecisionTreeClassifier

    for i, (name, cls) in enumerate(sorted(all_estimators())):
        est = None
        for make in (
            lambda: cls(),
            lambda: cls(LogisticRegression()),
            lambda: cls([("a", LogisticRegression()), ("b", DecisionTreeClassifier())]),
            lambda: cls(DecisionTreeClassifier(), {"max_depth": [1, 2]}),
            lambda: cls([("a", Ridge())]),
            lambda: cls([("p", "passthrough", [0])]),
        ):
            try:
                est = make()
                break
            except Exception:
                continue
        if est is None:
            continue
        for pars in ({"n_estimators": 3}, {"max_iter": 5}, {"n_components": 2}, {"cv": 2}):
            try:
                est.set_params(**pars)
            except Exception:
                pass
        for args in (
            (X, y),
            (X, yr),
            (X,),
            (Xp, y),
            (["a b c", "b c d"],),
            ([{"a": 1}],),
            (["a", "b"],),
            (X, X),
            (X[:, 0], yr),
            (X, np.c_[y, y]),
            ([[1, 2], [3]],),
        ):
            try:
                est.fit(*args)
                break
            except Exception:
                continue
        save("sklearn", name, est, joblibs=[JC[i % len(JC)]])
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler, FunctionTransformer, OneHotEncoder
    from sklearn.compose import ColumnTransformer
    from sklearn.neighbors import KDTree, BallTree, KNeighborsClassifier
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, WhiteKernel
    from sklearn.model_selection import (
        GridSearchCV,
        RandomizedSearchCV,
        KFold,
        StratifiedKFold,
        ShuffleSplit,
        TimeSeriesSplit,
    )
    from sklearn.metrics import make_scorer, f1_score, get_scorer
    from sklearn.feature_extraction.text import TfidfVectorizer, CountVectorizer
    import scipy.stats as st

    d = dict(
        pipe=lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y),
        ft=lambda: FunctionTransformer(np.log1p),
        kd=lambda: KDTree(X),
        ball=lambda: BallTree(X),
        gp=lambda: GaussianProcessRegressor(RBF() + WhiteKernel()).fit(X, yr),
        grid=lambda: GridSearchCV(LogisticRegression(), {"C": [1, 2]}, scoring=make_scorer(f1_score), cv=2).fit(X, y),
        rand=lambda: RandomizedSearchCV(LogisticRegression(), {"C": st.uniform(0.1, 2)}, n_iter=2, cv=2).fit(X, y),
        scorer=lambda: get_scorer("accuracy"),
        cv=lambda: [KFold(), StratifiedKFold(), ShuffleSplit(), TimeSeriesSplit()],
        tfidf=lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(
            ["a b", "c d exec", "eval os"], [0, 1, 0]
        ),
        count=lambda: CountVectorizer(tokenizer=str.split, lowercase=False).fit(["a b"]),
        ct=lambda: ColumnTransformer([("a", StandardScaler(), [0]), ("b", OneHotEncoder(), [1])]).fit(X),
        knn=lambda: KNeighborsClassifier(algorithm="kd_tree", metric="minkowski").fit(X, y),
        knn2=lambda: KNeighborsClassifier(algorithm="ball_tree", metric="haversine").fit(X[:, :2], y),
        bunch=lambda: __import__("sklearn.datasets").datasets.load_iris(),
        dm=lambda: __import__("sklearn.metrics").metrics.DistanceMetric.get_metric("euclidean"),
        dm2=lambda: __import__("sklearn.neighbors").neighbors.DistanceMetric.get_metric("mahalanobis", V=np.eye(3)),
        exc=lambda: sklearn.exceptions.NotFittedError("This X instance is not fitted yet. Call 'fit' first."),
        gb=lambda: (
            __import__("sklearn.ensemble")
            .ensemble.GradientBoostingClassifier(loss="exponential", n_estimators=2)
            .fit(X, y)
        ),
        hgb=lambda: __import__("sklearn.ensemble").ensemble.HistGradientBoostingClassifier(max_iter=3).fit(X, y),
        sgd=lambda: [
            __import__("sklearn.linear_model").linear_model.SGDClassifier(loss=l).fit(X, y)
            for l in ("hinge", "modified_huber", "perceptron", "squared_hinge")
        ],
        svm=lambda: [
            __import__("sklearn.svm").svm.SVC(kernel=k, probability=True).fit(X, y) for k in ("rbf", "linear", "poly")
        ],
        mlp=lambda: [
            __import__("sklearn.neural_network").neural_network.MLPClassifier((3,), solver=s, max_iter=3).fit(X, y)
            for s in ("adam", "sgd", "lbfgs")
        ],
        funcs=lambda: [f1_score, sklearn.base.clone, sklearn.metrics.mean_squared_error],
    )
    items("sklearn", d, protos=PROTOCOLS, joblibs=JC)


@section
def xgboost():
    import xgboost as xgb, numpy as np

    X = np.random.rand(30, 3)
    y = np.arange(30) % 2
    items(
        "xgboost",
        dict(
            clf=lambda: xgb.XGBClassifier(n_estimators=3).fit(X, y),
            reg=lambda: xgb.XGBRegressor(n_estimators=3).fit(X, y),
            rank=lambda: xgb.XGBRanker(n_estimators=3).fit(X, y, group=[15, 15]),
            rf=lambda: xgb.XGBRFClassifier(n_estimators=3).fit(X, y),
            booster=lambda: xgb.train({}, xgb.DMatrix(X, y), 3),
            es=lambda: xgb.XGBClassifier(n_estimators=3, callbacks=[xgb.callback.EarlyStopping(2)]),
            cb=lambda: xgb.callback.EarlyStopping(2),
        ),
        joblibs=[0, 3],
    )


@section
def lightgbm():
    import lightgbm as lgb, numpy as np

    X = np.random.rand(60, 3)
    y = np.arange(60) % 2
    items(
        "lightgbm",
        dict(
            clf=lambda: lgb.LGBMClassifier(n_estimators=3).fit(X, y),
            reg=lambda: lgb.LGBMRegressor(n_estimators=3).fit(X, y),
            booster=lambda: lgb.train({"verbose": -1}, lgb.Dataset(X, y), 3),
            rank=lambda: lgb.LGBMRanker(n_estimators=3).fit(X, y, group=[30, 30]),
        ),
        joblibs=[0, 3],
    )


@section
def catboost():
    import catboost as cb, numpy as np

    X = np.random.rand(30, 3)
    y = np.arange(30) % 2
    kw = dict(iterations=3, verbose=0, allow_writing_files=False)
    items(
        "catboost",
        dict(
            clf=lambda: cb.CatBoostClassifier(**kw).fit(X, y),
            reg=lambda: cb.CatBoostRegressor(**kw).fit(X, y),
            cb=lambda: cb.CatBoost(dict(kw)).fit(X, y),
            rank=lambda: cb.CatBoostRanker(**kw),
            fresh=lambda: cb.CatBoostClassifier(),
        ),
        joblibs=[0, 3],
    )
