//! A Postgres that keeps what it is told, the services over it, and callers with real tokens.

use std::{fs, path::PathBuf, time::Duration};

use muster::{
    client::{self, Client},
    postgres::{Cluster, Options},
};
use muster_service::{
    Clock,
    identity::{Grant, Issuer, Role},
};
use sqlx::{AssertSqlSafe, PgPool};
use tempfile::TempDir;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

use crate::process::Process;

/// Every call leaves its line, the health checks of `echo` too.
const LOG: &str = "info,muster_service::server::line=debug";
/// The database of both services.
const DATABASE: &str = "load";

/// How many connections a caller with much to ask opens: one is too few, and more than these
/// bring nothing.
const CONNECTIONS: usize = 4;

/// One connection that shows a token with each call, and nothing more: what is refused is not
/// tried again.
pub type Authorized = InterceptedService<Channel, Bearer>;

/// Shows a token with each call.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

pub struct World {
    cluster: Cluster,
    issuer: Issuer,
    files: TempDir,
    data: PathBuf,
}

impl World {
    /// Postgres with fsync and synchronous commits, and keys to sign tokens with.
    pub async fn start() -> anyhow::Result<Self> {
        let options = Options { fsync: true, ..Options::temporary()? };
        let data = options.data_dir.clone();
        let cluster = Cluster::start(options).await?;
        cluster.create_database(DATABASE, None).await?;
        let issuer = Issuer::new(&Issuer::generate()?)?;
        let files = TempDir::new()?;
        fs::write(files.path().join("jwks.json"), issuer.public_keys()?)?;
        let world = Self { cluster, issuer, files, data };
        let token = world.token("reporting", Role::Service)?;
        fs::write(world.file("reporting.token"), token)?;
        println!("Postgres {}, fsync and synchronous_commit on", world.cluster.version());
        Ok(world)
    }

    /// Brings the schema up to date and starts the deployment service.
    pub async fn deployment(&self) -> anyhow::Result<Process> {
        let mut arguments = vec!["deployment".to_owned()];
        arguments.extend(self.settings("deployment"));
        Process::start(&arguments).await
    }

    /// The same for the reporting service, which follows the other.
    pub async fn reporting(&self, deployment: &Process) -> anyhow::Result<Process> {
        let mut arguments = vec!["reporting".to_owned()];
        arguments.extend(self.settings("reporting"));
        arguments.extend(["--deployment-url".to_owned(), deployment.url()]);
        arguments.extend(["--deployment-token-file".to_owned(), self.file("reporting.token")]);
        Process::start(&arguments).await
    }

    /// A client of a service for each of its connections.
    pub async fn clients(&self, service: &Process) -> anyhow::Result<Vec<Authorized>> {
        let bearer = Bearer(format!("Bearer {}", self.token("staff", Role::Staff)?).parse()?);
        let channels = service.channels(CONNECTIONS).await?.into_iter();
        Ok(channels.map(|channel| Authorized::new(channel, bearer.clone())).collect())
    }

    /// A client of the deployment service for what is prepared and not measured.
    pub async fn client(&self, deployment: &Process) -> anyhow::Result<Client> {
        let kit = client::connect("deployment", &deployment.url()).await?;
        Ok(Client::new(kit.clone(), kit, Some(&self.token("staff", Role::Staff)?)))
    }

    /// A client of both services, for what is prepared and not measured.
    pub async fn client_of_both(
        &self,
        deployment: &Process,
        reporting: &Process,
    ) -> anyhow::Result<Client> {
        let deployment = client::connect("deployment", &deployment.url()).await?;
        let reporting = client::connect("reporting", &reporting.url()).await?;
        Ok(Client::new(deployment, reporting, Some(&self.token("staff", Role::Staff)?)))
    }

    /// A database connection URL for a role, as libpq reads it too.
    pub fn url(&self, role: &str) -> String {
        self.cluster.url(DATABASE, role)
    }

    pub async fn sql(&self, role: &str) -> anyhow::Result<PgPool> {
        Ok(PgPool::connect(&self.url(role)).await?)
    }

    /// Whether connections that the deployment service opens from now on log what they say.
    pub async fn log_statements(&self, on: bool) -> anyhow::Result<()> {
        let admin = self.sql("postgres").await?;
        let change = if on {
            "alter role deployment set log_statement = 'all'"
        } else {
            "alter role deployment reset log_statement"
        };
        sqlx::query(change).execute(&admin).await?;
        admin.close().await;
        Ok(())
    }

    /// Settings of all connections that the services open from now on.
    pub async fn set_for_services(&self, settings: &[&str]) -> anyhow::Result<()> {
        let admin = self.sql("postgres").await?;
        for role in ["deployment", "reporting"] {
            for setting in settings {
                let change = format!("alter role {role} set {setting}");
                sqlx::query(AssertSqlSafe(change)).execute(&admin).await?;
            }
        }
        admin.close().await;
        Ok(())
    }

    /// What the server logged so far.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.data.join("postgres.log"))?)
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        self.cluster.stop().await
    }

    fn token(&self, subject: &str, role: Role) -> anyhow::Result<String> {
        let hour = Duration::from_hours(1);
        self.issuer.token(subject, vec![Grant::everywhere(role)], Clock::System.now(), hour)
    }

    fn file(&self, name: &str) -> String {
        self.files.path().join(name).display().to_string()
    }

    fn settings(&self, role: &str) -> [String; 10] {
        [
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &self.url(role),
            "--owner-database-url",
            &self.url(&format!("{role}_owner")),
            "--jwks-file",
            &self.file("jwks.json"),
            "--log",
            LOG,
        ]
        .map(str::to_owned)
    }
}
