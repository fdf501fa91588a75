use std::fmt::Write;

use muster_proto::reporting::v1::{Media, SituationNumber, SituationReport};

use super::wording;

/// A report in `CommonMark`. Whatever a record's text holds, it is shown as text.
pub fn markdown(report: &SituationReport) -> String {
    let mut page = format!("# {}\n\n", text(&report.headline));
    let scope = wording::scope(report);
    add(&mut page, &format!("{} · {}", text(&wording::title(report)), text(&scope)));
    if !report.summary.is_empty() {
        add(&mut page, "## In summary");
        items(&mut page, report.summary.iter().map(|bullet| text(bullet)));
    }
    for media in &report.media {
        add(&mut page, &picture(media));
    }
    for section in &report.sections {
        add(&mut page, &format!("## {}", text(&section.heading)));
        for paragraph in &section.paragraphs {
            add(&mut page, &text(paragraph));
        }
    }
    let numbers = report.situation.iter().flat_map(|situation| &situation.numbers);
    let numbers: Vec<String> = numbers.map(number).collect();
    if !numbers.is_empty() {
        add(&mut page, "## Numbers and their records");
        items(&mut page, numbers.into_iter());
    }
    if let Some(situation) = &report.situation {
        add(&mut page, &text(&format!("Digest of the situation: {}", situation.digest)));
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn add(page: &mut String, block: &str) {
    page.push_str(block);
    page.push_str("\n\n");
}

fn items(page: &mut String, items: impl Iterator<Item = String>) {
    for item in items {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "- {item}");
    }
    page.push('\n');
}

/// The number, its bounds and its rule; below it the records that it was made from and those
/// that it was not.
fn number(number: &SituationNumber) -> String {
    let quantity = number.quantity.as_ref();
    let mut item = format!(
        "**{}**: {}; bounds: {}; rule: {}",
        text(&wording::metric(number)),
        text(&wording::number(quantity)),
        text(&wording::bounds(quantity)),
        text(&wording::rule(number)),
    );
    let included = number.included.iter().map(|used| (wording::record(used), "from"));
    let excluded = number.excluded.iter().map(|found| (wording::excluded(found), "without"));
    for (record, how) in included.chain(excluded) {
        let _ = write!(item, "\n  - {how} {}", text(&record));
    }
    item
}

/// A picture with its caption and credit; the caption alone where it cannot be seen.
fn picture(media: &Media) -> String {
    let caption = format!("{} Image: {}", text(&media.caption), text(&media.credit));
    match wording::address(&media.uri) {
        Some(uri) => format!("![{}](<{}>)\n\n{caption}", text(&media.caption), destination(uri)),
        None => caption,
    }
}

/// An address between angle brackets, in which only these could end it or be read otherwise.
fn destination(uri: &str) -> String {
    uri.replace('\\', "%5C").replace('`', "%60").replace('&', "&amp;")
}

/// Text in which nothing is markup, wherever it stands: each character that could begin or end
/// any has a backslash before it.
fn text(plain: &str) -> String {
    let plain = wording::line(plain);
    let mut escaped = String::with_capacity(plain.len() + 16);
    let digits = plain.bytes().take_while(u8::is_ascii_digit).count();
    for (place, letter) in plain.char_indices() {
        let markup = matches!(
            letter,
            '\\' | '`'
                | '*'
                | '_'
                | '['
                | ']'
                | '<'
                | '>'
                | '&'
                | '|'
                | '~'
                | '#'
                | '!'
                | '$'
                | '@'
                | '^'
        );
        // At the beginning these would make a list, a quote's end or a heading's line.
        let beginning = place == 0 && matches!(letter, '-' | '+' | '=' | ':')
            || place == digits && 0 < digits && matches!(letter, '.' | ')');
        // Some readers make a link of an address that stands alone.
        let link = letter == ':' && plain[place..].starts_with("://")
            || letter == '.' && plain[..place].to_ascii_lowercase().ends_with("www");
        if markup || beginning || link {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
