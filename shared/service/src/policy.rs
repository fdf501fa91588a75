//! Who may call what. A method without a row stops start-up.

use std::collections::HashMap;

use anyhow::ensure;

use crate::{identity::Role, rules};

/// Rows of (method, roles that may call it); a method is `Service/Method` within the package.
pub type Rows = &'static [(&'static str, &'static [Role])];

/// The roles that may call each method, by its path.
#[derive(Debug)]
pub struct Policy {
    roles: HashMap<String, &'static [Role]>,
}

impl Policy {
    /// Checks that every method of the package has a row, and every row a method.
    pub fn of(package: &str, rows: Rows) -> anyhow::Result<Self> {
        let policy = Self::of_rows(package, rows);
        let methods: Vec<String> = rules::pool()
            .services()
            .filter(|service| service.package_name() == package)
            .flat_map(|service| service.methods().collect::<Vec<_>>())
            .map(|method| format!("/{}/{}", method.parent_service().full_name(), method.name()))
            .collect();
        for method in &methods {
            ensure!(policy.roles.contains_key(method), "{method} has no row in the policy");
        }
        ensure!(methods.len() == rows.len(), "the policy of {package} names unknown methods");
        Ok(policy)
    }

    pub(crate) fn of_rows(package: &str, rows: Rows) -> Self {
        let path = |method| format!("/{package}.{method}");
        Self { roles: rows.iter().map(|(method, allowed)| (path(method), *allowed)).collect() }
    }

    /// The roles that may call a method; `None` for one that the package does not have.
    pub fn roles(&self, path: &str) -> Option<&'static [Role]> {
        self.roles.get(path).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_without_a_row_stops_start_up() {
        let rows: Rows = &[("ChangeFeedService/ListChanges", &[Role::Auditor])];
        let error = Policy::of("muster.deployment.v1", rows).unwrap_err();
        assert!(error.to_string().contains("has no row in the policy"));
    }

    #[test]
    fn a_row_without_a_method_stops_start_up() {
        let rows: Rows = &[("ChangeFeedService/ListChanges", &[Role::Auditor]), ("No/Such", &[])];
        assert!(Policy::of("muster.common.v1", rows).is_err());
    }
}
