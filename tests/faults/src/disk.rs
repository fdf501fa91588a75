//! A small disk that may become full without harm to anyone else.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

/// Large enough for what a run writes, small enough to be filled in a moment.
const SIZE: &str = "size=700m,mode=755";

/// A disk in memory; it goes when this is dropped.
pub struct Disk {
    mount: tempfile::TempDir,
    folder: PathBuf,
}

/// Makes a disk, which nobody but root can.
pub fn small() -> anyhow::Result<Disk> {
    let root = rustix::process::geteuid().is_root();
    ensure!(root, "only root can have a disk that may become full");
    let mount = tempfile::Builder::new().prefix("faults-disk-").tempdir()?;
    std::fs::set_permissions(mount.path(), std::fs::Permissions::from_mode(0o755))?;
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", SIZE, "tmpfs"])
        .arg(mount.path())
        .status()
        .context("cannot run mount")?;
    ensure!(mounted.success(), "cannot mount a disk in memory");
    let folder = mount.path().join("db");
    Ok(Disk { mount, folder })
}

impl Disk {
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever still has a file open on it keeps it until they are gone.
        let _ = Command::new("umount").arg("--lazy").arg(self.mount.path()).status();
    }
}
