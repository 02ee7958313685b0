#!/usr/bin/env bash
# How fast pickles are walked, and in how much memory, beside `picklescan` if it is installed.
#   benches/pickle.sh [PALISADE] [RECORDS]
# Makes pickles of numbers, strings, records and objects in a temporary folder with python3, and prints for each the
# CPU seconds (user and system), megabytes a CPU second, and the peak of memory beyond the bytes of the file.
set -euo pipefail
palisade=${1:-target/release/palisade}
records=${2:-3000000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 - "$folder" "$records" <<'PYTHON'
import datetime, pickle, sys
folder, records = sys.argv[1], int(sys.argv[2])
def write(name, protocol, make):
    with open(f"{folder}/{name}-p{protocol}.pkl", "wb") as file:
        pickle.dump(make(), file, protocol=protocol)
for protocol in (2, 4):
    write("lists", protocol, lambda: [[i, float(i), str(i)] for i in range(records)])
    write("records", protocol, lambda: [{"id": i, "name": f"user {i}", "score": i / 7, "tags": ["a", "b"]} for i in range(records // 3)])
write("tuples", 4, lambda: [(i, i + 1, i * 0.5) for i in range(records)])
write("numbers", 4, lambda: list(range(records * 4)))
write("objects", 4, lambda: [datetime.datetime(2000 + i % 20, 1, 1 + i % 28) for i in range(records // 4)])
write("text", 0, lambda: [[i, float(i), str(i)] for i in range(records // 3)])
PYTHON

python3 - "$palisade" "$folder" <<'PYTHON'
import glob, os, resource, shutil, sys
palisade, folder = sys.argv[1], sys.argv[2]
def run(command):
    null = os.open(os.devnull, os.O_WRONLY)
    child = os.fork()
    if child == 0:
        os.dup2(null, 1), os.dup2(null, 2)
        os.execvp(command[0], command)
    _, _, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
tools = [("palisade", [palisade, "scan", "--no-manifest", "--no-progress", "--max-size", "100G"])]
if shutil.which("picklescan"):
    tools.append(("picklescan", ["picklescan", "--path"]))
for path in sorted(glob.glob(folder + "/*")):
    size = os.path.getsize(path) / 1e6
    for name, command in tools:
        seconds, memory = min(run(command + [path]) for _ in range(3 if name == "palisade" else 1))
        print(f"{os.path.basename(path):16} {size:7.1f} MB  {name:10} {seconds:8.2f} s  {size / seconds:8.1f} MB/s  "
              f"peak {memory:7.0f} MiB, beyond the file {memory - size / 1.048576:6.0f} MiB")
PYTHON
