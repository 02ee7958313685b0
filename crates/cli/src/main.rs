//! The `palisade` binary. Everything is in the library, so that tests and generators see the same program.

fn main() -> palisade_cli::Exit {
    palisade_cli::main()
}
