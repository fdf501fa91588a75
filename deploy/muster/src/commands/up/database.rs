//! The database of `muster up`: a private one, or the one that was named.

use std::path::Path;

use anyhow::Context as _;

use crate::{
    postgres::{self, Cluster, DATABASE, Options, Step},
    progress::Progress,
};

/// Where each service's schema is.
pub struct Schemas {
    pub deployment: Urls,
    pub reporting: Urls,
    pub version: String,
}

/// A database as the role that runs a service, and as the one that owns its schema.
pub struct Urls {
    pub runner: String,
    pub owner: String,
}

pub enum Database {
    Ours(Box<Cluster>),
    Theirs { url: String, version: String },
}

impl Database {
    pub async fn open(url: Option<String>, data_dir: &Path) -> anyhow::Result<Self> {
        let progress = Progress::begin(&Step::Finding.to_string());
        postgres::make_folder(data_dir)?;
        if let Some(url) = url {
            let version = postgres::check(&url).await?;
            postgres::lend(&url).await.context(
                "cannot make the roles deployment and reporting that run the services; \
                 MUSTER_DATABASE_URL has to name a role that may",
            )?;
            progress.done(&format!("Postgres {version} of MUSTER_DATABASE_URL reached"));
            return Ok(Self::Theirs { url, version });
        }
        let options = Options::keeping(data_dir);
        let cluster = Cluster::start_with(options, |step| progress.at(step.to_string())).await?;
        progress.done(&format!("Postgres {} ready in {}", cluster.version(), data_dir.display()));
        Ok(Self::Ours(Box::new(cluster)))
    }

    /// Where the services find it.
    pub fn schemas(&self) -> Schemas {
        let urls = |service: &str| match self {
            Self::Ours(cluster) => Urls {
                runner: cluster.url(DATABASE, service),
                owner: cluster.url(DATABASE, &format!("{service}_owner")),
            },
            Self::Theirs { url, .. } => {
                Urls { runner: acting_as(service, url), owner: url.clone() }
            }
        };
        let version = match self {
            Self::Ours(cluster) => cluster.version(),
            Self::Theirs { version, .. } => version,
        };
        Schemas {
            deployment: urls("deployment"),
            reporting: urls("reporting"),
            version: version.to_owned(),
        }
    }

    /// Waits until a database of ours ends without having been asked to.
    pub async fn ended(&mut self) -> anyhow::Error {
        match self {
            Self::Ours(cluster) => cluster.ended().await,
            Self::Theirs { .. } => std::future::pending().await,
        }
    }

    pub async fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Ours(cluster) => cluster.stop().await,
            Self::Theirs { .. } => Ok(()),
        }
    }
}

/// A URL whose connections act as another role than the one that they are opened as.
fn acting_as(role: &str, url: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}options[role]={role}")
}
