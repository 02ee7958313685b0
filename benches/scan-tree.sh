#!/usr/bin/env bash
# Files a second and peak memory of `palisade scan` over a tree, beside `grep -r` over the same tree.
#   benches/scan-tree.sh DIR [PALISADE]
# Prints CPU seconds, wall seconds and peak memory of each, run in turn three times; quote ratios and CPU time.
set -euo pipefail
tree=$1
palisade=${2:-target/release/palisade}
files=$(find "$tree" -type f | wc -l)
echo "files: $files, bytes: $(du -sb "$tree" | cut -f1)"
measure() {
    local name=$1; shift
    /usr/bin/time -f "$name: %U user %S sys %e wall %M KiB" "$@" >/dev/null 2>/tmp/scan-tree.$$ || true
    tail -n 1 /tmp/scan-tree.$$
}
for _ in 1 2 3; do
    measure grep grep -r -c "pickle" "$tree"
    measure palisade "$palisade" scan --no-ignore --no-manifest --no-progress --format json "$tree"
done
rm -f /tmp/scan-tree.$$
