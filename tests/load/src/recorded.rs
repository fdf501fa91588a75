//! What the service says to Postgres, out of Postgres' own log: a baseline that is recorded
//! cannot drift from what it is compared with.

use anyhow::{Context, ensure};

use crate::world::World;

/// One statement with its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    pub text: String,
    /// As Postgres writes them; `None` for null.
    pub parameters: Vec<Option<String>>,
}

/// Records the one transaction that `call` causes in the service, between its BEGIN and COMMIT.
/// The service's connections must be opened after this was prepared.
pub async fn transaction(
    world: &World,
    call: impl AsyncFnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Statement>> {
    let before = world.log()?.len();
    call().await?;
    let log = world.log()?.split_off(before);
    let found = read(&log);
    ensure!(!found.is_empty(), "Postgres logged no transaction");
    Ok(found)
}

/// The statements of the session that claimed a request id.
fn read(log: &str) -> Vec<Statement> {
    let lines: Vec<(String, &str, String)> = messages(log);
    let Some((session, ..)) = lines.iter().find(|(_, _, text)| text.contains("begin_unit(")) else {
        return Vec::new();
    };
    let mut found: Vec<Statement> = Vec::new();
    for (_, kind, text) in lines.iter().filter(|(of, ..)| of == session) {
        match *kind {
            "LOG" => {
                let Some((how, text)) = text.split_once(": ") else { continue };
                if text.eq_ignore_ascii_case("begin") {
                    found.clear();
                }
                if how == "statement" || how.starts_with("execute ") {
                    found.push(Statement { text: text.to_owned(), parameters: Vec::new() });
                }
                if text.eq_ignore_ascii_case("commit") {
                    break;
                }
            }
            "DETAIL" => {
                if let (Some(last), Some(list)) =
                    (found.last_mut(), text.strip_prefix("parameters: "))
                {
                    last.parameters = parameters(list);
                }
            }
            _ => {}
        }
    }
    found
}

/// Session, kind and text of each message; further lines of a text begin with a tab.
pub fn messages(log: &str) -> Vec<(String, &str, String)> {
    let mut found: Vec<(String, &str, String)> = Vec::new();
    for line in log.lines() {
        if let Some(more) = line.strip_prefix('\t') {
            if let Some((_, _, text)) = found.last_mut() {
                text.push('\n');
                text.push_str(more);
            }
            continue;
        }
        let parts = line.split_once("] ").and_then(|(head, rest)| {
            let (_, session) = head.rsplit_once('[')?;
            let (kind, text) = rest.split_once(":  ")?;
            Some((session.to_owned(), kind, text.to_owned()))
        });
        found.extend(parts);
    }
    found
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn parameters(list: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let mut rest = list;
    while let Some((_, value)) = rest.split_once(" = ") {
        let Some(quoted) = value.strip_prefix('\'') else {
            found.push(None);
            rest = value.strip_prefix("NULL").unwrap_or_default();
            continue;
        };
        let mut text = String::new();
        let mut characters = quoted.char_indices().peekable();
        let mut end = quoted.len();
        while let Some((place, character)) = characters.next() {
            if character == '\'' && characters.next_if(|(_, next)| *next == '\'').is_none() {
                end = place + 1;
                break;
            }
            text.push(character);
        }
        found.push(Some(text));
        rest = &quoted[end..];
    }
    found
}

/// A pgbench script that runs the statements, and the variables it takes. `expression` says what
/// stands for a parameter that is not always the same.
pub fn script(
    statements: &[Statement],
    expression: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<(String, Vec<String>)> {
    let (mut script, mut variables) = (String::new(), Vec::new());
    for (number, statement) in statements.iter().enumerate() {
        let mut text = statement.text.clone();
        // From the last on: $1 is the beginning of $10.
        for (index, value) in statement.parameters.iter().enumerate().rev() {
            let name = format!("s{number}p{index}");
            let value = value.as_deref();
            let stands = match value.map(|value| (value, expression(value))) {
                None => "null".to_owned(),
                // A variable cannot be empty.
                Some(("", _)) => "''".to_owned(),
                Some((_, Some(expression))) => expression,
                Some((value, None)) => {
                    variables.push(format!("--define={name}={value}"));
                    format!(":{name}")
                }
            };
            text = text.replace(&format!("${}", index + 1), &stands);
        }
        script.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        script.push_str(";\n");
    }
    ensure!(!script.contains('$'), "a parameter is not known");
    script.lines().next().context("no statement")?;
    Ok((script, variables))
}

/// A text as a literal of SQL.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_transaction_becomes_a_script() {
        let log = "t [7] LOG:  execute s_1: select 1\n\
            t [9] LOG:  statement: BEGIN\n\
            t [9] LOG:  execute s_1: select * from deployment.begin_unit($1,\n\t$2)\n\
            t [9] DETAIL:  parameters: $1 = 'it''s', $2 = NULL\n\
            t [7] LOG:  execute s_1: select 2\n\
            t [9] LOG:  statement: COMMIT\n";
        let statements = read(log);
        assert_eq!(statements[1].parameters, [Some("it's".to_owned()), None]);
        let (text, variables) = script(&statements, |_| None).unwrap();
        assert_eq!(text, "BEGIN;\nselect * from deployment.begin_unit(:s1p0, null);\nCOMMIT;\n");
        assert_eq!(variables, ["--define=s1p0=it's"]);
    }
}
