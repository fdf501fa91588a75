//! The database of `muster up`: a private one, or the one that was named.

use std::path::Path;

use crate::{
    postgres::{self, Cluster, DATABASE, Options, Step},
    progress::Progress,
};

/// A URL for each service's schema.
pub struct Schemas {
    pub deployment: String,
    pub reporting: String,
    pub version: String,
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
        let (deployment, reporting, version) = match self {
            Self::Ours(cluster) => {
                let url = |role| cluster.url(DATABASE, role);
                (url("deployment"), url("reporting"), cluster.version())
            }
            Self::Theirs { url, version } => (url.clone(), url.clone(), version.as_str()),
        };
        Schemas { deployment, reporting, version: version.to_owned() }
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
