//! One process at a time in one data directory.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, bail};
use rustix::process::{Pid, test_kill_process};
use tokio::time::Instant;

use super::{PAUSE, STOP_LIMIT};

/// Takes the folder for this process, waiting a while for the server of a process that was
/// killed.
pub async fn take(data_dir: &Path) -> anyhow::Result<File> {
    let path = data_dir.join("lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    let patience = Instant::now() + STOP_LIMIT;
    while let Err(error) = file.try_lock() {
        if let TryLockError::Error(error) = error {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
        let own = std::process::id().cast_signed();
        if let Some(pid) = holder(&path).filter(|pid| *pid != own && is_alive(*pid)) {
            bail!("{} is in use by another muster (process {pid})", data_dir.display());
        }
        if patience < Instant::now() {
            bail!("the Postgres server of an earlier run in {} does not stop", data_dir.display());
        }
        tokio::time::sleep(PAUSE).await;
    }
    file.set_len(0)?;
    write!(file, "{}", std::process::id())?;
    Ok(file)
}

fn holder(lock: &Path) -> Option<i32> {
    let mut text = String::new();
    File::open(lock).ok()?.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn is_alive(pid: i32) -> bool {
    let Some(pid) = Pid::from_raw(pid) else { return false };
    // Another user's process cannot be signalled, but it is there.
    !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}
