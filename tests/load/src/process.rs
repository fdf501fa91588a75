//! A measured process: where it answers, what time and memory it took.

use std::{fs, ops::Range, path::PathBuf, process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};
use tonic::transport::{Channel, Endpoint};

const FRAME_BYTES: u32 = 64 * 1024;

/// Keeps this process, and what it starts from now on, on these processors.
pub async fn stay_on(processors: Range<usize>) -> anyhow::Result<()> {
    ensure!(!processors.is_empty(), "there are not enough processors");
    let list = format!("{}-{}", processors.start, processors.end - 1);
    let own = std::process::id().to_string();
    let done = Command::new("taskset").args(["-acp", &list, &own]).stdout(Stdio::null()).status();
    ensure!(done.await.context("no taskset")?.success(), "cannot stay on processors {list}");
    Ok(())
}

/// A program of ours that runs until this is dropped.
pub struct Process {
    child: Child,
    address: String,
}

impl Process {
    /// Runs this program again as one of `Serve`, and waits until it has its port.
    pub async fn start<S: AsRef<str>>(arguments: &[S]) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .args(arguments.iter().map(AsRef::as_ref))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // Their lines are written as in operation, and read by nobody.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().context("the process has no standard output")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address).await?;
        ensure!(!address.is_empty(), "the process ended before it had its port");
        Ok(Self { child, address: address.trim().to_owned() })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Opens so many connections, which take frames as large as the client kit's do.
    pub async fn channels(&self, count: usize) -> anyhow::Result<Vec<Channel>> {
        let mut channels = Vec::new();
        for _ in 0..count {
            let endpoint = Endpoint::from_shared(self.url())?.tcp_nodelay(true);
            channels.push(endpoint.max_frame_size(FRAME_BYTES).connect().await?);
        }
        Ok(channels)
    }

    /// The memory that it holds, in bytes.
    pub fn memory(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(self.proc("status")?)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).context("no VmRSS")?;
        Ok(kib.parse::<u64>()? * 1024)
    }

    /// The processor time that its threads took so far, by themselves and in the system.
    pub fn time(&self) -> anyhow::Result<Duration> {
        let mut sum = Duration::ZERO;
        for thread in fs::read_dir(self.proc("task")?)? {
            // A thread that ended meanwhile was none of those that work.
            let Ok(spent) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            let nanos = spent.split_whitespace().next().context("no schedstat")?;
            sum += Duration::from_nanos(nanos.parse()?);
        }
        Ok(sum)
    }

    fn proc(&self, file: &str) -> anyhow::Result<PathBuf> {
        let id = self.child.id().context("the process ended")?;
        Ok(PathBuf::from(format!("/proc/{id}/{file}")))
    }
}
