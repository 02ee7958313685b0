#!/usr/bin/env python3
"""How many functions, and classes that act in their constructor, are blocked when a pickle calls them.

  gadgets.py PALISADE SITE_PACKAGES...

Reads the sources of installed packages (nothing of them is imported), picks 30,000 functions at random, writes pickles that
call each with one argument, and counts what `palisade scan` says. Then the same for classes whose constructors reach
files, processes, the network or code. Nothing that is written is ever loaded.
"""

import ast
import collections
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SINK = re.compile(
    r"^(open|eval|exec|compile|__import__|io\.open|Popen|import_module|importlib\.import_module|urlopen|urlretrieve"
    r"|os\.(system|popen|remove|unlink|mkdir|makedirs|rename|exec\w+|spawn\w+|kill|chmod|listdir|chdir)"
    r"|(subprocess|shutil|requests|urllib\.request|socket|ctypes|tempfile|zipfile|tarfile|multiprocessing)\.\w+"
    r"|pickle\.loads?|(joblib|torch|np|numpy|yaml)\.load|load_library|CDLL|gzip\.open|ZipFile|sqlite3\.connect"
    r"|webbrowser\.\w+|Thread|threading\.Thread|Process|check_output|hf_hub_download|snapshot_download|download\w*)$"
)
# What a pickle can make a loader call on an object.
METHODS = ("__init__", "__new__", "__setstate__", "__post_init__", "__del__", "__setitem__", "append", "extend", "add")
RANK = {"critical": 4, "high": 3, "medium": 2, "low": 1, "info": 0}


def acts(node):
    """Whether a class reaches something from the methods above, or from methods that those call on `self`."""
    methods = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
    todo = [(methods[name], 0) for name in METHODS if name in methods]
    seen = set()
    while todo:
        function, depth = todo.pop()
        for call in (inner for inner in ast.walk(function) if isinstance(inner, ast.Call)):
            name = ast.unparse(call.func)
            if SINK.match(name):
                return True
            own = name[5:] if name.startswith("self.") else None
            if own in methods and depth < 2 and own not in seen:
                seen.add(own)
                todo.append((methods[own], depth + 1))
    return False


def names(sites):
    functions, classes = set(), set()
    for site in map(pathlib.Path, sites):
        for path in site.rglob("*.py"):
            module = ".".join(path.relative_to(site).with_suffix("").parts).removesuffix(".__init__")
            try:
                tree = ast.parse(path.read_text(errors="replace"))
            except (SyntaxError, ValueError, RecursionError, OSError):
                continue
            for node in tree.body:
                name = getattr(node, "name", "")
                if not (module + name).isascii():
                    continue
                if isinstance(node, ast.FunctionDef):
                    functions.add((module, name))
                elif isinstance(node, ast.ClassDef) and acts(node):
                    classes.add((module, name))
    return sorted(functions), sorted(classes)


def judged(palisade, title, names, argument):
    push = b"V%s\n" % argument.encode() if isinstance(argument, str) else b"I%d\n" % argument
    worst = collections.defaultdict(int)
    with tempfile.TemporaryDirectory() as folder:
        # Few calls a file: a rule lists at most 200 findings of one input.
        for start in range(0, len(names), 100):
            calls = [b"c%s\n%s\n(%stR0" % (m.encode(), n.encode(), push) for m, n in names[start : start + 100]]
            pathlib.Path(folder, f"{start}.pkl").write_bytes(b"".join(calls) + b"N.")
        command = [palisade, "scan", "--no-ignore", "--no-manifest", "--no-progress", "-f", "json", folder]
        report = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    for finding in report["findings"]:
        called = re.search(r"`([^`(]+)[(`]", finding["message"])
        if finding["rule"] == "pickle-call" and called:
            worst[called.group(1)] = max(worst[called.group(1)], RANK[finding["severity"]])
    levels = [worst[f"{module}.{name}"] for module, name in names]
    share = lambda least: 100 * sum(level >= least for level in levels) / max(len(levels), 1)
    print(f"{title:<36} n={len(names):>6}  block {share(3):6.2f} %  review or block {share(2):6.2f} %")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    palisade, sites = str(pathlib.Path(sys.argv[1]).absolute()), sys.argv[2:]
    functions, classes = names(sites)
    random.seed(0)
    functions = random.sample(functions, min(30_000, len(functions)))
    judged(palisade, "functions, called with a command", functions, "touch out")
    judged(palisade, "functions, called with a number", functions, 1)
    judged(palisade, "acting classes, called with a path", classes, "/nowhere/x")
    judged(palisade, "acting classes, called with a word", classes, "x")


main()
