//! The binary: reads the command line, opens the data folder, makes one call of the application and prints its
//! answer. Results go to standard output and nothing else does; progress, logs and errors go to standard error.
//! Exit codes: 0 done, 1 failed, 2 called wrongly.

mod cli;
mod commands;
mod descriptors;
mod logging;
mod output;
mod progress;
mod stopping;

use app::AppError;
use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    if !matches!(cli.command, cli::Command::Demo(_)) {
        // What is kept is for this user alone, whatever the shell says. The demo's reports are for whoever likes.
        rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    }
    logging::start(cli.log_format);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let result = runtime.block_on(commands::run(cli));
    // Work on blocking threads may be stopped at any moment without harm; do not wait for its end.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match result {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

/// What happened, where, and what to do.
fn fail(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        return ExitCode::SUCCESS;
    }
    let advice = error.downcast_ref::<AppError>().and_then(|error| error.advice.as_deref());
    output::complain(&format!("{error:#}"), advice);
    ExitCode::from(1)
}

/// The reader of our output has seen enough (`| head`).
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.downcast_ref::<std::io::Error>().is_some_and(broken)
}
