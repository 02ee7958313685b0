#!/usr/bin/env python3
"""Personal data and secrets: palisade, presidio-analyzer and detect-secrets on the same rows, in one run.

    compare.py install --venv DIR
    compare.py run     --venv DIR --palisade BINARY ROWS.jsonl...

A row is {"text", "spans": [{"start", "end", "type"}]}; places count characters. A span is found if a finding of its type
overlaps it; a finding that overlaps no span of its type is a false alarm. Findings of any score count.
"""

import argparse
import collections
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = ["presidio-analyzer", "detect-secrets"]
PATTERNS = [
    "CREDIT_CARD", "CRYPTO", "DATE_OF_BIRTH", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS", "PHONE_NUMBER", "URL",
    "US_DRIVER_LICENSE", "US_SSN",
]
# Reported apart: what only a guess finds.
GUESSES = ["PERSON", "ADDRESS", "LOCATION", "ORGANIZATION", "NRP", "AGE", "TITLE", "DATE_TIME"]


def palisade(binary, rows):
    lines = "".join(json.dumps({"id": at, "text": row["text"]}) + "\n" for at, row in enumerate(rows))
    command = [binary, "inspect", "--jsonl", "--detectors", "personal-data,secret"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=False).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = [json.loads(line)["findings"] for line in out.decode().splitlines()]
    return [[(one["start"], one["end"], one["entity"]) for one in row if "entity" in one] for row in found], seconds


def presidio(rows):
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        """Words without a model: what recognises names is left out."""

        def load(self):
            self.nlp = {"en": spacy.blank("en")}

    blank = Blank(models=[{"lang_code": "en", "model_name": "blank"}])
    blank.load()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    engine = AnalyzerEngine(registry=registry, nlp_engine=blank, supported_languages=["en"])
    engine.analyze("warm up", language="en")
    started = time.process_time()
    found = [
        [(one.start, one.end, one.entity_type, one.score) for one in engine.analyze(row["text"], language="en")] for row in rows
    ]
    return found, time.process_time() - started


def secrets(rows):
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings

    found = []
    with default_settings(), tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "row.txt")
        seconds = 0.0
        for row in rows:
            text, hits = row["text"], set()
            Path(path).write_text(text)
            started = time.process_time()
            for secret in scan_file(path):
                at = text.find(secret.secret_value or "\0")
                if at >= 0:
                    hits.add((at, at + len(secret.secret_value), "SECRET"))
            seconds += time.process_time() - started
            found.append(sorted(hits))
        return found, seconds


def score(rows, found):
    """Hits, misses and false alarms of each type."""
    hits, misses, alarms = collections.Counter(), collections.Counter(), collections.Counter()
    for row, findings in zip(rows, found):
        used = set()
        for span in row["spans"]:
            kind = span["type"]
            same = [
                at
                for at, (start, end, entity) in enumerate(findings)
                if start < span["end"] and span["start"] < end and entity == kind
            ]
            used.update(same)
            (hits if same else misses)[kind] += 1
        for at, (_, _, entity) in enumerate(findings):
            if at not in used:
                alarms[entity] += 1
    return hits, misses, alarms


def ratio(part, whole):
    return f"{part / whole:.3f}" if whole else "-"


def line(name, kinds, counts, extra=()):
    cells = []
    for hits, misses, alarms in counts:
        hit, miss = sum(hits[kind] for kind in kinds), sum(misses[kind] for kind in kinds)
        alarm = sum(alarms[kind] for kind in [*kinds, *extra])
        cells.append(f"{ratio(hit, hit + alarm)} / {ratio(hit, hit + miss)}")
    return f"| {name} | {hit + miss} | " + " | ".join(cells) + " |"


def peer(name, rows):
    print(json.dumps({"presidio": presidio, "secrets": secrets}[name](rows)))


def run(arguments):
    for path in arguments.rows:
        rows = [json.loads(text) for text in Path(path).read_text().splitlines()]
        results = {"palisade": palisade(arguments.palisade, rows)}
        python = Path(arguments.venv) / "bin" / "python"
        for name in ["presidio", "secrets"]:
            command = [python, __file__, "peer", name, path]
            results[name] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()[-1])
        found, seconds = results["presidio"]
        results["presidio"] = [[one[:3] for one in row] for row in found], seconds
        sure = [[one[:3] for one in row if one[3] >= 0.5] for row in found], seconds
        results = {"palisade": results["palisade"], "presidio": results["presidio"], "sure": sure, "secrets": results["secrets"]}
        counts = [score(rows, found) for found, _ in results.values()]
        size = sum(len(row["text"]) for row in rows)
        print(f"\n{Path(path).name}: {len(rows)} rows, {size} characters; precision / recall\n")
        print("| | spans | palisade | presidio-analyzer | the same, from 0.5 on | detect-secrets |\n|---|---|---|---|---|---|")
        for kind in PATTERNS:
            if any(hits[kind] + misses[kind] for hits, misses, _ in counts):
                print(line(kind, [kind], counts))
        labelled = {span["type"] for row in rows for span in row["spans"]}
        other = {kind for _, _, alarms in counts for kind in alarms} - set(PATTERNS) - set(GUESSES) - {"SECRET"}
        print(line("**pattern classes**, alarms of other classes included", PATTERNS, counts, sorted(other)))
        print(line("**secrets**", ["SECRET"], counts))
        for kind in GUESSES:
            if kind in labelled:
                print(line(f"{kind} (a guess)", [kind], counts))
        print("| CPU seconds | | " + " | ".join(f"{seconds:.2f}" for _, seconds in results.values()) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    install = verbs.add_parser("install")
    install.add_argument("--venv", required=True)
    bench = verbs.add_parser("run")
    bench.add_argument("--venv", required=True)
    bench.add_argument("--palisade", default="target/release/palisade")
    bench.add_argument("rows", nargs="+")
    inner = verbs.add_parser("peer")
    inner.add_argument("name")
    inner.add_argument("rows")
    arguments = parser.parse_args()
    if arguments.verb == "install":
        subprocess.run([sys.executable, "-m", "venv", arguments.venv], check=True)
        subprocess.run([os.path.join(arguments.venv, "bin", "pip"), "install", "--quiet", *PACKAGES], check=True)
    elif arguments.verb == "peer":
        peer(arguments.name, [json.loads(text) for text in Path(arguments.rows).read_text().splitlines()])
    else:
        run(arguments)


if __name__ == "__main__":
    main()
