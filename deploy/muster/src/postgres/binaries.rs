//! Which Postgres of this machine to run.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{OLDEST, account::Account};

/// The programs of one Postgres.
#[derive(Clone, Debug)]
pub struct Binaries {
    pub bin: PathBuf,
    pub major: u32,
    /// Such as `15.18`.
    pub version: String,
}

/// Folders that hold one Postgres for each version.
const INSTALLED: [(&str, &str); 6] = [
    ("/usr/lib/postgresql", "bin"),            // Debian
    ("/usr", "bin"),                           // Red Hat: /usr/pgsql-17
    ("/opt/homebrew/opt", "bin"),              // Homebrew on Apple silicon
    ("/usr/local/opt", "bin"),                 // Homebrew on Intel
    ("/home/linuxbrew/.linuxbrew/opt", "bin"), // Homebrew on Linux
    ("/Applications/Postgres.app/Contents/Versions", "bin"),
];

impl Binaries {
    /// Takes the programs in a folder, if they are there and the account can run them.
    pub async fn at(bin: &Path, account: &Account) -> Option<Self> {
        // A link in PATH leads to where the server's other files are.
        let server = bin.join("postgres").canonicalize().ok()?;
        let bin = server.parent()?.to_owned();
        if !bin.join("initdb").exists() {
            return None;
        }
        let said = account.command(&server).arg("--version").output().await.ok()?;
        let (major, version) = read_version(&String::from_utf8(said.stdout).ok()?)?;
        Some(Self { bin, major, version })
    }

    fn will_do(&self, needed: Option<u32>) -> bool {
        OLDEST <= self.major && needed.is_none_or(|needed| needed == self.major)
    }
}

/// The first Postgres that is new enough, and of the version that made the data if there are any.
pub async fn on_this_machine(account: &Account, needed: Option<u32>) -> Option<Binaries> {
    let path = env::var_os("PATH").unwrap_or_default();
    let in_path = env::split_paths(&path).filter(|folder| folder.is_absolute());
    for folder in in_path.chain(INSTALLED.iter().flat_map(|(root, bin)| versions(root, bin))) {
        if let Some(found) = Binaries::at(&folder, account).await
            && found.will_do(needed)
        {
            return Some(found);
        }
    }
    None
}

/// The program folders of every version under a root, newest first.
fn versions(root: &str, bin: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .map(|entry| {
            let name = entry.file_name();
            (trailing_number(&name.to_string_lossy()), entry.path().join(bin))
        })
        .filter(|(_, bin)| bin.join("postgres").exists())
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, bin)| bin).collect()
}

/// 17 of `17`, `postgresql@17` and `pgsql-17`; 0 where there is no number.
fn trailing_number(name: &str) -> u32 {
    let start = name.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |place| place + 1);
    name.get(start..).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn read_version(said: &str) -> Option<(u32, String)> {
    let version = said.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    Some((version.get(..digits)?.parse().ok()?, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_postgres_writes_them() {
        let read = |said| read_version(said).map(|(major, name)| format!("{major} {name}"));
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(read(debian).as_deref(), Some("15 15.18"));
        assert_eq!(read("postgres (PostgreSQL) 19beta1").as_deref(), Some("19 19beta1"));
        assert_eq!(read("bash: postgres: not found"), None);
    }

    #[test]
    fn the_newest_version_comes_first() {
        assert_eq!(trailing_number("postgresql@17"), 17);
        assert_eq!(trailing_number("9"), 9);
        assert_eq!(trailing_number("postgresql"), 0);
        let root = tempfile::tempdir().unwrap();
        for version in ["9", "15", "16"] {
            let bin = root.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            std::fs::write(bin.join("postgres"), "").unwrap();
        }
        let found = versions(root.path().to_str().unwrap(), "bin");
        assert_eq!(found.first().unwrap(), &root.path().join("16/bin"));
        assert_eq!(found.last().unwrap(), &root.path().join("9/bin"));
    }
}
