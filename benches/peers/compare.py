#!/usr/bin/env python3
"""Palisade beside other scanners of model files, from PyPI, in one run. See README.md.

  compare.py install --venvs DIR                       once: a virtual environment for each peer
  compare.py corpus  --venvs DIR --root CORPUS         detection and false alarms on a labelled corpus
  compare.py speed   --venvs DIR --work DIR            start-up, a pickle of lists, a large archive
"""

import argparse
import csv
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {
    "picklescan": ["picklescan", "numpy", "py7zr"],
    "modelscan": ["modelscan[h5py]"],
    "fickling": ["fickling", "typing_extensions"],
    "modelaudit": ["modelaudit"],
}
COMMANDS = {
    "picklescan": ["-p", "{path}"],
    "modelscan": ["scan", "-p", "{path}"],
    "fickling": ["--check-safety", "--json-output", "/dev/null", "{path}"],
    "modelaudit": ["scan", "--no-cache", "--format", "json", "{path}"],
}
# No telemetry, no look-ups.
QUIET = {**os.environ, "PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_ANALYTICS": "1", "HF_HUB_OFFLINE": "1"}


def install(args):
    for name, packages in PEERS.items():
        venv = args.venvs / name
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "--quiet", *packages], check=True)


def versions(args):
    for name in args.peers:
        shown = subprocess.run([args.venvs / name / "bin/pip", "list"], capture_output=True, text=True).stdout
        yield name, next((line.split()[1] for line in shown.splitlines() if line.split()[:1] == [name]), "not installed")


def measured(command, limit=900):
    """Exit code, wall seconds, CPU seconds and peak memory in KiB of one process."""
    started = time.monotonic()
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, env=QUIET, cwd="/tmp")
    code = None
    while code is None:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            process.returncode = code
        elif time.monotonic() - started > limit:
            process.kill()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = code = 124
        else:
            time.sleep(0.0005)
    return code, time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss


# Starts a command, and prints its peak of memory and its own, in KiB.
HELPER = """
import os, sys
child = os.fork()
if child == 0:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.execv(sys.argv[1], sys.argv[1:])
used = os.wait4(child, 0)[2]
own = [line for line in open("/proc/self/status") if line.startswith("VmHWM")][0].split()[1]
print(used.ru_maxrss, own)
"""


def peak(command):
    """Peak memory in KiB of one process, and whether that is only a bound from above.

    A process inherits the peak of the one that starts it, so that a small one has to: GNU `time`, or else an interpreter
    without its library, whose own peak is then the least that can be told."""
    time = shutil.which("time")
    starter = [time, "-f", "%M"] if time else [sys.executable, "-I", "-S", "-c", HELPER]
    shown = subprocess.run([*starter, *command], capture_output=True, text=True, env=QUIET, cwd="/tmp")
    if time:
        return int(shown.stderr.split()[-1]), False
    figure, own = map(int, shown.stdout.split()[-2:])
    return figure, figure <= own


def memory_of(command, measured_here):
    """As text, in MiB. A figure above the peak of this interpreter is the scanner's own."""
    inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figure, is_bound = (measured_here, False) if measured_here > inherited else peak(command)
    return f"{'<=' if is_bound else ''}{figure / 1024:.1f}"


def corpus_of(root):
    with open(root / "labels.csv") as labels:
        rows = list(csv.DictReader(labels))
    return [row for row in rows if (root / row["path"]).is_file()]


def with_palisade(args, rows):
    results = []
    for row in rows:
        command = [args.palisade, "scan", "--no-manifest", args.root / row["path"]]
        code, wall, cpu, _ = measured(command, args.timeout)
        results.append({"path": row["path"], "rc": code, "wall": wall, "cpu": cpu})
    return results


def with_peer(args, name, rows):
    """Through the driver; a saved result is taken where there is one, since some peers take minutes."""
    saved = args.results / f"{name}.json" if args.results else None
    if saved and saved.is_file():
        return json.loads(saved.read_text())
    driver = [args.venvs / name / "bin/python", HERE / "drive.py", name, str(args.timeout), args.root / rows[0]["path"]]
    paths = "".join(f"{args.root / row['path']}\n" for row in rows)
    shown = subprocess.run(driver, input=paths, capture_output=True, text=True, env=QUIET, cwd="/tmp").stdout
    results = []
    for line in shown.splitlines():
        code, wall, cpu, path = line.split("\t")
        path = str(pathlib.Path(path).relative_to(args.root))
        results.append({"path": path, "rc": int(code), "wall": float(wall), "cpu": float(cpu)})
    if saved:
        saved.parent.mkdir(parents=True, exist_ok=True)
        saved.write_text(json.dumps(results))
    return results


def share(part, whole):
    return f"{100 * part / whole:5.1f}%" if whole else "    -"


def corpus(args):
    rows = corpus_of(args.root)
    groups = {kind: [row["path"] for row in rows if row.get("kind", row["label"]) == kind] for kind in ("exec", "anomaly", "benign")}
    if not groups["exec"]:
        groups["exec"] = [row["path"] for row in rows if row["label"] == "malicious"]
    print(*(f"{name} {version}" for name, version in versions(args)), sep=", ")
    print({kind: len(paths) for kind, paths in groups.items()})
    print(f"{'':<12} {'exec found':>10} {'anomaly':>8} {'benign alarmed':>14} {'benign not clean':>16} {'CPU s':>7}")
    for name in ["palisade", *args.peers]:
        results = with_palisade(args, rows) if name == "palisade" else with_peer(args, name, rows)
        codes = {result["path"]: result["rc"] for result in results}
        hit = {kind: sum(codes.get(path) == 1 for path in paths) for kind, paths in groups.items()}
        unclean = sum(codes.get(path) != 0 for path in groups["benign"])
        cells = [share(hit[kind], len(groups[kind])) for kind in ("exec", "anomaly", "benign")]
        cells.append(share(unclean, len(groups["benign"])))
        cpu = sum(result["cpu"] for result in results)
        print(f"{name:<12} {cells[0]:>10} {cells[1]:>8} {cells[2]:>14} {cells[3]:>16} {cpu:7.1f}")
    whole = [args.palisade, "scan", "--no-manifest", args.root]
    code, wall, cpu, memory = measured(whole)
    print(f"palisade, all of it in one process: {cpu:.2f} CPU-s, {wall:.2f} s, {memory_of(whole, memory)} MiB, exit {code}")


def small_pickle(path):
    import pickle
    path.write_bytes(pickle.dumps(list(range(330)), 2))


def list_pickle(path):
    """Opcodes all the way: nested lists of small numbers and short strings."""
    import pickle
    rows = [[n % 256, n % 65536, f"k{n % 5000}", n / 3] for n in range(1_000_000)]
    with open(path, "wb") as file:
        pickle.dump(rows, file, 4)


def torch_archive(path, random, gib):
    """A state dict as `torch.save` lays it out: stored members, data at multiples of 64 bytes."""
    import pickletools
    names = [f"layer{n}.weight" for n in range(gib * 8)]
    length = 128 << 20
    out = [b"\x80\x02ccollections\nOrderedDict\n)R("]
    for number, name in enumerate(names):
        text = lambda value: b"X" + len(value).to_bytes(4, "little") + value.encode()
        sides = b"J" + (length // 4 // 4096).to_bytes(4, "little") + b"M\x00\x10"
        out += [text(name), b"ctorch._utils\n_rebuild_tensor_v2\n((", text("storage"), b"ctorch\nFloatStorage\n", text(str(number)),
                text("cpu"), b"J" + (length // 4).to_bytes(4, "little"), b"tQK\x00", sides, b"\x86M\x00\x10K\x01\x86\x89",
                b"ccollections\nOrderedDict\n)RtR"]
    data = b"".join([*out, b"u."])
    pickletools.dis(data, out=open(os.devnull, "w"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", "3\n")
        for number in range(len(names)):
            info = zipfile.ZipInfo(f"archive/data/{number}")
            pad = -(archive.fp.tell() + 30 + len(info.filename) + 4) % 64
            info.extra = b"FB" + pad.to_bytes(2, "little") + b"Z" * pad
            with archive.open(info, "w") as member:
                for _ in range(length >> 20):
                    member.write(os.urandom(1 << 20) if random else bytes(1 << 20))


def speed(args):
    args.work.mkdir(parents=True, exist_ok=True)
    random, lists, small = args.work / "random.pt", args.work / "lists.pkl", args.work / "small.pkl"
    small_pickle(small)
    for path, make in ((lists, list_pickle), (random, lambda path: torch_archive(path, True, args.gib))):
        if not path.exists():
            make(path)
    cases = [("1 kB, start-up", small, []), ("pickle of lists", lists, []), ("torch archive, structure", random, [])]
    print(f"{'':<26} {'scanner':<12} {'exit':>4} {'CPU s':>9} {'wall s':>8} {'MiB':>7} {'CPU ratio':>9}")
    for title, path, extra in [*cases, ("torch archive, --full", random, ["--full"])]:
        size, base = path.stat().st_size, None
        for name in ["palisade", *args.peers]:
            if extra and name != "palisade":
                continue
            peer = [args.venvs / name / "bin" / name, *(part.replace("{path}", str(path)) for part in COMMANDS.get(name, []))]
            command = [args.palisade, "scan", "--no-manifest", *extra, path] if name == "palisade" else peer
            runs = [measured(command, args.timeout) for _ in range(args.repeat if size < 1 << 20 else 1)]
            code, wall, cpu, memory = min(runs, key=lambda run: run[2])
            base = base or max(cpu, 0.0005)
            rate = f"  {size / cpu / 1e6:,.0f} MB/s" if cpu > 0.05 else ""
            print(f"{title:<26} {name:<12} {code:>4} {cpu:9.4f} {wall:8.3f} {memory_of(command, memory):>7} {cpu / base:9.1f}{rate}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["install", "corpus", "speed"])
    parser.add_argument("--venvs", type=pathlib.Path, required=True, help="where the peers are installed")
    parser.add_argument("--root", type=pathlib.Path, help="a corpus with labels.csv: path,label[,kind]")
    parser.add_argument("--results", type=pathlib.Path, help="keep the peers' results here, and take them from here")
    parser.add_argument("--work", type=pathlib.Path, help="where the large files of `speed` are made (about 3 GB)")
    parser.add_argument("--palisade", type=pathlib.Path, default=HERE.parents[1] / "target/release/palisade")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--timeout", type=int, default=120, help="seconds for one file")
    parser.add_argument("--gib", type=int, default=2, help="size of the torch archive")
    parser.add_argument("--repeat", type=int, default=10)
    args = parser.parse_args()
    for name in ("root", "palisade", "venvs"):
        if getattr(args, name):
            setattr(args, name, getattr(args, name).absolute())
    {"install": install, "corpus": corpus, "speed": speed}[args.verb](args)


main()
