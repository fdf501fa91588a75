//! No two modules of a crate import each other in a circle, not through others either. A module
//! and its own submodule may name each other.

use std::{fs, path::Path};

use crate::imports::Crate;

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut looked = 0;
    for group in ["shared", "services", "deploy"] {
        for entry in fs::read_dir(root.join(group)).unwrap() {
            let source = entry.unwrap().path().join("src");
            if !source.is_dir() {
                continue;
            }
            let found = Crate::read(&source);
            let in_circles: Vec<&String> =
                found.texts.keys().filter(|name| found.reach(name).contains(*name)).collect();
            assert!(in_circles.is_empty(), "{}: {in_circles:?}", source.display());
            looked += found.texts.len();
        }
    }
    assert!(200 < looked, "only {looked} modules");
}

#[test]
fn a_circle_is_found_through_others_and_through_exports() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("lib.rs", "mod a; mod b; mod c; mod d;");
    write("a.rs", "use crate::{b::{self, X}, d};");
    write("b.rs", "pub use crate::c::Y;");
    write("c.rs", "fn f() { crate::a::g() } // use crate::d;");
    write("d.rs", "#[cfg(test)]\nmod tests { use crate::a; }");
    let circle = |name: &str| Crate::read(folder.path()).reach(name).contains(name);
    assert!(!circle("a"));
    write("a.rs", "use crate::b::Y;");
    assert!(circle("a") && circle("c"));
    assert!(!circle("b") && !circle("d"));
    write("b.rs", "pub use crate::c::Y as Z;");
    assert!(!circle("a"));
    write("a.rs", "use crate::b::Z;");
    assert!(circle("a"));
}
