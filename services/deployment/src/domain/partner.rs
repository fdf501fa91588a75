use muster_values::{Collected, Source, words};

words! {
    /// What a partner is to a mission.
    pub enum Role {
        Lead = "lead",
        Contributor = "contributor",
        HostForce = "host_force",
        Monitor = "monitor",
        Donor = "donor",
    }
}

/// A state or an organisation that takes part in a mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    pub display_name: String,
    /// ISO 3166-1 alpha-3; `None` where it is no state's.
    pub country: Option<String>,
    pub roles: Vec<Role>,
    pub sources: Vec<Source>,
}

impl Collected for Partner {
    const COLLECTION: &'static str = "partners";
}
