//! As whom the server runs: Postgres refuses to run as root, and rightly so.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown},
    path::Path,
};

use anyhow::{Context, bail};
use tokio::process::Command;

/// Users that a server may run as where we are root, best first.
const SERVANTS: [&str; 2] = ["postgres", "nobody"];

/// The user as whom the server and its tools run.
#[derive(Clone, Debug)]
pub struct Account {
    /// Whom to become; `None` to stay who we are.
    other: Option<(u32, u32)>,
    /// The name of whom the server runs as.
    name: String,
    /// The name of whom this process runs as.
    own_name: String,
}

impl Account {
    /// Stays who we are, unless that is root; then whoever owns the data, or one of the servants.
    pub async fn choose(data: &Path) -> anyhow::Result<Self> {
        let own_name = id(&["-un"]).await.context("the present user has no name")?;
        if !rustix::process::geteuid().is_root() {
            return Ok(Self { other: None, name: own_name.clone(), own_name });
        }
        if let Some(owner) = fs::metadata(data).ok().filter(|data| data.uid() != 0) {
            let name = id(&["-un", &owner.uid().to_string()]).await;
            let name =
                name.with_context(|| format!("the owner of {} is no user", data.display()))?;
            return Ok(Self { other: Some((owner.uid(), owner.gid())), name, own_name });
        }
        for name in SERVANTS {
            if let (Ok(uid), Ok(gid)) = (id(&["-u", name]).await, id(&["-g", name]).await) {
                let other = Some((uid.parse()?, gid.parse()?));
                return Ok(Self { other, name: name.to_owned(), own_name });
            }
        }
        bail!("Postgres does not run as root, and there is no user postgres or nobody to run it as")
    }

    /// The name by which the operating system will tell the server who connects to it.
    pub fn own_name(&self) -> &str {
        &self.own_name
    }

    /// A command that runs as this account, with nothing in its environment that bends Postgres.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env("LC_ALL", "C").env("LANG", "C");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        if let Some((uid, gid)) = self.other {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes a folder that only this account (and root) can enter.
    pub fn make_folder(&self, folder: &Path) -> anyhow::Result<()> {
        let say = || format!("cannot make the folder {}", folder.display());
        DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(say)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).with_context(say)?;
        self.own(folder)
    }

    /// Gives a file or folder to this account.
    pub fn own(&self, path: &Path) -> anyhow::Result<()> {
        let Some((uid, gid)) = self.other else { return Ok(()) };
        let say = || format!("cannot give {} to the user {}", path.display(), self.name);
        chown(path, Some(uid), Some(gid)).with_context(say)
    }

    /// Refuses a folder that the account cannot get to.
    pub async fn check_reach(&self, folder: &Path) -> anyhow::Result<()> {
        let reached = self
            .command("/bin/sh")
            .args(["-c", r#"cd -- "$1""#, "sh"])
            .arg(folder)
            .output()
            .await
            .context("cannot run /bin/sh")?;
        if !reached.status.success() {
            let (folder, name) = (folder.display(), &self.name);
            bail!(
                "the user {name}, as whom Postgres has to run, cannot reach {folder}; \
                 choose a --data-dir that others can pass through to, such as /var/lib/muster"
            );
        }
        Ok(())
    }
}

async fn id(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("id").args(arguments).output().await.context("cannot run id")?;
    let name = String::from_utf8(output.stdout)?.trim().to_owned();
    if !output.status.success() || name.is_empty() {
        bail!("id {} has no answer", arguments.join(" "));
    }
    Ok(name)
}
