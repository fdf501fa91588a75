//! Two replicas of each service over one Postgres, every one of them a process, and a proxy on
//! each way between them.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use muster::{
    client::Client,
    postgres::{Cluster, DATABASE, Options},
};
use muster_client::{Kit, Policy};
use muster_service::{
    Clock, Shutdown,
    identity::{Grant, Issuer, Role},
};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection};
use tokio::sync::Mutex;

use crate::{
    process::{Process, Start},
    proxy::{Proxy, Target},
};

/// How many replicas each service has.
pub const REPLICAS: usize = 2;
pub const SERVICES: [&str; 2] = ["deployment", "reporting"];

/// Longer than any run.
const TOKEN_LIFE: Duration = Duration::from_hours(48);
const GRACE: Duration = Duration::from_secs(2);
const USUAL_CONNECTIONS: usize = 8;

/// What differs between worlds.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// This program as it was built from other sources, whose services are run; `None` for its own.
    pub program: Option<PathBuf>,
    /// Connections to the database that each process may have; `None` for the usual.
    pub connections: Option<usize>,
    /// A folder to keep the database in; `None` for a temporary one.
    pub data: Option<PathBuf>,
}

pub struct World {
    /// `None` while it is killed.
    cluster: Mutex<Option<Cluster>>,
    data: PathBuf,
    socket: PathBuf,
    /// Connections to the database that each process may have.
    pub connections: usize,
    /// `deployment-0`, `deployment-1`, `reporting-0`, `reporting-1`.
    pub processes: Vec<Mutex<Process>>,
    /// Between callers and each process.
    pub fronts: Vec<Proxy>,
    /// Between each process and Postgres.
    pub databases: Vec<Proxy>,
    /// Between each reporting replica and a deployment replica.
    pub links: Vec<Proxy>,
    issuer: Issuer,
    shutdown: Shutdown,
    folder: tempfile::TempDir,
}

/// The number of a replica among all processes.
pub fn number(service: &str, replica: usize) -> usize {
    replica + if service == SERVICES[0] { 0 } else { REPLICAS }
}

/// The name of a process by its number.
pub fn name(number: usize) -> String {
    format!("{}-{}", SERVICES[number / REPLICAS], number % REPLICAS)
}

impl World {
    pub async fn start(settings: &Settings) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("faults-").tempdir()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let data = settings.data.clone().unwrap_or_else(|| folder.path().join("db"));
        let cluster = Cluster::start(Options::keeping(&data)).await?;
        let socket = data.canonicalize()?.join("socket");
        let issuer = Issuer::new(&Issuer::generate()?)?;
        std::fs::write(folder.path().join("jwks.json"), issuer.public_keys()?)?;
        let mut world = Self {
            cluster: Mutex::new(Some(cluster)),
            data,
            socket,
            connections: settings.connections.unwrap_or(USUAL_CONNECTIONS),
            processes: Vec::new(),
            fronts: Vec::new(),
            databases: Vec::new(),
            links: Vec::new(),
            issuer,
            shutdown: Shutdown::new(GRACE),
            folder,
        };
        let token = world.token("reporting", vec![Grant::everywhere(Role::Service)])?;
        std::fs::write(world.folder.path().join("reporting.token"), token)?;
        for number in 0..SERVICES.len() * REPLICAS {
            world.add(number, settings).await?;
        }
        Ok(world)
    }

    async fn add(&mut self, number: usize, settings: &Settings) -> anyhow::Result<()> {
        let service = SERVICES[number / REPLICAS];
        let postgres = Target::Unix(self.socket.join(".s.PGSQL.5432"));
        let database = Proxy::start(postgres, &self.shutdown).await?;
        let file = |file: &str| self.folder.path().join(file).display().to_string();
        let url = |role: &str| {
            format!("postgres://{role}@{}/{DATABASE}?sslmode=disable", database.address())
        };
        let mut arguments: Vec<String> = [
            service,
            "--database-url",
            &url(service),
            "--owner-database-url",
            &url(&format!("{service}_owner")),
            "--database-connections",
            &self.connections.to_string(),
            "--jwks-file",
            &file("jwks.json"),
            "--log",
            "warn",
        ]
        .map(str::to_owned)
        .into();
        if service == SERVICES[1] {
            let peer = self.processes[number % REPLICAS].lock().await.address();
            let link = Proxy::start(Target::Tcp(peer), &self.shutdown).await?;
            let url = format!("http://{}", link.address());
            arguments.extend(["--deployment-url".to_owned(), url]);
            arguments.extend(["--deployment-token-file".to_owned(), file("reporting.token")]);
            self.links.push(link);
        }
        let log = self.folder.path().join(format!("{}.log", name(number)));
        let program = settings.program.clone().map_or_else(std::env::current_exe, Ok)?;
        let process = Process::start(Start { name: name(number), program, arguments, log }).await?;
        let front = Proxy::start(Target::Tcp(process.address()), &self.shutdown).await?;
        self.processes.push(Mutex::new(process));
        self.fronts.push(front);
        self.databases.push(database);
        Ok(())
    }

    /// A caller's way to each pair of replicas.
    pub fn clients(&self, caller: &str) -> anyhow::Result<Vec<Client>> {
        let roles = [Role::Staff, Role::Monitor, Role::Analyst, Role::Editor, Role::Auditor];
        self.clients_with(caller, roles.map(Grant::everywhere).into())
    }

    /// The same for a caller with other roles.
    pub fn clients_with(&self, caller: &str, grants: Vec<Grant>) -> anyhow::Result<Vec<Client>> {
        let token = self.token(caller, grants)?;
        let kit = |service, replica| {
            let front = &self.fronts[number(service, replica)];
            Kit::new(&format!("http://{}", front.address()), once())
        };
        (0..REPLICAS)
            .map(|replica| {
                let (deployment, reporting) =
                    (kit(SERVICES[0], replica)?, kit(SERVICES[1], replica)?);
                Ok(Client::new(deployment, reporting, Some(&token)))
            })
            .collect()
    }

    fn token(&self, subject: &str, grants: Vec<Grant>) -> anyhow::Result<String> {
        self.issuer.token(subject, grants, Clock::System.now(), TOKEN_LIFE)
    }

    /// A connection of a service's role, past the proxies.
    pub async fn sql(&self, role: &str) -> anyhow::Result<PgConnection> {
        let cluster = self.cluster.lock().await;
        let url = cluster.as_ref().context("Postgres is not running")?.url(DATABASE, role);
        Ok(PgConnection::connect(&url).await?)
    }

    /// Ends Postgres and every process of its where they stand, and starts it again.
    pub async fn restart_postgres(&self) -> anyhow::Result<()> {
        let mut cluster = self.cluster.lock().await;
        kill_postgres(&self.data.join("postgres/postmaster.pid"))?;
        *cluster = None;
        *cluster = Some(Cluster::start(Options::keeping(&self.data)).await?);
        Ok(())
    }

    /// Where logs are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        for process in &self.processes {
            process.lock().await.kill().await?;
        }
        self.shutdown.ask();
        match self.cluster.into_inner() {
            Some(cluster) => cluster.stop().await,
            None => Ok(()),
        }
    }
}

/// Each attempt is one call to one replica: who repeats it here writes down that it did.
fn once() -> Policy {
    Policy {
        tries: 1,
        patience: Duration::from_millis(300),
        keepalive_interval: Duration::from_secs(1),
        keepalive_timeout: Duration::from_secs(1),
        ..Policy::default()
    }
}

/// The postmaster is stopped first, so that it starts nothing while its children die.
fn kill_postgres(pid_file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(pid_file)?;
    let postmaster: i32 = text.lines().next().unwrap_or_default().trim().parse()?;
    let signal = |pid: i32, signal| match Pid::from_raw(pid) {
        Some(pid) => kill_process(pid, signal),
        None => Ok(()),
    };
    signal(postmaster, Signal::STOP)?;
    for child in children(postmaster)? {
        // One that ended meanwhile is as good as killed.
        let _ = signal(child, Signal::KILL);
    }
    Ok(signal(postmaster, Signal::KILL)?)
}

fn children(parent: i32) -> anyhow::Result<Vec<i32>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name stands in brackets and may hold anything; state and parent follow.
        let rest = stat.rsplit(')').next().unwrap_or_default();
        if rest.split_whitespace().nth(1).and_then(|field| field.parse().ok()) == Some(parent) {
            found.push(pid);
        }
    }
    Ok(found)
}
