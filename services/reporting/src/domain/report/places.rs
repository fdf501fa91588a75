use super::{
    super::{
        assessment::Assessment,
        deployment::{Site, SiteStatus},
        situation::phrases,
    },
    text::Context,
};
use muster_values::Stored;

/// Assessments beyond these stand in their section only.
const BULLETS: usize = 3;

/// Names the capital only where a source does.
pub fn control_heading(context: &Context) -> &'static str {
    let capital = |found: &Stored<Assessment>| found.place_name.to_lowercase().contains("capital");
    if context.situation.control.iter().any(capital) {
        "Who controls the capital"
    } else {
        "Who controls which area"
    }
}

/// The newest assessments.
pub fn bullets(context: &Context) -> Vec<String> {
    let mut control: Vec<&Stored<Assessment>> = context.situation.control.iter().collect();
    control.sort_by_key(|found| std::cmp::Reverse(found.assessed_on));
    control.into_iter().take(BULLETS).map(|found| controlled(context, found)).collect()
}

pub fn control(context: &Context) -> Vec<String> {
    context.situation.control.iter().map(|found| controlled(context, found)).collect()
}

/// `Nearly all of Port-au-Prince is controlled by gangs, according to The Star, on 24 June 2024
/// (areaControlAssessments/star).`
fn controlled(context: &Context, found: &Stored<Assessment>) -> String {
    format!(
        "{} of {} was controlled by {} {}, according to {} ({}).",
        phrases::sentence(&phrases::share(&found.share)),
        place(context, found),
        found.controller,
        phrases::when(found.assessed_on),
        found.source.publisher,
        phrases::record(&found.name(), found.revision),
    )
}

/// The area in the source's own words, such as "the country's capital".
fn place<'c>(context: &'c Context, found: &'c Stored<Assessment>) -> &'c str {
    match found.place_name.trim() {
        "" => context.areas.display_name(&found.area),
        place => place,
    }
}

pub fn sites(context: &Context) -> Vec<String> {
    let asked = &context.situation.question.area;
    let inside = |site: &&&Site| context.areas.contains(asked, &site.area);
    context.roster.sites.iter().filter(inside).filter_map(|site| held(context, site)).collect()
}

/// Who holds a site at the moment asked for, and what came before.
fn held(context: &Context, site: &Site) -> Option<String> {
    let by_then = |status: &&SiteStatus| status.at <= context.situation.question.valid_at;
    let mut history: Vec<&SiteStatus> = site.history.iter().filter(by_then).collect();
    history.sort_by_key(|status| status.at);
    // What is told again later did not change then.
    history.dedup_by(|later, earlier| {
        (&later.control, &later.holder) == (&earlier.control, &earlier.holder)
    });
    let (now, before) = history.split_last()?;
    let mut text = format!("{}: {}", site.display_name, status(context, now, "since"));
    if !before.is_empty() {
        let before: Vec<String> = before.iter().map(|then| status(context, then, "on")).collect();
        text = format!("{text}; before that {}", before.join("; "));
    }
    let publishers = phrases::publishers(&now.sources);
    let source = if publishers.is_empty() { publishers } else { format!("{publishers}; ") };
    Some(format!("{text} ({source}{}).", phrases::short(&site.name)))
}

/// `lost since 6 March 2024, held by gangs`
fn status(context: &Context, status: &SiteStatus, preposition: &str) -> String {
    let control = status.control.replace('_', " ");
    let day = phrases::day(context.day_of(status.at));
    let holder = match status.holder.as_str() {
        "" => String::new(),
        holder => format!(", held by {holder}"),
    };
    format!("{control} {preposition} {day}{holder}")
}
