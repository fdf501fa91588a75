//! A copy of the workspace's sources, from which a safeguard can be taken away while the sources
//! themselves stay as they are.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

pub const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// Where each patch is, from the workspace.
const PATCHES: &str = "tests/faults/mutations";

/// A copy of the sources, and what was built from it. Both stay where they are from one program to
/// the next, so that cargo builds again only what changed.
pub struct Sources {
    copy: PathBuf,
    built: PathBuf,
    /// It is held so that no other program changes the copy.
    _lock: File,
}

impl Sources {
    /// Copies what git follows or would follow, as it is now. The copy lies beside what cargo
    /// builds, which git does not look at.
    pub fn copy() -> anyhow::Result<Self> {
        let program = std::env::current_exe()?;
        let target =
            program.ancestors().nth(2).context("this program is in no target directory")?;
        let built = target.join("mutations");
        let copy = built.join("sources");
        fs::create_dir_all(&copy)?;
        let lock = File::create(built.join("lock"))?;
        lock.try_lock().context("another program looks at mutations")?;
        let workspace = Path::new(WORKSPACE);
        let files = listed(workspace)?;
        for file in &files {
            bring(&workspace.join(file), &copy.join(file))?;
        }
        remove_others(&copy, &copy, &files)?;
        Ok(Self { copy, built, _lock: lock })
    }

    /// Builds this program without one safeguard, and puts the safeguard back into the copy.
    pub fn build_without(&self, name: &str) -> anyhow::Result<PathBuf> {
        let patch = patch(name).canonicalize().with_context(|| format!("{name} has no patch"))?;
        apply(&self.copy, &patch, &[])?;
        let program = self.build();
        apply(&self.copy, &patch, &["--reverse"])?;
        program.with_context(|| format!("{name} cannot be built"))
    }

    /// Builds this program. Debug information and incremental compilation would cost more of disk
    /// and time here than they save.
    pub fn build(&self) -> anyhow::Result<PathBuf> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(["build", "--locked", "-p", "faults", "--config", "profile.dev.debug=false"])
            .arg("--target-dir")
            .arg(&self.built)
            .env("SQLX_OFFLINE", "true")
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(&self.copy);
        succeed(&mut command)?;
        Ok(self.built.join("debug/faults"))
    }
}

/// The file that takes a safeguard away.
pub fn patch(name: &str) -> PathBuf {
    Path::new(WORKSPACE).join(PATCHES).join(format!("{name}.patch"))
}

/// Applies a patch to a folder, whatever repository the folder may be in.
pub fn apply(folder: &Path, patch: &Path, options: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("git");
    command.arg("apply").args(options).arg(patch).current_dir(folder);
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    let above = folder.canonicalize()?;
    command.env("GIT_CEILING_DIRECTORIES", above.parent().unwrap_or(&above));
    succeed(&mut command).map(drop)
}

/// The files of a checkout that are not ignored.
fn listed(checkout: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut command = Command::new("git");
    command
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(checkout);
    let names = String::from_utf8(succeed(&mut command)?)?;
    let files = names.split_terminator('\0').map(PathBuf::from);
    // What was removed and not committed is still listed.
    Ok(files.filter(|file| checkout.join(file).is_file()).collect())
}

/// Brings one file to what it is in the sources. One that is the same keeps its time, so that cargo
/// does not take it for changed.
fn bring(from: &Path, to: &Path) -> anyhow::Result<()> {
    let content = fs::read(from)?;
    match fs::read(to) {
        Ok(present) if present == content => return Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(to, content)?)
}

/// Removes what an earlier copy had and the sources no longer have.
fn remove_others(copy: &Path, folder: &Path, files: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(copy, &path, files)?;
        } else if !files.contains(path.strip_prefix(copy)?) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// What a command writes, where it succeeds.
fn succeed(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed:\n{said}");
    Ok(output.stdout)
}
