//! Starts the real services over a real Postgres, each in a runtime of its own, so that one can
//! be killed while the other goes on.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what goes wrong here fails the test that it goes wrong in"
)]

pub mod hostile;
mod backup;
mod proxy;
mod service;
mod verbs;

use std::{path::Path, str::FromStr, time::Duration};

use muster::{
    client::{self, Client},
    postgres::{Cluster, Options},
};
use muster_deployment::Deployment;
use muster_reporting::Reporting;
use muster_service::{
    Clock, Database, ServiceConfig, feed,
    identity::{Grant, Issuer, Role},
    run::Service,
    telemetry::LogFormat,
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tonic::transport::Channel;

pub use self::backup::Backup;
pub use self::proxy::Proxy;
pub use self::service::Running;
pub use self::verbs::{
    READY, append, at, chained, details, field_violations, filler, new_incident, new_site,
    no_older_than, reason, revision, unmet,
};

/// How long a service of these tests lets running calls finish.
pub const GRACE: Duration = Duration::from_secs(2);

/// Both services, running over a database of their own. They stop when this is dropped.
pub struct World {
    pub client: Client,
    pub deployment: Running,
    /// `None` while it is killed.
    pub reporting: Option<Running>,
    pub clock: Clock,
    database: String,
    issuer: Issuer,
    signing_key: Vec<u8>,
    keys: TempDir,
}

/// One Postgres for all tests of this process; it ends with the process.
async fn cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    CLUSTER
        .get_or_init(|| async { Cluster::start(Options::temporary().unwrap()).await.unwrap() })
        .await
}

/// A migrated database that every test's own is copied from.
async fn template() -> &'static str {
    static TEMPLATE: OnceCell<()> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let cluster = cluster().await;
            cluster.create_database("template", None).await.unwrap();
            migrate_deployment("template").await.unwrap();
            let url = |role| cluster.url("template", role);
            let mut config = reporting_config(url("reporting"), Path::new(""), String::new());
            config.service.owner_database_url = Some(url("reporting_owner"));
            Reporting::migrate(&config).await.unwrap();
        })
        .await;
    "template"
}

/// Brings the deployment service's schema in a database up to date.
async fn migrate_deployment(database: &str) -> anyhow::Result<()> {
    let cluster = cluster().await;
    let mut config = deployment_config(cluster.url(database, "deployment"), Path::new(""));
    config.service.owner_database_url = Some(cluster.url(database, "deployment_owner"));
    Deployment::migrate(&config).await
}

impl World {
    /// Both services, with a clock that goes by itself.
    pub async fn start() -> Self {
        Self::start_at(Clock::System).await
    }

    /// Both services, with this clock.
    pub async fn start_at(clock: Clock) -> Self {
        let cluster = cluster().await;
        let template = template().await;
        let database = format!("t{}", uuid::Uuid::now_v7().simple());
        cluster.create_database(&database, Some(template)).await.unwrap();

        let signing_key = Issuer::generate().unwrap();
        let issuer = Issuer::new(&signing_key).unwrap();
        let keys = TempDir::new().unwrap();
        std::fs::write(keys.path().join("jwks.json"), issuer.public_keys().unwrap()).unwrap();
        let token = mint(&issuer, "reporting", vec![Grant::everywhere(Role::Service)]);
        std::fs::write(keys.path().join("reporting.token"), token).unwrap();

        let config = deployment_config(cluster.url(&database, "deployment"), keys.path());
        let deployment = Running::start::<Deployment>(config, clock.clone()).await;
        let reporting =
            start_reporting(cluster, &database, &keys, &deployment, clock.clone()).await;
        let operator = mint(&issuer, "operator", everything());
        let client = connect(&deployment.url(), &reporting.url(), Some(&operator)).await;
        let reporting = Some(reporting);
        Self { client, deployment, reporting, clock, database, issuer, signing_key, keys }
    }

    /// A client with other roles than the operator's.
    pub async fn client_with(&self, grants: Vec<Grant>) -> Client {
        self.client_as("partner", grants).await
    }

    /// The client of a caller of this name.
    pub async fn client_as(&self, subject: &str, grants: Vec<Grant>) -> Client {
        let token = mint(&self.issuer, subject, grants);
        self.client_showing(Some(&token)).await
    }

    /// A token that has just ended, as far as clocks may differ, and is good for two seconds more.
    pub fn token_at_the_end(&self, grants: Vec<Grant>) -> String {
        let issued = Clock::System.now() - Duration::from_secs(88);
        self.issuer.token("partner", grants, issued, Duration::from_mins(1)).unwrap()
    }

    /// A client that shows this token, or none.
    pub async fn client_showing(&self, token: Option<&str>) -> Client {
        let reporting = self.reporting.as_ref().unwrap().url();
        connect(&self.deployment.url(), &reporting, token).await
    }

    /// A token with every role of the operator's.
    pub fn operator_token(&self) -> String {
        mint(&self.issuer, "operator", everything())
    }

    /// The private key that tokens are signed with, for forgers.
    pub fn signing_key(&self) -> &[u8] {
        &self.signing_key
    }

    /// The keys that tokens are checked with, as everybody may read them.
    pub fn public_keys(&self) -> String {
        self.issuer.public_keys().unwrap()
    }

    /// New connections to both services, which show nothing of themselves.
    pub async fn channels(&self) -> (Channel, Channel) {
        let reporting = self.reporting.as_ref().unwrap();
        (plain(self.deployment.url()).await, plain(reporting.url()).await)
    }

    /// Ends the reporting service as `kill -9` would: nothing of it gets to finish.
    pub fn kill_reporting(&mut self) {
        self.reporting.take().unwrap().kill();
    }

    /// Starts the reporting service again, over what the killed one left behind.
    pub async fn restart_reporting(&mut self) {
        let cluster = cluster().await;
        let clock = self.clock.clone();
        let running =
            start_reporting(cluster, &self.database, &self.keys, &self.deployment, clock).await;
        let operator = mint(&self.issuer, "operator", everything());
        self.client = connect(&self.deployment.url(), &running.url(), Some(&operator)).await;
        self.reporting = Some(running);
    }

    /// A reporting service over a database that knows nothing yet.
    pub async fn forget_reporting(&mut self) {
        if self.reporting.is_some() {
            self.kill_reporting();
        }
        let pool = self.sql("reporting_owner").await;
        sqlx::query(
            "truncate reporting.deployment_revisions, reporting.link_cursors,
                reporting.parked_changes, reporting.timeline_events, reporting.revisions,
                reporting.feeds cascade",
        )
        .execute(&pool)
        .await
        .unwrap();
        self.restart_reporting().await;
    }

    /// The deployment service's database as a replica of it has it, with so many connections.
    pub async fn deployment_database(&self, connections: u32) -> Database {
        self.database_as("deployment", connections).await.unwrap()
    }

    /// The same, as another role.
    pub async fn database_as(&self, role: &str, connections: u32) -> anyhow::Result<Database> {
        let url = cluster().await.url(&self.database, role);
        let mut config = service_config(url, self.keys.path());
        config.database_connections = connections;
        Database::connect(&config, "deployment", Clock::System).await
    }

    /// Brings the deployment service's schema up to date, as its start does.
    pub async fn migrate_deployment(&self) -> anyhow::Result<()> {
        migrate_deployment(&self.database).await
    }

    /// Drops every change that the deployment service's feed tells by now, as time would.
    pub async fn compact_deployment(&self) -> u64 {
        let database = self.deployment_database(1).await;
        let tomorrow = Clock::System.now() + Duration::from_hours(24);
        let dropped = feed::compact(&database, tomorrow).await.unwrap();
        database.close().await;
        dropped
    }

    /// One more replica of the deployment service, with settings of its own.
    pub async fn deployment_replica(&self, adjust: impl FnOnce(&mut ServiceConfig)) -> Running {
        let url = cluster().await.url(&self.database, "deployment");
        let mut config = deployment_config(url, self.keys.path());
        adjust(&mut config.service);
        Running::start::<Deployment>(config, self.clock.clone()).await
    }

    /// One more replica of the deployment service, over a link to the database that may be cut.
    pub async fn deployment_replica_behind(&self) -> (Running, Proxy) {
        let url = cluster().await.url(&self.database, "deployment");
        let options = PgConnectOptions::from_str(&url).unwrap();
        let socket = options.get_socket().unwrap().join(".s.PGSQL.5432");
        let proxy = Proxy::to_socket(socket).await;
        let (role, address, database) = ("deployment", proxy.address(), &self.database);
        let url = format!("postgres://{role}@{address}/{database}?sslmode=disable");
        (self.deployment_replica(|service| service.database_url = url).await, proxy)
    }

    /// One more replica of the reporting service, following these replicas of the other.
    pub async fn reporting_replica(
        &self,
        deployments: &str,
        adjust: impl FnOnce(&mut ServiceConfig),
    ) -> Running {
        let url = cluster().await.url(&self.database, "reporting");
        let mut config = reporting_config(url, self.keys.path(), deployments.to_owned());
        adjust(&mut config.service);
        Running::start::<Reporting>(config, self.clock.clone()).await
    }

    /// A token that lets somebody of this name do everything.
    pub fn token(&self, subject: &str) -> String {
        mint(&self.issuer, subject, everything())
    }

    /// A token of somebody with these roles.
    pub fn token_of(&self, subject: &str, grants: Vec<Grant>) -> String {
        mint(&self.issuer, subject, grants)
    }

    /// The operator's client over these replicas, their URLs separated by commas.
    pub async fn client_over(&self, deployments: &str, reportings: &str) -> Client {
        let operator = mint(&self.issuer, "operator", everything());
        connect(deployments, reportings, Some(&operator)).await
    }

    /// A look into the database, as a role.
    pub async fn sql(&self, role: &str) -> PgPool {
        PgPool::connect(&cluster().await.url(&self.database, role)).await.unwrap()
    }
}

async fn start_reporting(
    cluster: &Cluster,
    database: &str,
    keys: &TempDir,
    deployment: &Running,
    clock: Clock,
) -> Running {
    let url = cluster.url(database, "reporting");
    let config = reporting_config(url, keys.path(), deployment.url());
    Running::start::<Reporting>(config, clock).await
}

async fn connect(deployment: &str, reporting: &str, token: Option<&str>) -> Client {
    let deployment = client::connect("deployment", deployment).await.unwrap();
    let reporting = client::connect("reporting", reporting).await.unwrap();
    Client::new(deployment, reporting, token)
}

async fn plain(url: String) -> Channel {
    Channel::from_shared(url).unwrap().connect().await.unwrap()
}

fn mint(issuer: &Issuer, subject: &str, grants: Vec<Grant>) -> String {
    issuer.token(subject, grants, Clock::System.now(), Duration::from_hours(1)).unwrap()
}

/// Every role that a person can have, in every mission.
fn everything() -> Vec<Grant> {
    [Role::Staff, Role::Monitor, Role::Analyst, Role::Editor, Role::Auditor]
        .map(Grant::everywhere)
        .into()
}

fn deployment_config(database_url: String, keys: &Path) -> muster_deployment::Config {
    muster_deployment::Config { service: service_config(database_url, keys) }
}

fn reporting_config(
    database_url: String,
    keys: &Path,
    deployment_url: String,
) -> muster_reporting::Config {
    muster_reporting::Config {
        deployment_token_file: Some(keys.join("reporting.token")),
        service: service_config(database_url, keys),
        deployment_url,
    }
}

fn service_config(database_url: String, keys: &Path) -> ServiceConfig {
    ServiceConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        database_url,
        owner_database_url: None,
        database_connections: 8,
        calls_at_once: None,
        jwks_file: Some(keys.join("jwks.json")),
        insecure: false,
        call_limit: Duration::from_secs(30),
        notice: Duration::ZERO,
        grace: GRACE,
        keep_changes_days: None,
        log_format: LogFormat::Text,
        log: "warn".to_owned(),
    }
}
