//! Everything an operator can set.

use muster_service::ServiceConfig;

/// Everything an operator can set; each has a flag and an environment variable.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    #[command(flatten)]
    pub service: ServiceConfig,
}

impl AsRef<ServiceConfig> for Config {
    fn as_ref(&self) -> &ServiceConfig {
        &self.service
    }
}
