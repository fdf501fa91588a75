//! A service as a process of its own.

use std::{
    fs::{File, OpenOptions},
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use crate::child::SAYS;

const START_LIMIT: Duration = Duration::from_secs(90);
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How a service is started, each time.
#[derive(Clone, Debug)]
pub struct Start {
    /// Such as `deployment-1`.
    pub name: String,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub log: PathBuf,
}

/// A running service; it is killed when this is dropped.
pub struct Process {
    start: Start,
    address: SocketAddr,
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a service at a free port.
    pub async fn start(start: Start) -> anyhow::Result<Self> {
        Self::listening(start, ([127, 0, 0, 1], 0).into()).await
    }

    async fn listening(start: Start, listen: SocketAddr) -> anyhow::Result<Self> {
        let mut child = Command::new(&start.program)
            .arg("serve")
            .args(&start.arguments)
            .args(["--listen", &listen.to_string()])
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(log(&start)?))
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", start.name))?;
        let stdin = child.stdin.take().context("no standard input")?;
        let stdout = child.stdout.take().context("no standard output")?;
        let lines = BufReader::new(stdout).lines();
        let mut process = Self { start, address: listen, child, stdin, lines };
        let said = timeout(START_LIMIT, process.hear()).await;
        let said = said.with_context(|| format!("{} does not start", process.start.name))??;
        process.address = said.parse().with_context(|| format!("{said} is no address"))?;
        Ok(process)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts it anew at the port that it had.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.kill().await?;
        *self = Self::listening(self.start.clone(), self.address).await?;
        Ok(())
    }

    /// Ends it where it stands.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Stops it, so that it neither works nor ends, or lets it go on.
    pub fn freeze(&self, stopped: bool) -> anyhow::Result<()> {
        let Some(pid) = self.child.id().and_then(|pid| Pid::from_raw(pid.cast_signed())) else {
            return Ok(());
        };
        Ok(kill_process(pid, if stopped { Signal::STOP } else { Signal::CONT })?)
    }

    /// Waits a while until it has died by itself.
    pub async fn died(&mut self, patience: Duration) -> bool {
        timeout(patience, self.child.wait()).await.is_ok()
    }

    /// Asks it for a fault of `child::obey`.
    pub async fn tell(&mut self, what: &str) -> anyhow::Result<()> {
        self.stdin.write_all(format!("{what}\n").as_bytes()).await?;
        let said = timeout(ANSWER_LIMIT, self.hear()).await??;
        anyhow::ensure!(said == "done", "{} says {said}", self.start.name);
        Ok(())
    }

    async fn hear(&mut self) -> anyhow::Result<String> {
        while let Some(line) = self.lines.next_line().await? {
            if let Some(said) = line.strip_prefix(SAYS) {
                return Ok(said.to_owned());
            }
        }
        bail!("{} ended; see {}", self.start.name, self.start.log.display())
    }
}

fn log(start: &Start) -> anyhow::Result<File> {
    Ok(OpenOptions::new().append(true).create(true).open(&start.log)?)
}
