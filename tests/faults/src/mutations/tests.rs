use std::{collections::BTreeSet, fs, path::Path};

use super::{MUTATIONS, sources};
use crate::checks::CHECKS;

#[test]
fn every_mutation_has_a_patch_and_every_patch_a_mutation() {
    let named: BTreeSet<String> =
        MUTATIONS.iter().map(|mutation| format!("{}.patch", mutation.name)).collect();
    let folder = sources::patch(MUTATIONS[0].name);
    let present: BTreeSet<String> = fs::read_dir(folder.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(named, present);
    assert_eq!(named.len(), MUTATIONS.len(), "two mutations have one name");
}

#[test]
fn every_patch_fits_the_present_sources() {
    for mutation in &MUTATIONS {
        let patch = sources::patch(mutation.name).canonicalize().unwrap();
        let workspace = Path::new(sources::WORKSPACE);
        sources::apply(workspace, &patch, &["--check"]).unwrap();
    }
}

#[test]
fn every_mutation_has_a_check_that_there_is() {
    for mutation in &MUTATIONS {
        assert!(CHECKS.iter().any(|check| check.name == mutation.check), "{}", mutation.name);
    }
}
