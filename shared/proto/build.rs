//! Turns every file under `proto/` into Rust, without protoc.

use std::{
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use prost_types::FileDescriptorSet;

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
    fs::write(out.join("recorded.rs"), recorded(&files))?;
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names().type_name_domain(["."], "type.googleapis.com");
    tonic_prost_build::configure()
        .include_file("muster.rs")
        .compile_fds_with_config(files, config)?;
    Ok(())
}

/// Implements `Recorded` for every message of ours that has a name and says when it was recorded.
fn recorded(files: &FileDescriptorSet) -> String {
    let mut code = String::new();
    for file in files.file.iter().filter(|file| file.package().starts_with("muster.")) {
        for message in &file.message_type {
            let has = |name: &str| message.field.iter().any(|field| field.name() == name);
            let times: Vec<&str> =
                ["update_time", "record_time"].into_iter().filter(|name| has(name)).collect();
            if !has("name") || (times.is_empty() && !has("create_time")) {
                continue;
            }
            let path = file.package().replace('.', "::");
            let name = message.name();
            let later: String =
                times.iter().map(|field| format!("self.{field} = Some(at);\n")).collect();
            let first = if has("create_time") {
                "if first { self.create_time = Some(at); }"
            } else {
                "let _ = first;"
            };
            code += &format!(
                "impl Recorded for generated::{path}::{name} {{
                    fn record(&mut self, at: Timestamp, first: bool) {{ {later} {first} }}
                }}\n"
            );
        }
    }
    code
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
