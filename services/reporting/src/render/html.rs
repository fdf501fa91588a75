use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use muster_proto::reporting::v1::{Media, ReportSection, SituationNumber, SituationReport};

use super::wording::{self, line};

/// Readable on a screen, in the dark and on paper; every text has a contrast of 7:1 or more.
const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #ffffff; --quiet: #4a4a4a; \
--rule: #8a8a8a; --tint: #f2f2ee; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #121212; \
--quiet: #c0c0c0; --rule: #767676; --tint: #1e1e1e; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 Georgia, serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .25rem 0 1rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-top: 1px solid var(--rule); \
padding-top: 1rem; break-after: avoid; }
.kicker, figcaption, caption, th, td, details, footer { font-family: system-ui, sans-serif; \
font-size: .875rem; }
.kicker, figcaption, footer { color: var(--quiet); }
.summary { background: var(--tint); padding: .25rem 1.25rem 1rem; }
.summary h2 { border: 0; margin-top: 0; }
figure { margin: 1.5rem 0; break-inside: avoid; }
img { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--quiet); padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; \
border-bottom: 1px solid var(--rule); overflow-wrap: normal; }
td ul { margin: 0; padding-left: 1rem; overflow-wrap: anywhere; }
tr { break-inside: avoid; }
@media print { body { font-size: 11pt; } main { max-width: none; padding: 0; } \
details::details-content { content-visibility: visible; block-size: auto; } }
";

/// Nothing but its own style and the pictures that it names; no script at all.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src https: http:";

/// A report as one page.
pub fn html(report: &SituationReport) -> String {
    let numbers: Vec<&SituationNumber> =
        report.situation.iter().flat_map(|situation| &situation.numbers).collect();
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (line(&report.headline)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    p.kicker { (line(&wording::title(report))) " · " (line(&wording::scope(report))) }
                    h1 { (line(&report.headline)) }
                    @if !report.summary.is_empty() { (summary(&report.summary)) }
                    @for media in &report.media { (picture(media)) }
                    @for section in &report.sections { (body(section)) }
                    @if !numbers.is_empty() { (table(&numbers)) (left_out(&numbers)) }
                    @if let Some(situation) = &report.situation {
                        footer { p { "Digest of the situation: " code { (line(&situation.digest)) } } }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn summary(bullets: &[String]) -> Markup {
    markup! {
        section.summary {
            h2 { "In summary" }
            ul { @for bullet in bullets { li { (line(bullet)) } } }
        }
    }
}

/// The caption stands also where the picture cannot be seen.
fn picture(media: &Media) -> Markup {
    markup! {
        figure {
            @if let Some(uri) = wording::address(&media.uri) {
                img src=(uri) alt=(line(&media.caption)) loading="lazy" referrerpolicy="no-referrer";
            }
            figcaption { (line(&media.caption)) " Image: " (line(&media.credit)) }
        }
    }
}

fn body(section: &ReportSection) -> Markup {
    markup! {
        section {
            h2 { (line(&section.heading)) }
            @for paragraph in &section.paragraphs { p { (line(paragraph)) } }
        }
    }
}

fn table(numbers: &[&SituationNumber]) -> Markup {
    markup! {
        section {
            h2 { "Numbers and their records" }
            div.wide {
                table {
                    caption { "Each number in English words, with its bounds, the rule that made it and the records behind it." }
                    thead {
                        tr {
                            @for heading in ["What", "Number", "Bounds", "Rule", "Records"] {
                                th scope="col" { (heading) }
                            }
                        }
                    }
                    tbody { @for number in numbers { (row(number)) } }
                }
            }
        }
    }
}

fn row(number: &SituationNumber) -> Markup {
    let quantity = number.quantity.as_ref();
    markup! {
        tr {
            th scope="row" { (line(&wording::metric(number))) }
            td { (line(&wording::number(quantity))) }
            td { (line(&wording::bounds(quantity))) }
            td { (line(&wording::rule(number))) }
            td { ul { @for used in &number.included { li { (line(&wording::record(used))) } } } }
        }
    }
}

fn left_out(numbers: &[&SituationNumber]) -> Markup {
    markup! {
        @for number in numbers.iter().filter(|number| !number.excluded.is_empty()) {
            details {
                summary { (line(&wording::metric(number))) ": " (number.excluded.len()) " left out" }
                ul { @for found in &number.excluded { li { (line(&wording::excluded(found))) } } }
            }
        }
    }
}
