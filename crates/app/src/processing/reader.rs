//! Reads a connection in a process of its own: what a stranger's file does to its reader (memory without end, a stack
//! that overflows, an abort in a library) ends that process, and the server goes on. Costs and limits: ADR 11.

use super::line::Line;
use super::reading::{END_WAIT, MOST_LINE, ReaderProcess};
use super::watch::{LOOK, Watch};
use crate::ingest_job::IngestSummary;
use crate::lock::{Writing, stopped};
use crate::{App, AppError, ErrorKind, Result};
use meta::ProcessingJob;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// With these a program ends that says what is wrong: it could not open the data folder, for instance.
const ORDERLY: [i32; 2] = [1, 2];

/// How a run ended.
pub(super) enum Ended {
    /// It told so itself.
    Told(Result<IngestSummary>),
    /// Its process ended without a word.
    Died(AppError),
    /// The server stops.
    Stopped,
}

/// Runs a job in a process of its own, within its bounds.
///
/// # Errors
/// When it cannot be begun: somebody else writes, or the process cannot be started.
pub(super) async fn read(app: &App, process: &ReaderProcess, job: &ProcessingJob) -> Result<Ended> {
    let writing = app.writing().await?;
    let at_work = app.at_work(&job.connection_id)?;
    let shown = app.live().begin(&job.organization_id, Some(&job.connection_id));
    let mut reader = Reader::start(process, job.id, &writing)?;
    let mut watch = Watch::begin(Instant::now());
    let mut looks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            line = reader.lines.recv() => match line {
                Some(Line::Alive) => {}
                Some(Line::Progress(progress)) => {
                    watch.saw(&progress, Instant::now());
                    shown.show(progress);
                }
                // All is published and written down: what is left of the process is killed with the reader.
                Some(Line::Done(summary)) => return Ok(Ended::Told(Ok(summary))),
                Some(Line::Failed(error)) => return Ok(Ended::Told(Err(error))),
                None => break,
            },
            _ = looks.tick() => if let Some(error) = watch.over(app.reading(), Instant::now()) {
                reader.kill();
                reader.ended().await;
                return Ok(Ended::Told(Err(error)));
            },
            () = at_work.told_to_stop() => {
                reader.kill();
                reader.ended().await;
                return Ok(Ended::Told(Err(stopped())));
            }
            () = app.stopping() => {
                reader.kill();
                reader.ended().await;
                return Ok(Ended::Stopped);
            }
        }
    }
    let (status, last_words) = reader.ended().await;
    if status.and_then(|status| status.code()).is_some_and(|code| ORDERLY.contains(&code)) {
        return Err(AppError::new(ErrorKind::Unavailable, "a reading process could not begin its work")
            .advise("The log of the server says why; it is tried again."));
    }
    Ok(Ended::Died(died(status, &last_words, app.reading().memory)))
}

/// A process that reads. Killed when dropped: whoever gave up waiting does not want it to go on.
struct Reader {
    child: Arc<Mutex<Child>>,
    lines: mpsc::Receiver<Line>,
    end: mpsc::Receiver<(Option<ExitStatus>, String)>,
}

impl Reader {
    fn start(process: &ReaderProcess, job: i64, writing: &Writing) -> Result<Self> {
        let failed = |error: std::io::Error| {
            AppError::new(ErrorKind::Unavailable, format!("a reading process could not be started: {error}"))
                .advise(
                    "Check the limits of this service (processes, memory, open files); it is tried again.",
                )
        };
        let mut command = Command::new(&process.program);
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            // A group of its own: the interrupt of a terminal is for the server, which then ends its readers in order.
            command.arg0("cloud-analyzer").process_group(0);
        }
        let mut child = command
            .args(&process.arguments)
            .arg(job.to_string())
            .stdin(writing.lend().map_err(failed)?)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(out), Some(log)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(AppError::internal("a reading process has no output"));
        };
        let child = Arc::new(Mutex::new(child));
        let (sender, lines) = mpsc::channel(16);
        let (ended, end) = mpsc::channel(1);
        let reader = Self { child: Arc::clone(&child), lines, end };
        let log = std::thread::Builder::new().name("reader-log".to_owned()).spawn(move || copy_log(log));
        let log = log.map_err(failed)?;
        let body = move || {
            forward(out, &sender);
            let status = reap(&child);
            drop(sender);
            let last_words = log.join().unwrap_or_default();
            // Nobody listens where the job was dropped.
            let _ = ended.blocking_send((status, last_words));
        };
        std::thread::Builder::new().name("reader".to_owned()).spawn(body).map_err(failed)?;
        Ok(reader)
    }

    fn kill(&self) {
        // Already gone is as good.
        let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }

    /// How the process ended, and what it said last.
    async fn ended(&mut self) -> (Option<ExitStatus>, String) {
        // Whoever forwards lines must not wait for us.
        self.lines.close();
        while self.lines.recv().await.is_some() {}
        self.end.recv().await.unwrap_or_default()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Hands lines on until there are none.
fn forward(out: ChildStdout, lines: &mpsc::Sender<Line>) {
    let mut out = BufReader::new(out);
    loop {
        let mut line = vec![];
        let read = out.by_ref().take(MOST_LINE).read_until(b'\n', &mut line);
        if read.is_err() || line.pop() != Some(b'\n') {
            return;
        }
        match serde_json::from_slice(&line) {
            Ok(line) => {
                if lines.blocking_send(line).is_err() {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a reading process told what is not understood");
                return;
            }
        }
    }
}

/// Waits for the end of a process that has nothing more to say; one that does not end is killed.
fn reap(child: &Mutex<Child>) -> Option<ExitStatus> {
    let patience = Instant::now() + END_WAIT;
    loop {
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        match child.try_wait() {
            Ok(None) if Instant::now() > patience => {
                let _ = child.kill();
                return child.wait().ok();
            }
            Ok(None) => {}
            ended => return ended.ok().flatten(),
        }
        drop(child);
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Lines of the log that tell how a process ended.
const LAST_LINES: usize = 8;
/// Bytes of such a line.
const LAST_LINE: u64 = 4096;

/// Copies the log of a reading process into our own; gives its last lines.
fn copy_log(log: ChildStderr) -> String {
    let mut log = BufReader::new(log);
    let mut last = VecDeque::new();
    loop {
        let mut line = vec![];
        let read = log.by_ref().take(LAST_LINE).read_until(b'\n', &mut line);
        if read.is_err() || line.is_empty() {
            return Vec::from(last).join("\n");
        }
        let text: String = String::from_utf8_lossy(&line)
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect();
        let text = text.trim_end().to_owned();
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(std::io::stderr(), "{text}");
        last.push_back(text);
        if last.len() > LAST_LINES {
            last.pop_front();
        }
    }
}

/// Why a process ended without a word, in words.
fn died(status: Option<ExitStatus>, last_words: &str, memory: u64) -> AppError {
    let said = |part: &str| last_words.contains(part);
    if said("memory allocation of") || said("Cannot allocate memory") || said("out of memory") {
        let message =
            format!("reading this report needed more memory than it may have ({} MiB)", memory >> 20);
        return AppError::new(ErrorKind::Invalid, message).advise(
            "A damaged file can ask for any amount: have the report delivered again. If it really is that large, whoever runs this server can allow more (--read-memory).",
        );
    }
    if said("has overflowed its stack") {
        return AppError::new(ErrorKind::Invalid, "a file of this report is nested too deep to be read")
            .advise("Have the report delivered again; if that does not help, report it.");
    }
    let how = match (signal(status), status.and_then(|status| status.code())) {
        (Some(9), _) => {
            "was ended by the system or by an operator (signal 9), most likely for lack of memory".to_owned()
        }
        (Some(signal), _) => format!("ended with signal {signal}"),
        (None, Some(code)) => format!("ended with code {code}"),
        (None, None) => "ended".to_owned(),
    };
    AppError::new(ErrorKind::Internal, format!("the process that read this report {how}")).advise(
        "What was published before stands. The log of the server says more; if it happens again, report it.",
    )
}

#[cfg(unix)]
fn signal(status: Option<ExitStatus>) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status?)
}

#[cfg(not(unix))]
fn signal(_: Option<ExitStatus>) -> Option<i32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn a_death_is_said_in_words() {
        let signal = |number| Some(ExitStatus::from_raw(number));
        let memory = died(signal(6), "memory allocation of 8589934592 bytes failed", 2 << 30);
        assert!(memory.message.contains("(2048 MiB)"), "{memory}");
        let deep = died(signal(6), "thread 'ingest' has overflowed its stack", 0);
        assert!(deep.message.contains("nested too deep"), "{deep}");
        assert!(died(signal(9), "", 0).message.contains("lack of memory"));
        assert!(died(signal(11), "", 0).message.contains("signal 11"));
        assert!(died(Some(ExitStatus::from_raw(101 << 8)), "", 0).message.contains("code 101"));
    }
}
