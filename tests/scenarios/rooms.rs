//! Which room of a service may know which: `main → lib → grpc → app → {domain, store}`, without an
//! arrow back, and `convert` alone between the wire and the domain. Checked by what modules import.

use std::{
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

use crate::imports::{Crate, code_of, without_imports};

/// What speaks gRPC, what speaks SQL, and what waits.
const WIRE: &[&str] = &["muster_proto", "muster_service::wire", "prost", "prost_types", "tonic"];
const DATABASE: &[&str] = &["sqlx"];
const WAITS: &[&str] = &["futures", "tokio", "tokio_util"];

/// A room of a service, the other rooms that it may import from, and of which crates it may import
/// nothing.
struct Room {
    name: &'static str,
    below: &'static [&'static str],
    without: &'static [&'static [&'static str]],
}

const ROOMS: &[Room] = &[
    Room { name: "domain", below: &[], without: &[WIRE, DATABASE, WAITS] },
    Room { name: "store", below: &["domain"], without: &[WIRE] },
    Room { name: "render", below: &["domain"], without: &[DATABASE, WAITS, &["tonic"]] },
    Room { name: "convert", below: &["domain", "render"], without: &[DATABASE, WAITS, &["tonic"]] },
    // What it reads of the history is in the words of the wire, and so is what a report freezes.
    Room {
        name: "app",
        below: &["domain", "store", "convert"],
        without: &[WIRE, &["sqlx::query"]],
    },
    Room { name: "config", below: &[], without: &[WIRE, DATABASE, WAITS] },
    Room { name: "policy", below: &[], without: &[WIRE, DATABASE, WAITS] },
    Room { name: "feed", below: &["app", "config", "convert", "domain"], without: &[DATABASE] },
    // Of the root the name of the package whose services are served.
    Room {
        name: "grpc",
        below: &["app", "convert", "domain", "feed", "crate"],
        without: &[DATABASE, WAITS],
    },
];

/// A room that reasons and does nothing else, with the crates that it may use: time is an argument
/// there, and nothing waits.
const PURE: &[(&str, &[&str])] = &[
    ("shared/values", &["jiff", "regex", "serde", "thiserror", "time"]),
    ("shared/strength", &["muster_values", "serde", "thiserror", "time"]),
    ("services/deployment", DOMAIN),
    ("services/reporting", DOMAIN),
];
const DOMAIN: &[&str] =
    &["muster_strength", "muster_values", "regex", "serde", "sha2", "thiserror", "time", "uuid"];
/// What tests alone may use there.
const TESTS: &str = "proptest";
/// Parts of the standard library that do something.
const DOES: &[&str] =
    &["std::env", "std::fs", "std::io", "std::net", "std::process", "std::thread", "std::time"];

/// Modules that see the wire and the domain and are no part of `convert`, with the reason.
const SEES_BOTH: &[(&str, &str)] = &[
    ("grpc::errors", "turns the refusals of the domain into the one list of reasons"),
    ("render::wording", "writes a report's numbers in the phrases that its text is written in"),
];

/// Words of rooms for which no import stands.
const SAYS_NOT: &[(&str, &[&str])] = &[
    ("domain", &["async ", ".await", "now_utc", "now_local", "::now("]),
    ("store", &[".begin(", ".commit("]),
    ("grpc", &[".begin(", ".commit("]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn services() -> [(&'static str, Crate); 2] {
    ["deployment", "reporting"].map(|name| {
        let found = Crate::read(&root().join("services").join(name).join("src"));
        assert!(50 < found.texts.len(), "only {} modules", found.texts.len());
        (name, found)
    })
}

fn room_of(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

fn is_of(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| {
        // `sqlx::query` is also `sqlx::query_as`; `prost` is not `prost_types`.
        rest.is_empty() || rest.starts_with("::") || prefix.contains("::")
    })
}

#[test]
fn a_room_imports_only_from_the_rooms_below_it() {
    for (service, found) in services() {
        for module in found.texts.keys().filter(|module| *module != "crate") {
            let name = room_of(module);
            let room = ROOMS.iter().find(|room| room.name == name);
            let room = room.unwrap_or_else(|| panic!("{service}: {name} is no room"));
            for (to, path) in found.names(module, true) {
                let to = room_of(&to);
                let allowed = to == name || room.below.contains(&to);
                assert!(allowed, "{service}: {module} imports {path} of {to}");
            }
            for path in found.outside(module) {
                let forbidden = room.without.iter().copied().flatten();
                let forbidden = forbidden.copied().find(|other| is_of(&path, other));
                assert_eq!(forbidden, None, "{service}: {module} imports {path}");
            }
            for (_, words) in SAYS_NOT.iter().filter(|(room, _)| *room == name) {
                for word in *words {
                    assert!(!found.texts[module].contains(word), "{service}: {module} says {word}");
                }
            }
        }
    }
}

#[test]
fn only_convert_reads_both_the_wire_and_the_domain() {
    let of_domain = |path: &str| path.starts_with("crate::domain") && !path.ends_with("phrases");
    for (service, found) in services() {
        for (module, code) in &found.texts {
            let is_exempt = SEES_BOTH.iter().any(|(exempt, _)| exempt == module);
            let sees_wire =
                found.outside(module).iter().any(|path| WIRE.iter().any(|wire| is_of(path, wire)));
            if room_of(module) == "convert" || is_exempt || !sees_wire {
                continue;
            }
            // Elsewhere a type of the domain stands for its standard methods, is handed on, or is a
            // word: nothing of it is read or made.
            let rest = without_imports(code);
            for (_, path) in found.names(module, false) {
                if !of_domain(&path) {
                    continue;
                }
                let name = path.rsplit("::").next().unwrap();
                let count = |pattern: &str| {
                    let pattern = Regex::new(&pattern.replace("NAME", name)).unwrap();
                    pattern.find_iter(&rest).count()
                };
                let all = count(r"(?:^|[^:\w])NAME\b");
                let fine = count(r"\bof NAME \(|<NAME>|[^:\w]NAME::[A-Z]\w*[,)]");
                assert!(0 < all && all == fine, "{service}: {module} reads {path}");
            }
        }
    }
}

#[test]
fn a_module_that_sees_both_is_there_for_each_reason() {
    let services = services();
    for (module, _) in SEES_BOTH {
        assert!(services.iter().any(|(_, found)| found.texts.contains_key(*module)), "{module}");
    }
}

#[test]
fn rooms_that_reason_use_nothing_that_does_anything() {
    let manifest: toml::Table = manifest(&root().join("Cargo.toml"));
    let crates = manifest["workspace"]["dependencies"].as_table().unwrap();
    let crates: Vec<String> = crates.keys().map(|name| name.replace('-', "_")).collect();
    for (folder, allowed) in PURE {
        let is_service = folder.starts_with("services");
        let found = Crate::read(&root().join(folder).join("src"));
        let modules = found.texts.keys();
        let modules = modules.filter(|module| !is_service || room_of(module) == "domain");
        let mut looked = 0;
        for module in modules {
            for path in found.outside(module) {
                let used = path.split("::").next().unwrap();
                let is_crate = crates.iter().any(|one| one == used);
                let allowed = !is_crate || used == TESTS || allowed.contains(&used);
                let does = DOES.iter().any(|does| is_of(&path, does));
                assert!(allowed && !does, "{folder}: {module} uses {path}");
            }
            for (_, words) in SAYS_NOT.iter().filter(|(room, _)| *room == "domain") {
                for word in *words {
                    assert!(!found.texts[module].contains(word), "{folder}: {module} says {word}");
                }
            }
            looked += 1;
        }
        assert!(8 < looked, "{folder}: only {looked} modules");
        if !is_service {
            let manifest = manifest_of_crate(folder);
            for kind in ["dependencies", "dev-dependencies", "build-dependencies", "target"] {
                let named = manifest.get(kind).and_then(toml::Value::as_table);
                for used in named.into_iter().flat_map(toml::Table::keys) {
                    let is_test = kind == "dev-dependencies" && used == TESTS;
                    let is_allowed = kind == "dependencies"
                        && allowed.contains(&used.replace('-', "_").as_str());
                    assert!(is_test || is_allowed, "{folder}: {used} is in {kind}");
                }
            }
        }
    }
}

fn manifest_of_crate(folder: &str) -> toml::Table {
    manifest(&root().join(folder).join("Cargo.toml"))
}

fn manifest(file: &Path) -> toml::Table {
    fs::read_to_string(file).unwrap().parse().unwrap()
}

#[test]
fn imports_are_read_from_code_and_not_from_words() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("lib.rs", "mod a; mod b; pub use self::b::g as h;");
    write("b.rs", "pub fn g() {}");
    let outside = |text: &str| {
        write("a.rs", text);
        Crate::read(folder.path()).outside("a").into_iter().collect::<Vec<_>>()
    };
    assert!(outside("// use sqlx::x;\nconst A: &str = \"sqlx::y // \"; /* */").is_empty());
    assert_eq!(outside("const A: char = '\"'; fn f() { sqlx::y() }"), ["sqlx::y"]);
    assert_eq!(outside("use {sqlx::x, tonic as t};"), ["sqlx::x", "tonic"]);
    write("a.rs", "use crate::h;");
    let names = Crate::read(folder.path()).names("a", true);
    assert_eq!(names, [("b".to_owned(), "crate::h".to_owned())]);
    assert_eq!(code_of("let a = \"x\"; // b"), "let a = \"\"; ");
    assert!(is_of("sqlx::query_as", "sqlx::query") && !is_of("prost_types::Any", "prost"));
}
