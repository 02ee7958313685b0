"""Pickles as Python 2.7 writes them: python2.py OUTDIR. Runs under Python 2 only, and shares nothing with the others."""

import sys, os, pickle, cPickle, collections, datetime, decimal, warnings

warnings.filterwarnings("ignore")
out = sys.argv[1]
import numpy as np


class Net(object):
    def __init__(self):
        self.n = 3


class Old:
    def __init__(self):
        self.n = 3


X = np.random.RandomState(0).rand(40, 4)
y = np.arange(40) % 2


def save(lib, name, o):
    d = os.path.join(out, lib)
    if not os.path.isdir(d):
        os.makedirs(d)
    for p in (0, 1, 2):
        for m in (pickle, cPickle):
            try:
                b = m.dumps(o, p)
            except Exception as e:
                print("%s %s %r" % (lib, name, e))
                continue
            if len(b) < 4000000:
                open(os.path.join(d, "%s_%s_p%d.pkl" % (name, m.__name__, p)), "wb").write(b)


def items(lib, d):
    for n, f in d.items():
        try:
            o = f()
        except Exception as e:
            print("%s %s %r" % (lib, n, e))
            continue
        save(lib, n, o)


items(
    "stdlib27",
    dict(
        prims=lambda: {u"a": [1, long(2), 1.5, None, True, "s", u"\xfc", (1,), set([1])]},
        net=Net,
        old=Old,
        od=lambda: collections.OrderedDict(a=1),
        dd=lambda: collections.defaultdict(list),
        dt=lambda: [datetime.datetime(2024, 1, 2, 3, 4, 5), datetime.date(2024, 1, 2), datetime.timedelta(1)],
        dec=lambda: decimal.Decimal("1"),
        counter=lambda: collections.Counter("ab"),
        ud=lambda: __import__("UserDict").UserDict(),
        sets=lambda: __import__("sets").Set([1]),
        sio=lambda: __import__("StringIO").StringIO("x"),
        rng=lambda: xrange(3),
        exc=lambda: ValueError("x"),
        types=lambda: [int, long, str, unicode, object, type(None), len, max],
        re=lambda: __import__("re").compile("a"),
    ),
)
items(
    "numpy27",
    dict(
        f8=lambda: X,
        scalar=lambda: [np.float64(1), np.int32(1), np.str_("a")],
        obj=lambda: np.array([None, {1: 2}], dtype=object),
        rs=lambda: np.random.RandomState(0),
        ma=lambda: np.ma.masked_array([1, 2], [0, 1]),
        mat=lambda: np.matrix([1]),
        uf=lambda: [np.add, np.log1p],
        st=lambda: np.zeros(2, dtype=[("a", "i4")]),
    ),
)
import pandas as pd

df = pd.DataFrame({"a": [1, 2], "b": ["x", None], "d": pd.date_range("2020", periods=2)})
items(
    "pandas27",
    dict(
        df=lambda: df,
        s=lambda: df.a,
        cat=lambda: df.b.astype("category"),
        ts=lambda: pd.Timestamp("2020-01-01", tz="UTC"),
        pi=lambda: pd.period_range("2020", periods=2, freq="M"),
        mi=lambda: df.set_index(["a", "b"]),
        off=lambda: pd.offsets.BDay(1),
    ),
)
import scipy.sparse as sp, scipy.stats as st

items("scipy27", dict(csr=lambda: sp.eye(3).tocsr(), norm=lambda: st.norm(0, 1), coo=lambda: sp.eye(3).tocoo()))
from sklearn.utils.testing import all_estimators

for n, c in all_estimators():
    try:
        e = c()
    except Exception:
        continue
    try:
        e.set_params(n_estimators=3)
    except Exception:
        pass
    for a in ((X, y), (X,), (["a b", "b"],)):
        try:
            e.fit(*a)
            break
        except Exception:
            continue
    save("sklearn27", n, e)
