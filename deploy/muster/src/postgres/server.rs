//! The server's process, under a shell that outlives ours by as long as it takes to stop it.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::{
    process::{Child, ChildStdin},
    time::Instant,
};

use super::{PAUSE, STOP_LIMIT, SUPERUSER, account::Account, binaries::Binaries, roles, socket};

/// How long the server may take to come up: after a crash it reads its log first.
const START_LIMIT: Duration = Duration::from_mins(2);

/// Its standard input is a pipe that nobody writes to. When this process ends, in whatever way,
/// the pipe does, and the server is told to break off its sessions and stop. The signals that a
/// terminal sends are not for it: the services stop first.
const WRAPPER: &str = r#"
trap '' INT TERM HUP
exec 3<&0
socket=$1
folder=$2
shift 2
"$@" </dev/null 3<&- &
server=$!
{ read -r _; kill -INT "$server"; } <&3 >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait "$server"
status=$?
kill -KILL "$guard" 2>/dev/null
rm -rf -- "$socket" ${folder:+"$folder"} 2>/dev/null
exit "$status"
"#;

/// What a server is started with.
pub struct Start<'s> {
    pub account: &'s Account,
    pub binaries: &'s Binaries,
    pub data_dir: &'s Path,
    pub lock: File,
    pub fsync: bool,
    pub temporary: bool,
}

/// A running server. Dropping it stops it as well, but does not wait.
#[derive(Debug)]
pub struct Server {
    wrapper: Child,
    pipe: ChildStdin,
    socket: PathBuf,
    log: PathBuf,
    /// Kept until this process ends, so that a second one knows of it even while we stop.
    _lock: File,
}

impl Server {
    /// Starts the server and waits until it answers.
    pub async fn start(start: Start<'_>) -> anyhow::Result<Self> {
        let Start { account, binaries, data_dir, lock, fsync, temporary } = start;
        let data = data_dir.join("postgres");
        roles::write_access(&data, account)?;
        // We hold the lock, so the server that wrote this is gone; its number may be another's.
        let _ = fs::remove_file(data.join("postmaster.pid"));
        let socket = socket::folder(data_dir, account)?;
        let log = data_dir.join("postgres.log");
        let _ = fs::rename(&log, data_dir.join("postgres.log.old"));

        let mut wrapper = account
            .command("/bin/sh")
            .args(["-c", WRAPPER, "muster-postgres"])
            .arg(&socket)
            .arg(if temporary { data_dir } else { Path::new("") })
            .arg(binaries.bin.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(settings(&socket, fsync))
            .stdin(Stdio::piped())
            .stdout(Stdio::from(lock.try_clone()?))
            .stderr(Stdio::from(
                OpenOptions::new().append(true).create(true).mode(0o600).open(&log)?,
            ))
            .process_group(0)
            .spawn()
            .context("cannot run /bin/sh")?;
        let pipe = wrapper.stdin.take().context("the server has no standard input")?;
        let mut server = Self { wrapper, pipe, socket, log, _lock: lock };
        server.wait_until_up().await?;
        Ok(server)
    }

    /// The folder of its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// How to reach a database as the one who may do everything.
    pub fn socket_options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket)
            .port(5432)
            .username(SUPERUSER)
            .database(database)
    }

    async fn wait_until_up(&mut self) -> anyhow::Result<()> {
        let options = self.socket_options("postgres");
        let patience = Instant::now() + START_LIMIT;
        loop {
            let error = match PgConnection::connect_with(&options).await {
                Ok(connection) => return connection.close().await.context("cannot close"),
                Err(error) => error,
            };
            // It answers that it is starting up, or it answers that it will not have us.
            if error.as_database_error().is_some_and(|error| error.code() != Some("57P03".into())) {
                return Err(error).context("Postgres refuses its own user");
            }
            if self.wrapper.try_wait()?.is_some() {
                bail!("Postgres did not start: {}", self.last_words());
            }
            if patience < Instant::now() {
                return Err(error).context("Postgres does not answer");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the server ends without having been asked to.
    pub async fn ended(&mut self) -> anyhow::Error {
        let _ = self.wrapper.wait().await;
        anyhow::anyhow!("Postgres ended by itself: {}", self.last_words())
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { mut wrapper, pipe, .. } = self;
        drop(pipe);
        let ended = tokio::time::timeout(STOP_LIMIT, wrapper.wait()).await;
        let status = ended.context("Postgres does not stop")??;
        anyhow::ensure!(status.success(), "Postgres ended with {status}");
        Ok(())
    }

    /// The last line that says why, out of the log.
    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let fatal = log.lines().rfind(|line| line.contains("FATAL:") || line.contains("PANIC:"));
        let line = fatal.or_else(|| log.lines().last()).unwrap_or("it said nothing");
        format!("{} ({})", line.trim(), self.log.display())
    }
}

fn settings(socket: &Path, fsync: bool) -> Vec<String> {
    let on = if fsync { "on" } else { "off" };
    let settings = [
        // No TCP at all: other programs on this machine are nobody's business here.
        "listen_addresses=".to_owned(),
        "port=5432".to_owned(),
        format!("unix_socket_directories={}", quoted(socket)),
        "unix_socket_permissions=0700".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        "max_connections=200".to_owned(),
        "log_checkpoints=off".to_owned(),
        format!("fsync={on}"),
        format!("synchronous_commit={on}"),
        format!("full_page_writes={on}"),
    ];
    settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]).collect()
}

/// The setting is a list: a name with a comma or a space stands in quotes.
fn quoted(folder: &Path) -> String {
    format!("\"{}\"", folder.display().to_string().replace('"', "\"\""))
}
