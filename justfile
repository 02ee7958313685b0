# What CI runs: `just ready`.

default:
    @just --list

# everything that must pass before a commit
ready: fmt lint test http onnx doc generated shape deny

fmt:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets -- -D warnings

# unit, integration and documentation tests
test:
    cargo test --workspace --no-fail-fast

# remote files: a feature of the command line, tested against servers on this machine
http:
    cargo clippy -p palisade-cli --features http --all-targets -- -D warnings
    cargo test -p palisade-cli --features http --lib --test remote

# a classifier of the user: a feature; PALISADE_TEST_ONNXRUNTIME=PYTHON compares it with onnxruntime
onnx:
    cargo clippy -p palisade-text -p palisade-cli --features palisade-cli/onnx --all-targets -- -D warnings
    cargo test -p palisade-text --features onnx --lib classifier
    cargo test -p palisade-cli --features onnx --test classifier

# documentation builds without warnings
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

# generated files are fresh
generated:
    cargo run --quiet -p palisade-dev -- gen --check
    cargo run --quiet -p palisade-dev -- example --check

# the shape of the house
shape:
    cargo run --quiet -p palisade-dev -- shape

# licences, sources and duplicate dependencies (needs cargo-deny)
deny:
    cargo deny --offline --log-level error check bans licenses sources

# write generated files again
gen:
    cargo run --quiet -p palisade-dev -- gen
    cargo run --quiet -p palisade-dev -- example

# the skeleton of a new check: just new-check model some-name
new-check component name:
    cargo run --quiet -p palisade-dev -- new-check {{component}} {{name}}
