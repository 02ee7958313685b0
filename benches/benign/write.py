"""Writes objects as pickles and joblib files: what every generator here shares.

Tolerant: a library that is missing, or an object that cannot be made or pickled in this version, is noted in
`errors.txt` in the output folder and passed over. Seeded: each section begins with the same random numbers.
"""

import importlib
import inspect
import os
import pickle
import random
import sys
import traceback
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
if len(sys.argv) < 2:
    sys.exit("usage: %s OUTDIR [SECTION...]" % sys.argv[0])
out = sys.argv[1]
only = set(sys.argv[2:])
os.makedirs(out, exist_ok=True)
errors = open(os.path.join(out, "errors.txt"), "a")
PROTOCOLS = [protocol for protocol in (0, 1, 2, 3, 4, 5) if protocol <= pickle.HIGHEST_PROTOCOL]
LARGEST = 4_000_000


def folder(library):
    path = os.path.join(out, library)
    os.makedirs(path, exist_ok=True)
    return path


def seed():
    random.seed(0)
    for name, function in (("numpy.random", "seed"), ("torch", "manual_seed")):
        try:
            getattr(importlib.import_module(name), function)(0)
        except (ImportError, AttributeError):
            pass


def save(library, name, thing, protos=None, joblibs=()):
    """One pickle for each protocol (some of them, chosen by the name, unless `protos` says which), and joblib files."""
    if protos is None:
        chosen = sum(map(ord, name)) * 7 % len(PROTOCOLS)
        protos = sorted({PROTOCOLS[chosen], PROTOCOLS[-1], min(4, PROTOCOLS[-1]), 2})
    path = os.path.join(folder(library), name)
    for protocol in protos:
        try:
            content = pickle.dumps(thing, protocol)
        except Exception as error:
            errors.write("%s %s p%d: %r\n" % (library, name, protocol, error))
            continue
        if len(content) < LARGEST:
            with open("%s_p%d.pkl" % (path, protocol), "wb") as file:
                file.write(content)
    for compress in joblibs:
        try:
            import joblib

            method = compress if isinstance(compress, int) else compress[0]
            joblib.dump(thing, "%s_%s.joblib" % (path, method), compress=compress)
        except Exception as error:
            errors.write("%s %s joblib %s: %r\n" % (library, name, compress, error))


def items(library, things, **options):
    """Saves each thing, or what a function makes."""
    for name, make in things.items():
        try:
            thing = make() if callable(make) else make
        except BaseException as error:
            errors.write("make %s.%s: %r\n" % (library, name, error))
            continue
        save(library, name, thing, **options)


def section(function):
    """Runs a function at once, unless other sections were asked for."""
    if only and function.__name__ not in only:
        return function
    seed()
    try:
        function()
    except ImportError:
        pass
    except BaseException:
        errors.write("section %s\n%s\n" % (function.__name__, traceback.format_exc()))
        errors.flush()
    return function


def every(library, module, bases, fits, skip=()):
    """Every class of a module that can be made without arguments, fitted where it can be."""
    module = importlib.import_module(module)
    for name in sorted(dir(module)):
        kind = getattr(module, name)
        is_class = inspect.isclass(kind) and kind.__module__.startswith(bases) and not inspect.isabstract(kind)
        if not is_class or name in skip:
            continue
        try:
            thing = kind()
        except BaseException:
            continue
        for arguments in fits:
            try:
                if hasattr(thing, "fit"):
                    thing.fit(*arguments)
                break
            except BaseException:
                continue
        save(library, name, thing)


def checkpoint(library, name, thing):
    """A PyTorch file in each of its forms, and a pickle."""
    import torch

    path = os.path.join(folder(library), name)
    old, protocol = {"_use_new_zipfile_serialization": False}, {"pickle_protocol": 4}
    for extension, options in (("pt", {}), ("legacy.pt", old), ("p4.pth", protocol)):
        try:
            torch.save(thing, "%s.%s" % (path, extension), **options)
            if os.path.getsize("%s.%s" % (path, extension)) > 10 * LARGEST:
                os.remove("%s.%s" % (path, extension))
        except Exception as error:
            errors.write("%s %s %s %r\n" % (library, name, extension, error))
    try:
        content = pickle.dumps(thing, 4)
        if len(content) < LARGEST:
            with open(path + "_plain.pkl", "wb") as file:
                file.write(content)
    except Exception as error:
        errors.write("%s %s plain %r\n" % (library, name, error))


def checkpoints(library, things):
    for name, make in things.items():
        try:
            thing = make()
        except BaseException as error:
            errors.write("make %s.%s: %r\n" % (library, name, error))
            continue
        checkpoint(library, name, thing)
