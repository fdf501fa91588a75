//! Where the server listens: on a socket in a folder that nobody else can enter.

use std::{
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::account::Account;

/// The longest path that a socket may have on every system (macOS: 103 bytes).
const LONGEST: usize = 100;
const FILE: &str = ".s.PGSQL.5432";

/// Makes a folder for the socket.
pub fn folder(data_dir: &Path, account: &Account) -> anyhow::Result<PathBuf> {
    let usual = data_dir.join("socket");
    if fits(&usual) {
        // What a killed server left there would keep the next one from starting.
        if usual.exists() {
            fs::remove_dir_all(&usual)?;
        }
        account.make_folder(&usual)?;
        return Ok(usual);
    }
    // Made anew each time with a name nobody can guess: /tmp is everyone's.
    let short = tempfile::Builder::new().prefix("muster-").tempdir_in("/tmp");
    let short = short.context("cannot make a folder for the socket")?.keep();
    account.own(&short)?;
    Ok(short)
}

fn fits(folder: &Path) -> bool {
    folder.as_os_str().len() + 1 + FILE.len() <= LONGEST
}

/// The URL of a database behind a socket; each part that the environment could set is said.
pub fn url(folder: &Path, database: &str, role: &str) -> String {
    let host: String = (folder.as_os_str().as_bytes().iter())
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(*byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("postgres://{role}@{host}:5432/{database}?sslmode=disable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_that_systems_cannot_take_is_noticed() {
        assert!(fits(Path::new("/var/lib/muster/socket")));
        assert!(fits(Path::new(&format!("/{}", "x".repeat(85)))));
        assert!(!fits(Path::new(&format!("/{}", "x".repeat(86)))));
    }

    #[test]
    fn a_url_survives_strange_folders() {
        let url = url(Path::new("/home/ann o'neil/ü"), "muster", "reporting");
        assert_eq!(
            url,
            "postgres://reporting@%2Fhome%2Fann%20o%27neil%2F%C3%BC:5432/muster?sslmode=disable"
        );
        let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
        assert_eq!(options.get_socket().unwrap(), &PathBuf::from("/home/ann o'neil/ü"));
    }
}
