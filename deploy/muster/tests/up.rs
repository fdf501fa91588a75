//! The program as a process: what it says, and what it leaves behind in whatever way it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::net::UnixStream,
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_mins(2);

struct Up {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Up {
    /// Starts `muster up` without a scenario and waits until it runs.
    fn start(data_dir: &Path) -> Self {
        Self::wait(command(data_dir))
    }

    fn wait(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("Ctrl-C stops everything") {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "muster up ended");
        }
        Self { process, output }
    }

    fn end(mut self, signal: Signal) -> ExitStatus {
        let pid = Pid::from_raw(self.process.id().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        self.process.wait().unwrap()
    }
}

fn command(data_dir: &Path) -> Command {
    muster(data_dir, &["up", "--no-scenario"])
}

fn muster(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
    command.args(arguments).arg("--data-dir").arg(data_dir);
    command.env_remove("MUSTER_DATABASE_URL");
    command
}

/// A data directory that the server's user can reach.
fn data_dir() -> TempDir {
    tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir_in("/tmp")
        .unwrap()
}

fn answers(data_dir: &Path) -> bool {
    UnixStream::connect(data_dir.join("socket/.s.PGSQL.5432")).is_ok()
}

#[test]
fn an_interrupt_stops_everything_and_keeps_the_data() {
    let folder = data_dir();
    let up = Up::start(folder.path());
    assert!(answers(folder.path()));
    assert!(up.end(Signal::INT).success());
    assert!(!answers(folder.path()));
    assert!(folder.path().join("postgres/PG_VERSION").exists());
}

#[test]
fn a_killed_process_takes_its_database_along_and_the_next_one_starts() {
    let folder = data_dir();
    let key = folder.path().join("keys/private-key.der");
    Up::start(folder.path()).end(Signal::KILL);
    let first_key = fs::read(&key).unwrap();
    // At once: the server of the killed process may still be stopping.
    let up = Up::start(folder.path());
    assert_eq!(fs::read(&key).unwrap(), first_key);
    up.end(Signal::KILL);
    let since = Instant::now();
    while answers(folder.path()) {
        assert!(since.elapsed() < LIMIT, "the database outlives its process");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_second_process_on_one_data_directory_is_told_so() {
    let folder = data_dir();
    let up = Up::start(folder.path());
    let second = command(folder.path()).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("is in use by another muster"), "{said}");
    up.end(Signal::TERM);
}

#[test]
fn a_situation_is_of_the_end_of_its_period() {
    let folder = data_dir();
    let up = Up::wait(muster(folder.path(), &["up"]));
    let asked = |to: &str, more: &[&str]| {
        let asked = ["situation", "--area", "HT", "--from", "2024-01-01", "--to", to];
        let output = muster(folder.path(), &[&asked, more].concat()).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}");
        said
    };
    let quarter = asked("2024-04-01", &[]);
    assert!(
        quarter.contains("as seen at 2024-04-01T03:59:59Z, the end of the period"),
        "{quarter}"
    );
    let stock = |said: &str, day: &str, number: &str| {
        let is = |line: &str| line.starts_with(&format!("displaced (stock of {day})"));
        let row = said.lines().map(str::trim).find(|line| is(line));
        assert!(row.is_some_and(|row| row.contains(number)), "{said}");
    };
    stock(&quarter, "2024-03-01", "362,551");
    // The scenario's moment is before the end of the year.
    let year = asked("2025-01-01", &[]);
    assert!(year.contains("the scenario's moment"), "{year}");
    let later = asked("2024-04-01", &["--at", "2024-06-26"]);
    assert!(!later.contains("as seen at"), "{later}");
    for said in [year, later] {
        stock(&said, "2024-06-01", "578,074");
    }
    up.end(Signal::TERM);
}
