//! Who may call what. A method without a row stops start-up.

use std::collections::{HashMap, HashSet};

use anyhow::ensure;
use prost_reflect::MethodDescriptor;

use crate::{identity::Role, rules};

/// Rows of (method, roles that may call it); a method is `Service/Method` within the package.
pub type Rows = &'static [(&'static str, &'static [Role])];

/// The rule of each method, by its path.
#[derive(Debug)]
pub struct Policy {
    rules: HashMap<String, Rule>,
}

/// The rule for calls of one method.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The roles that may call it.
    pub allowed: &'static [Role],
    /// Whether it answers with one record by its name. Such reads are gathered: they share one
    /// connection to the database.
    pub is_get: bool,
}

impl Policy {
    /// Checks that every method of the package has a row, and every row a method.
    pub fn of(package: &str, rows: Rows) -> anyhow::Result<Self> {
        let policy = Self::of_rows(package, rows);
        let methods: Vec<MethodDescriptor> = methods_of(package).collect();
        for path in methods.iter().map(path) {
            ensure!(policy.rules.contains_key(&path), "{path} has no row in the policy");
        }
        ensure!(methods.len() == rows.len(), "the policy of {package} names unknown methods");
        Ok(policy)
    }

    pub(crate) fn of_rows(package: &str, rows: Rows) -> Self {
        let gets: HashSet<String> = methods_of(package)
            .filter(answers_with_one_record)
            .map(|method| path(&method))
            .collect();
        let rule = |(method, allowed): &(&str, &'static [Role])| {
            let path = format!("/{package}.{method}");
            let is_get = gets.contains(&path);
            (path, Rule { allowed, is_get })
        };
        Self { rules: rows.iter().map(rule).collect() }
    }

    /// The rule of a method; `None` for one that the package does not have.
    pub fn rule(&self, path: &str) -> Option<Rule> {
        self.rules.get(path).copied()
    }
}

fn methods_of(package: &str) -> impl Iterator<Item = MethodDescriptor> {
    let services =
        rules::pool().services().filter(move |service| service.package_name() == package);
    services.flat_map(|service| service.methods().collect::<Vec<_>>())
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

fn answers_with_one_record(method: &MethodDescriptor) -> bool {
    let output = method.output();
    let has = |field| output.get_field_by_name(field).is_some();
    method.name().starts_with("Get") && has("name") && has("etag")
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
    fn what_answers_with_one_record_by_its_name_is_a_get() {
        let rows: Rows = &[
            ("SiteService/GetSite", &[]),
            ("SiteService/ListSites", &[]),
            ("SiteService/UpdateSite", &[]),
            ("StrengthService/GetStrength", &[]),
        ];
        let policy = Policy::of_rows("muster.deployment.v1", rows);
        let is_get =
            |method: &str| policy.rule(&format!("/muster.deployment.v1.{method}")).unwrap().is_get;
        assert_eq!(
            rows.iter().map(|(method, _)| is_get(method)).collect::<Vec<_>>(),
            [true, false, false, false]
        );
    }

    #[test]
    fn a_row_without_a_method_stops_start_up() {
        let rows: Rows = &[("ChangeFeedService/ListChanges", &[Role::Auditor]), ("No/Such", &[])];
        assert!(Policy::of("muster.common.v1", rows).is_err());
    }
}
