//! Everything an operator can set.

use std::path::PathBuf;

use muster_service::ServiceConfig;

/// Everything an operator can set; each has a flag and an environment variable.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    #[command(flatten)]
    pub service: ServiceConfig,

    /// Where the deployment service answers, such as "http://deployment:50051"; several
    /// replicas are separated by commas
    #[arg(long, env = "MUSTER_DEPLOYMENT_URL")]
    pub deployment_url: String,

    /// The file with the token that this service shows the deployment service; read anew
    /// each time the link is opened
    #[arg(long, env = "MUSTER_DEPLOYMENT_TOKEN_FILE")]
    pub deployment_token_file: Option<PathBuf>,
}

impl AsRef<ServiceConfig> for Config {
    fn as_ref(&self) -> &ServiceConfig {
        &self.service
    }
}
