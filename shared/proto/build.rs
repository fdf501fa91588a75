//! Turns every file under `proto/` into Rust, without protoc.

use std::{
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use prost_types::{DescriptorProto, FileDescriptorSet, field_descriptor_proto::Label};

const ROOT: &str = "../../proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    #[expect(clippy::disallowed_methods, reason = "how cargo tells a build script where to write")]
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Encoded by protox itself: the decoded form has lost the field rules.
    let compiler = compiled(true)?;
    fs::write(out.join("documented.bin"), compiler.encode_file_descriptor_set())?;
    fs::write(out.join("descriptors.bin"), compiled(false)?.encode_file_descriptor_set())?;

    // Rules and annotations are read from the descriptors; no Rust type is needed for them.
    let mut files = compiler.file_descriptor_set();
    files.file.retain(|file| !file.package().starts_with("buf.") && file.package() != "google.api");
    fs::write(out.join("standard.rs"), standard(&files))?;
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names().type_name_domain(["."], "type.googleapis.com");
    tonic_prost_build::configure()
        .include_file("muster.rs")
        .compile_fds_with_config(files, config)?;
    Ok(())
}

/// Implements the traits of standard methods for every message of ours that has their fields.
fn standard(files: &FileDescriptorSet) -> String {
    let mut code = String::new();
    for file in files.file.iter().filter(|file| file.package().starts_with("muster.")) {
        for message in &file.message_type {
            let path =
                format!("generated::{}::{}", file.package().replace('.', "::"), message.name());
            code += &recorded(&path, message);
            code += &identified(&path, message);
            code += &change(&path, message);
            code += &request(&path, message);
            code += &response(&path, message);
        }
    }
    code
}

fn has(message: &DescriptorProto, name: &str) -> bool {
    message.field.iter().any(|field| field.name() == name)
}

/// A resource: it has a name and says when it was recorded.
fn recorded(path: &str, message: &DescriptorProto) -> String {
    let times: Vec<&str> =
        ["update_time", "record_time"].into_iter().filter(|name| has(message, name)).collect();
    let is_created = has(message, "create_time");
    if !has(message, "name") || (times.is_empty() && !is_created) {
        return String::new();
    }
    let later: String = times.iter().map(|field| format!("self.{field} = Some(at);")).collect();
    let first = if is_created {
        "if first && self.create_time.is_none() { self.create_time = Some(at); }"
    } else {
        "let _ = first;"
    };
    format!(
        "impl Recorded for {path} {{
            fn record(&mut self, at: Timestamp, first: bool) {{ {later} {first} }}
        }}"
    )
}

/// A resource that says its name and etag: what only the service sets.
fn identified(path: &str, message: &DescriptorProto) -> String {
    if !has(message, "name") || !has(message, "etag") || has(message, "request_id") {
        return String::new();
    }
    let (created, begun) = if has(message, "create_time") {
        ("self.create_time = Some(create_time);", "self.create_time")
    } else {
        ("let _ = create_time;", "None")
    };
    let updated = if has(message, "update_time") {
        "self.update_time = Some(update_time);"
    } else {
        "let _ = update_time;"
    };
    format!(
        "impl Identified for {path} {{
            fn name(&self) -> &str {{ &self.name }}
            fn create_time(&self) -> Option<Timestamp> {{ {begun} }}
            fn identify(
                &mut self, name: String, etag: String, create_time: Timestamp, update_time: Timestamp,
            ) {{ self.name = name; self.etag = etag; {created} {updated} }}
        }}"
    )
}

/// A request of Create, Update or Delete.
fn change(path: &str, message: &DescriptorProto) -> String {
    let Some((verb, resource)) = verb(message.name()) else { return String::new() };
    let field = snake(resource);
    let Some(content) = message.field.iter().find(|one| one.name() == field) else {
        if verb == "Delete" && has(message, "name") && has(message, "etag") {
            return format!(
                "impl DeleteRequest for {path} {{
                    fn name(&self) -> &str {{ &self.name }}
                    fn etag(&self) -> &str {{ &self.etag }}
                }}"
            );
        }
        return String::new();
    };
    let of = format!("generated{}", content.type_name().replace('.', "::"));
    match verb {
        "Create" => {
            let parent = if has(message, "parent") { "&self.parent" } else { "\"\"" };
            let id = format!("{field}_id");
            if !has(message, &id) {
                return String::new();
            }
            format!(
                "impl CreateRequest for {path} {{
                    type Resource = {of};
                    const FIELD: &'static str = \"{field}\";
                    fn parent(&self) -> &str {{ {parent} }}
                    fn id(&self) -> &str {{ &self.{id} }}
                    fn into_resource(self) -> Option<{of}> {{ self.{field} }}
                }}"
            )
        }
        "Update" => format!(
            "impl UpdateRequest for {path} {{
                type Resource = {of};
                const FIELD: &'static str = \"{field}\";
                fn mask(&self) -> Option<&FieldMask> {{ self.update_mask.as_ref() }}
                fn etag(&self) -> &str {{ &self.etag }}
                fn into_resource(self) -> Option<{of}> {{ self.{field} }}
            }}"
        ),
        _ => String::new(),
    }
}

/// `Create` and `ReadinessCheck` of `CreateReadinessCheckRequest`.
fn verb(name: &str) -> Option<(&'static str, &str)> {
    ["Create", "Update", "Delete"]
        .into_iter()
        .find_map(|verb| Some((verb, name.strip_prefix(verb)?.strip_suffix("Request")?)))
}

/// `readiness_check` of `ReadinessCheck`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// A request of Get, BatchGet or List.
fn request(path: &str, message: &DescriptorProto) -> String {
    let name = message.name();
    if name.starts_with("Get") && has(message, "name") {
        return format!("impl GetRequest for {path} {{ fn name(&self) -> &str {{ &self.name }} }}");
    }
    if name.starts_with("BatchGet") && has(message, "names") && name.ends_with("Request") {
        return format!(
            "impl BatchGetRequest for {path} {{
                fn names(&self) -> &[String] {{ &self.names }}
            }}"
        );
    }
    if name.starts_with("List") && has(message, "filter") {
        let parent = if has(message, "parent") { "&self.parent" } else { "\"\"" };
        return format!(
            "impl ListRequest for {path} {{
                fn parent(&self) -> &str {{ {parent} }}
                fn page_size(&self) -> i32 {{ self.page_size }}
                fn page_token(&self) -> &str {{ &self.page_token }}
                fn filter(&self) -> &str {{ &self.filter }}
                fn order_by(&self) -> &str {{ &self.order_by }}
            }}"
        );
    }
    String::new()
}

/// An answer of BatchGet or List: resources, and for List the token of the next page.
fn response(path: &str, message: &DescriptorProto) -> String {
    let name = message.name();
    let Some(items) = message.field.first().filter(|field| {
        name.ends_with("Response")
            && field.type_name().starts_with(".muster.")
            && field.label() == Label::Repeated
    }) else {
        return String::new();
    };
    let item = format!("generated{}", items.type_name().replace('.', "::"));
    let (field, collection) = (items.name(), items.json_name());
    let (of, rest) = match name {
        _ if name.starts_with("BatchGet") => ("_next_page_token", ""),
        _ if name.starts_with("List") && has(message, "next_page_token") => {
            ("next_page_token", ", next_page_token")
        }
        _ => return String::new(),
    };
    format!(
        "impl Resources for {path} {{
            type Item = {item};
            const COLLECTION: &'static str = \"{collection}\";
            fn of({field}: Vec<{item}>, {of}: String) -> Self {{ Self {{ {field}{rest} }} }}
        }}"
    )
}

/// Every file, with its comments or without.
fn compiled(documented: bool) -> Result<protox::Compiler, Box<dyn Error>> {
    let third_party = Path::new(ROOT).join("third_party");
    let mut compiler = protox::Compiler::new([Path::new(ROOT), &third_party])?;
    compiler.include_imports(true).include_source_info(documented);
    compiler.open_files(protos(&Path::new(ROOT).join("muster"))?)?;
    Ok(compiler)
}

fn protos(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(protos(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.push(path.strip_prefix(ROOT).unwrap_or(&path).to_path_buf());
        }
    }
    found.sort();
    Ok(found)
}
