//! The roles that people have, a client of each, and which of them a call needs.

use std::collections::HashMap;

use anyhow::Context;
use muster_service::{
    identity::{Grant, Role},
    policy::Rows,
};
use prost_reflect::MethodDescriptor;

use crate::{
    client::{self, Client},
    keys::{Contributor, KeyFiles, OF_PEOPLE},
    scenario::Scenario,
    settings::Settings,
};

/// The client of each role, and of each partner's contributor.
pub struct Crew {
    clients: HashMap<Role, Client>,
    contributors: HashMap<String, Client>,
    operator: Client,
}

impl Crew {
    /// Makes a client for each role and contributor from the operator's, with the token that
    /// `token` gives for a name and a grant.
    pub fn new(
        operator: &Client,
        contributors: &[Contributor],
        token: impl Fn(&str, Grant) -> anyhow::Result<String>,
    ) -> anyhow::Result<Self> {
        let mut crew = Self {
            clients: HashMap::new(),
            contributors: HashMap::new(),
            operator: operator.clone(),
        };
        for (role, name) in OF_PEOPLE {
            let token = token(name, Grant::everywhere(role))?;
            crew.clients.insert(role, operator.showing(&token));
        }
        for contributor in contributors {
            let token = token(&contributor.name(), contributor.grant())?;
            crew.contributors.insert(contributor.partner.clone(), operator.showing(&token));
        }
        Ok(crew)
    }

    /// Connects to both services as each role and contributor.
    pub async fn connect(settings: &Settings, keys: &KeyFiles) -> anyhow::Result<Self> {
        let deployment = client::connect("deployment", &settings.deployment).await?;
        let reporting = client::connect("reporting", &settings.reporting).await?;
        let nobody = Client::new(deployment, reporting, None);
        Self::new(&nobody, keys.contributors(), |name, _| {
            let file = keys.role_token(name);
            std::fs::read_to_string(&file)
                .with_context(|| format!("cannot read the token in {}", file.display()))
        })
    }

    /// Whose call a method is: of what is a partner's own its contributor's, where the method is
    /// open to contributors, else that of the least privileged role.
    pub fn caller(&self, method: &MethodDescriptor, partner: Option<&str>) -> &Client {
        let own = partner.filter(|_| allowed(method).contains(&Role::Contributor));
        own.and_then(|partner| self.contributors.get(partner))
            .or_else(|| least(method).and_then(|role| self.clients.get(&role)))
            .unwrap_or(&self.operator)
    }
}

/// Those who speak for the partners of a scenario.
pub fn contributors(scenario: &Scenario) -> Vec<Contributor> {
    let mission = scenario.mission();
    let contributor =
        |partner: &str| Contributor { mission: mission.to_owned(), partner: partner.to_owned() };
    scenario.partners().into_iter().map(contributor).collect()
}

/// The least privileged role that may call a method: of those that hold for a whole mission, the
/// one that the fewest other changing methods are open to.
pub fn least(method: &MethodDescriptor) -> Option<Role> {
    let allowed = allowed(method);
    let roles = OF_PEOPLE.into_iter().map(|(role, _)| role).filter(|role| allowed.contains(role));
    roles.min_by_key(|role| changes(*role))
}

/// The roles that may call a method.
fn allowed(method: &MethodDescriptor) -> &'static [Role] {
    let name = format!("{}/{}", method.parent_service().name(), method.name());
    let mut rows = rows(method.parent_service().package_name()).iter();
    rows.find(|(row, _)| *row == name).map_or(&[], |(_, allowed)| *allowed)
}

/// How many methods of both services a role may change something with.
pub fn changes(role: Role) -> usize {
    let reads = |method: &str| {
        let name = method.rsplit('/').next().unwrap_or(method);
        ["Get", "List", "BatchGet", "Watch", "Read", "Render"]
            .iter()
            .any(|verb| name.starts_with(verb))
    };
    (muster_deployment::policy::ROWS.iter().chain(muster_reporting::policy::ROWS))
        .filter(|(method, roles)| !reads(method) && roles.contains(&role))
        .count()
}

fn rows(package: &str) -> Rows {
    match package {
        "muster.deployment.v1" => muster_deployment::policy::ROWS,
        "muster.reporting.v1" => muster_reporting::policy::ROWS,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use muster_service::rules;

    use super::*;

    fn of(method: &str) -> Option<Role> {
        let (service, method) = method.split_once('/').unwrap();
        let service = rules::pool().get_service_by_name(service).unwrap();
        least(&service.methods().find(|found| found.name() == method).unwrap())
    }

    #[test]
    fn a_call_is_for_the_role_that_may_change_least_besides() {
        assert_eq!(of("muster.deployment.v1.MissionService/CreateMission"), Some(Role::Staff));
        assert_eq!(of("muster.deployment.v1.SiteService/CreateSiteStatus"), Some(Role::HostForce));
        assert_eq!(of("muster.reporting.v1.FigureService/CreateFigure"), Some(Role::Monitor));
        assert_eq!(of("muster.reporting.v1.FigureService/UpdateFigure"), Some(Role::Analyst));
        let publish = "muster.reporting.v1.SituationReportService/PublishSituationReport";
        assert_eq!(of(publish), Some(Role::Editor));
    }
}
