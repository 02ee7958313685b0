#!/usr/bin/env python3
"""How many files of a folder reach block and review: tally.py PALISADE DIR...

Prints the folders in which any does, the total, and the messages that cause it, most frequent first. Rules about every file
of weights (its format, its signature) are never worse than low, and count nowhere here.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

RANK = {"critical": 4, "high": 3, "medium": 2, "low": 1, "info": 0}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    palisade, folders = str(pathlib.Path(sys.argv[1]).absolute()), [str(pathlib.Path(folder).absolute()) for folder in sys.argv[2:]]
    command = [palisade, "scan", "--no-ignore", "--no-manifest", "--no-progress", "-f", "json", *folders]
    # From the root, paths in the report are absolute but for their first slash.
    report = json.loads(subprocess.run(command, capture_output=True, text=True, cwd="/").stdout)
    path = lambda shown: "/" + shown["path"].lstrip("/")
    worst, messages = collections.defaultdict(int), collections.defaultdict(set)
    for finding in report["findings"]:
        file, level = path(finding["target"]), RANK[finding["severity"]]
        worst[file] = max(worst[file], level)
        if level >= 2:
            message = re.sub(r"\(.*", "(...)", finding["message"])
            messages[finding["severity"], finding["rule"], message].add(file)
    unscanned = {path(gap) for gap in report["unscanned"]}
    rows, total = collections.defaultdict(lambda: [0, 0, 0, 0]), [0, 0, 0, 0]
    for folder in folders:
        for file in (
            entry for entry in pathlib.Path(folder).rglob("*") if entry.is_file() and entry.name != "errors.txt"
        ):
            level, of = worst[str(file)], file.relative_to(folder).parts[:-1]
            counts = [1, level >= 3, level >= 2, str(file) in unscanned]
            for row in (rows["/".join([pathlib.Path(folder).name, *of[:2]])], total):
                row[:] = [a + b for a, b in zip(row, counts)]
    for name, row in sorted(rows.items()):
        if any(row[1:]):
            print("{:<34} n={:>5} block={:>4} review or block={:>4} unscanned={:>4}".format(name, *row))
    shares = [100 * count / max(total[0], 1) for count in total]
    print(
        f"all: n={total[0]}, block {total[1]} ({shares[1]:.2f} %), review or block {total[2]} ({shares[2]:.2f} %), unscanned {total[3]}"
    )
    for (severity, rule, message), files in sorted(messages.items(), key=lambda item: -len(item[1]))[:40]:
        print(f"{len(files):>5} {severity} {rule}: {message}, such as {min(files)}")


main()
