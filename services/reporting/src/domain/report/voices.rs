use super::{
    super::{situation::phrases, statement::Statement, timeline::Event},
    text::{Context, PARAGRAPHS, names},
};
use muster_values::Stored;

pub fn statements(context: &Context) -> Vec<String> {
    let mut statements: Vec<&Stored<Statement>> = context.statements.iter().collect();
    statements.sort_by_key(|statement| (statement.stated_on, &statement.id));
    statements.into_iter().map(said).collect()
}

/// The words in quotes where they are the speaker's own, else as a report of them.
fn said(statement: &Stored<Statement>) -> String {
    let occasion = match statement.occasion.trim() {
        "" => String::new(),
        occasion => format!(", {occasion}"),
    };
    let who = format!("{}{occasion}, {}", statement.speaker, phrases::date(statement.stated_on));
    let publishers = phrases::publishers(&statement.sources);
    let name = statement.mission.child("statements", &statement.id);
    let record = phrases::record(&name, statement.revision);
    let mut text = if statement.verbatim {
        let words = statement.text.trim();
        let quoted = words.starts_with('“') && words.ends_with('”');
        let words = if quoted { words.to_owned() } else { format!("“{words}”") };
        format!("{words} — {who} ({publishers}; {record}).")
    } else {
        format!(
            "{who}, as reported by {publishers}: {} ({record}).",
            statement.text.trim().trim_end_matches('.')
        )
    };
    for number in statement.numbers.iter().filter(|number| number.figure_changed) {
        let figure = phrases::short(&number.figure);
        let words = &number.as_written;
        text = format!("{text} The figure behind “{words}” has changed since ({figure}).");
    }
    text
}

/// Oldest first; where there are too many, the oldest are left out.
pub fn timeline(context: &Context) -> Vec<String> {
    let mut events: Vec<&Stored<Event>> = context.timeline.iter().collect();
    events.sort_by_key(|event| (event.happened_on, &event.id));
    if events.len() <= PARAGRAPHS {
        return events.into_iter().map(happened).collect();
    }
    let recent = events.split_off(events.len() - (PARAGRAPHS - 1));
    let earlier = format!("{} earlier events are left out here.", events.len());
    std::iter::once(earlier).chain(recent.into_iter().map(happened)).collect()
}

/// `2 October 2023: Security Council authorises the mission (SC/15432; timelineEvents/mss).`
fn happened(event: &Stored<Event>) -> String {
    let publishers = phrases::publishers(&event.sources);
    let source = if publishers.is_empty() { publishers } else { format!("{publishers}; ") };
    let name = event.mission.child("timelineEvents", &event.id);
    let record = event.subject.as_deref().unwrap_or(&name);
    let title = event.title.trim().trim_end_matches('.');
    let (date, record) = (phrases::date(event.happened_on), phrases::short(record));
    // What the mission itself recorded may rest on its note alone, and the note says how surely.
    let note = match (event.subject.is_some() && event.sources.is_empty(), event.description.trim())
    {
        (false, _) | (true, "") => String::new(),
        (true, note) => format!(" {}.", note.trim_end_matches('.')),
    };
    format!("{date}: {title} ({source}{record}).{note}")
}

pub fn disagreements(context: &Context) -> Vec<String> {
    let conflicts = context.situation.conflicts.iter();
    let told = conflicts.map(|conflict| {
        let records = names(conflict.records.iter().map(|used| used.record.as_str()));
        format!("{} ({records}).", conflict.summary)
    });
    told.collect()
}
