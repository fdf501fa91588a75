//! What `muster up` says in the end: where everything is, and what to try.

use crate::{keys::OF_PEOPLE, places::DataDir, settings::Settings, terminal::Terminal};

pub fn how_to_go_on(
    terminal: Terminal,
    data_dir: &DataDir,
    settings: &Settings,
    postgres: &str,
    missions: &[String],
) -> String {
    // As it was called: with `cargo run` it is in no folder of PATH.
    let program = std::env::args().next().unwrap_or_else(|| "muster".to_owned());
    let token = settings.token_file.display();
    let address = settings.deployment.trim_start_matches("http://");
    let mission = missions.first().map_or("missions/none", String::as_str);
    let seen_from = settings.seen_from.get(mission);
    let at = seen_from.map(|moment| format!(" --at {moment}")).unwrap_or_default();
    let valid = seen_from.map(|moment| format!(", \"valid_time\": \"{moment}\""));
    let valid = valid.unwrap_or_default();
    let flag = match DataDir::choose(None) {
        Ok(usual) if usual.path() == data_dir.path() => String::new(),
        _ => format!(" --data-dir {}", data_dir.path().display()),
    };
    let role_file = settings.token_file.with_file_name("ROLE.token");
    let roles = OF_PEOPLE.map(|(_, name)| name);
    let mut lines = vec![
        String::new(),
        terminal.bold("Running"),
        format!("  deployment service  {}", settings.deployment),
        format!("  reporting service   {}", settings.reporting),
        format!("  operator's token    {token}"),
        format!(
            "  token of a role     {} ({}, contributor-PARTNER)",
            role_file.display(),
            roles.join(", ")
        ),
        format!("  data                {} (Postgres {postgres})", data_dir.path().display()),
        String::new(),
        terminal.bold("Try, in another terminal"),
        format!("  {program} strength{flag}{at}"),
        format!("  {program} watch{flag}"),
        format!(
            "  grpcurl -plaintext -H \"authorization: Bearer $(cat {token})\" -d '{{\"name\": \"{mission}\"{valid}}}' \
             {address} muster.deployment.v1.StrengthService/GetStrength"
        ),
        String::new(),
    ];
    if let Some(moment) = seen_from {
        lines.push(format!(
            "{mission} is best seen at {moment}, the scenario's moment; so it is without --at."
        ));
    }
    lines.push("Ctrl-C stops everything; the data are kept.".to_owned());
    lines.push(String::new());
    lines.join("\n")
}
