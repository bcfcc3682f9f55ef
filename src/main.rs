//! The `ascolto` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ascolto::cli::main()
}
