//! No two modules of a crate import each other in a circle, not through others either. A module
//! and its own submodule may name each other. Re-exports are followed to where a name is defined.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use regex::Regex;

/// Lines of comments, and the tests of a file.
static ASIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)//[^\n]*|#\[cfg\(test\)\]\s*(?:pub )?mod tests(?:;|\s*\{.*)").unwrap()
});
static USE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(pub(?:\([^)]*\))? )?use ((?:crate|super|self)::[^;]+);").unwrap()
});
static PATH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:crate|super)(?:::\w+)+").unwrap());

/// The modules of a crate by name, each with its text.
struct Crate {
    texts: BTreeMap<String, String>,
    /// Where a name that a module exports again is defined.
    exported: BTreeMap<(String, String), String>,
}

impl Crate {
    fn read(source: &Path) -> Self {
        let mut files = Vec::new();
        collect(source, &mut files);
        let mut texts = BTreeMap::new();
        for file in files {
            let inside = file.strip_prefix(source).unwrap().with_extension("");
            let name = inside.to_string_lossy().replace('/', "::");
            let is_test = name.ends_with("tests") || name.contains("tests::");
            if is_test || name.starts_with("bin::") {
                continue;
            }
            let name = if ["lib", "main"].contains(&&*name) { "crate".into() } else { name };
            let text = fs::read_to_string(&file).unwrap();
            texts.insert(name, ASIDE.replace_all(&text, "").into_owned());
        }
        let mut found = Self { texts, exported: BTreeMap::new() };
        let mut exported = BTreeMap::new();
        for (name, text) in &found.texts {
            for path in uses(text, true) {
                let last = path.rsplit("::").next().unwrap_or_default().to_owned();
                exported.insert((name.clone(), last), found.locate(&path, name));
            }
        }
        found.exported = exported;
        found
    }

    /// The module that a path in a module leads to.
    fn locate(&self, path: &str, here: &str) -> String {
        let mut parts: Vec<&str> = path.split("::").collect();
        let is_absolute = parts[0] == "crate" || here == "crate";
        let mut full: Vec<&str> = if is_absolute { vec![] } else { here.split("::").collect() };
        while parts.first().is_some_and(|part| ["crate", "self", "super"].contains(part)) {
            if parts.remove(0) == "super" {
                full.pop();
            }
        }
        full.extend(parts);
        while !full.is_empty() && !self.texts.contains_key(&full.join("::")) {
            full.pop();
        }
        if full.is_empty() { "crate".to_owned() } else { full.join("::") }
    }

    /// The modules that a module imports from.
    fn imports(&self, name: &str) -> BTreeSet<String> {
        let text = &self.texts[name];
        let rest = USE.replace_all(text, "").into_owned();
        let inline = PATH.find_iter(&rest).map(|found| found.as_str().to_owned());
        let paths = uses(text, false).into_iter().chain(inline);
        let target = |path: String| {
            let module = self.locate(&path, name);
            let defined = path
                .rsplit("::")
                .find_map(|part| self.exported.get(&(module.clone(), part.to_owned())).cloned());
            defined.unwrap_or(module)
        };
        paths.map(target).filter(|to| !are_kin(to, name)).collect()
    }

    /// Every module that a module leads to, itself among them where it is in a circle.
    fn reach(&self, name: &str) -> BTreeSet<String> {
        let (mut reached, mut open) = (BTreeSet::new(), vec![name.to_owned()]);
        while let Some(next) = open.pop() {
            for to in self.imports(&next) {
                if reached.insert(to.clone()) {
                    open.push(to);
                }
            }
        }
        reached
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn are_kin(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| inner.starts_with(&format!("{outer}::"));
    one == other || [one, other].contains(&"crate") || within(one, other) || within(other, one)
}

/// The paths of the imports of a text, those that are exported again or the others.
fn uses(text: &str, exported: bool) -> Vec<String> {
    let chosen = USE.captures_iter(text).filter(|found| found.get(1).is_some() == exported);
    chosen.flat_map(|found| paths(&found[2])).collect()
}

/// The single paths of a tree of imports.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.split_whitespace().collect()];
    };
    let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for letter in inside.chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        match letter {
            ',' if depth == 0 => parts.push(String::new()),
            letter => parts.last_mut().unwrap().push(letter),
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| paths(&format!("{before}{}", part.trim()))).collect()
}

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
}
