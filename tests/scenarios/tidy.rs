//! The services do not know each other, and files stay small enough to read.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file is one thing; this is the hard limit.
const MOST_LINES: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "third_party" {
                files(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

/// Words of a schema's name and a dot, as a query would name its tables.
#[test]
fn no_service_names_a_table_of_the_other() {
    for (service, other) in [("deployment", "reporting."), ("reporting", "deployment.")] {
        let folder = root().join("services").join(service);
        let mut found = Vec::new();
        files(&folder.join("migrations"), &[".sql"], &mut found);
        files(&folder.join("src/store"), &[".rs"], &mut found);
        for file in found {
            let text = fs::read_to_string(&file).unwrap();
            for verb in ["from ", "join ", "into ", "update ", "references "] {
                let named = text.contains(&format!("{verb}{other}"));
                assert!(!named, "{} reads {other}", file.display());
            }
        }
    }
}

#[test]
fn services_never_use_each_others_crates() {
    for (service, other) in [("deployment", "muster-reporting"), ("reporting", "muster-deployment")]
    {
        let manifest = root().join("services").join(service).join("Cargo.toml");
        assert!(!fs::read_to_string(manifest).unwrap().contains(other));
    }
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let mut found = Vec::new();
    files(&root(), &[".rs", ".proto", ".sql"], &mut found);
    assert!(100 < found.len());
    for file in found {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", file.display());
    }
}

#[test]
fn every_reason_that_partners_are_promised_has_a_code() {
    let reasons =
        muster_service::rules::pool().get_enum_by_name("muster.common.v1.ErrorReason").unwrap();
    for value in reasons.values().filter(|value| value.number() != 0) {
        let reason = muster_service::Reason::try_from(value.number()).unwrap();
        let comment = comment_of(value.name());
        let code = format!("{:?}", muster_service::status::code(reason));
        let promised = comment.split(':').next().unwrap().replace('_', "").to_lowercase();
        assert_eq!(promised, code.to_lowercase(), "{}", value.name());
    }
}

/// The comment before an enum value in error_reason.proto.
fn comment_of(value: &str) -> String {
    let proto = root().join("proto/muster/common/v1/error_reason.proto");
    let text = fs::read_to_string(proto).unwrap();
    let before = text.split(&format!("  {value} =")).next().unwrap();
    let lines: Vec<&str> = before.lines().collect();
    let start = lines.iter().rposition(|line| !line.trim_start().starts_with("//")).unwrap();
    lines[start + 1].trim_start().trim_start_matches("// ").to_owned()
}
