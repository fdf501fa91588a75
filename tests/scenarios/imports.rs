//! What the modules of a crate import, read from their texts. Re-exports are followed to where a
//! name is defined; a macro can hide an import.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use regex::{Captures, Regex};

/// Texts and letters, comments, and the tests of a file. Of a text its quotes are kept.
static ASIDE: LazyLock<Regex> = LazyLock::new(|| {
    let text = r#"'(?:"|\\.)'|"(?:[^"\\]|\\.)*"|//[^\n]*"#;
    Regex::new(&format!(r"(?s){text}|#\[cfg\(test\)\]\s*(?:pub )?mod tests(?:;|\s*\{{.*)")).unwrap()
});
static USE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(pub(?:\([^)]*\))? )?use ([^;(]+);").unwrap());
/// A path of two names and more that stands among others.
static PATH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^:\w])([a-z_]\w*(?:::\w+)+)").unwrap());

/// What a file says to the compiler: neither comments nor texts, nor its tests.
pub fn code_of(text: &str) -> String {
    let quotes = |found: &Captures<'_>| if found[0].starts_with('"') { "\"\"" } else { "" };
    ASIDE.replace_all(text, quotes).into_owned()
}

/// What stands between the imports of a code.
pub fn without_imports(code: &str) -> String {
    USE.replace_all(code, "").into_owned()
}

/// The modules of a crate by name, each with its code. The root is `crate`.
pub struct Crate {
    pub texts: BTreeMap<String, String>,
    /// Where a name that a module exports again is defined.
    exported: BTreeMap<(String, String), String>,
}

impl Crate {
    pub fn read(source: &Path) -> Self {
        let mut files = Vec::new();
        collect(source, &mut files);
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for file in files {
            let inside = file.strip_prefix(source).unwrap().with_extension("");
            let name = inside.to_string_lossy().replace('/', "::");
            let is_test = name.ends_with("tests") || name.contains("tests::");
            if is_test || name.starts_with("bin::") {
                continue;
            }
            let name = if ["lib", "main"].contains(&&*name) { "crate".into() } else { name };
            let text = fs::read_to_string(&file).unwrap();
            texts.entry(name).or_default().push_str(&code_of(&text));
        }
        let mut found = Self { texts, exported: BTreeMap::new() };
        let mut exported = BTreeMap::new();
        for (name, text) in &found.texts {
            for (path, called) in uses(text, Some(true)).into_iter().filter(is_inner) {
                exported.insert((name.clone(), called), found.locate(&path, name));
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

    /// The paths within the crate that a module names, each with the module it leads to. What a
    /// module exports again is in these only where `exports`.
    pub fn names(&self, name: &str, exports: bool) -> Vec<(String, String)> {
        let text = &self.texts[name];
        let paths = uses(text, (!exports).then_some(false)).into_iter();
        let paths = paths.chain(inline(text)).filter(is_inner);
        paths.map(|(path, _)| (self.target(&path, name), path)).collect()
    }

    fn target(&self, path: &str, name: &str) -> String {
        let module = self.locate(path, name);
        let defined = path
            .rsplit("::")
            .find_map(|part| self.exported.get(&(module.clone(), part.to_owned())).cloned());
        defined.unwrap_or(module)
    }

    /// The modules that a module imports from.
    pub fn imports(&self, name: &str) -> BTreeSet<String> {
        let names = self.names(name, false).into_iter().map(|(to, _)| to);
        names.filter(|to| !are_kin(to, name)).collect()
    }

    /// The paths that a module names of other crates, and of no crate: `Self` and what was imported.
    pub fn outside(&self, name: &str) -> BTreeSet<String> {
        let text = &self.texts[name];
        let paths = uses(text, None).into_iter().chain(inline(text));
        paths.filter(|path| !is_inner(path)).map(|(path, _)| path).collect()
    }

    /// Every module that a module leads to, itself among them where it is in a circle.
    pub fn reach(&self, name: &str) -> BTreeSet<String> {
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

/// Whether a path is one within its crate.
fn is_inner((path, _): &(String, String)) -> bool {
    ["crate", "self", "super"].contains(&path.split("::").next().unwrap_or_default())
}

/// The paths of the imports of a text, each with what it is called there: those that are exported
/// again, the others, or all.
fn uses(text: &str, exported: Option<bool>) -> Vec<(String, String)> {
    let chosen = USE
        .captures_iter(text)
        .filter(|found| exported.is_none_or(|exported| found.get(1).is_some() == exported));
    chosen.flat_map(|found| paths(&found[2])).collect()
}

/// The paths of a text that stand outside of imports.
fn inline(text: &str) -> Vec<(String, String)> {
    let rest = without_imports(text);
    let paths = PATH.captures_iter(&rest).map(|found| found[1].to_owned());
    paths.map(|path| (path, String::new())).collect()
}

/// The single paths of a tree of imports, each with what it is called.
fn paths(tree: &str) -> Vec<(String, String)> {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
        let path: String = path.split_whitespace().collect();
        let called = if alias.is_empty() { path.rsplit("::").next() } else { Some(alias.trim()) };
        return vec![(path.clone(), called.unwrap_or_default().to_owned())];
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
