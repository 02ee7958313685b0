#!/usr/bin/env bash
# Writes the benign files: one folder for each environment.
#   benches/benign/write.sh ENVIRONMENTS OUT
set -uo pipefail
environments=${1:?usage: write.sh ENVIRONMENTS OUT}
mkdir -p "${2:?usage: write.sh ENVIRONMENTS OUT}"
here=$(cd "$(dirname "$0")" && pwd) environments=$(cd "$environments" && pwd) out=$(cd "$2" && pwd)
# Equal runs write equal files, as far as the libraries allow; nothing is downloaded.
export PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1 YOLO_OFFLINE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

run() {
    local name=$1 script=$2
    shift 2
    [ -x "$environments/$name/bin/python" ] || return
    mkdir -p "$out/$name"
    timeout 900 "$environments/$name/bin/python" "$here/$script" "$out/$name" "$@" > "$work/log" 2>&1
    echo "$name $script: exit $?, $(find "$out/$name" -type f ! -name errors.txt | wc -l) files"
}

for name in latest sklearn-0.22 sklearn-0.24 sklearn-1.0 sklearn-1.2 sklearn-1.3 sklearn-1.5; do
    run "$name" basics.py
done
run python2 python2.py
run libraries-a basics.py stdlib numpy pandas
run libraries-a libraries.py
run libraries-b libraries.py
run torch-1.12 checkpoints.py
run torch-2.7 checkpoints.py
run unseen unseen.py
