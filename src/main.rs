//! Runs what the command line asks for, prints what went wrong, and ends with the right code.
use std::{
    io::{Write, stderr},
    process::ExitCode,
};

fn main() -> ExitCode {
    match quarterdeck::cli::run(std::env::args_os()) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            // nobody to tell if stderr is closed
            let _closed = writeln!(stderr(), "quarterdeck: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
