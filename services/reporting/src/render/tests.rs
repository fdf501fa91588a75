use muster_proto::{
    common::v1::{Period, Quantity},
    google::r#type::Date,
    reporting::v1::{
        ExcludedRecord, ExclusionReason, FlowMetric, Media, NumberRule, RecordUse, ReportSection,
        Situation, SituationNumber, SituationReport, SituationReportState,
        situation_number::Metric,
    },
};
use proptest::prelude::*;

use super::{html, markdown};

const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "a | b | `c` ``` ~~~",
    "# one\n## two\n\n- three\n1. four\n> five\n    six\n---\n===",
    "*a* **b** _c_ __d__ ~~e~~",
    "<https://evil.example> https://evil.example www.evil.example a@evil.example",
    "\\<b>\\\\<i> &lt;u&gt; &#60;s&#62;",
    "\" onerror=\"alert(1)",
    "'><img src=x onerror=alert(1)>",
    "]]> --> </style></title></main>",
    "\u{202e}txet\u{2066} \u{0}\u{1b}[31m",
];

fn record(record: &str, text: &str) -> RecordUse {
    let quantity = Some(quantity(text));
    let (record, publisher) = (record.to_owned(), text.to_owned());
    RecordUse { record, revision: 2, quantity, publisher, doubts: Vec::new() }
}

fn quantity(as_written: &str) -> Quantity {
    let (at_least, as_written) = (Some(2501), as_written.to_owned());
    Quantity { at_least, at_most: None, qualifier: 2, as_written }
}

/// A report in which every text is the same.
fn report(text: &str, uri: &str) -> SituationReport {
    let day = |month, day| Some(Date { year: 2024, month, day });
    let media = |uri: &str| Media {
        uri: uri.to_owned(),
        caption: text.to_owned(),
        credit: text.to_owned(),
    };
    let number = SituationNumber {
        metric: Some(Metric::Flow(FlowMetric::KilledOrInjured.into())),
        quantity: Some(quantity(text)),
        rule: NumberRule::OneFigure.into(),
        included: vec![record("missions/haiti/figures/q1", text)],
        excluded: vec![ExcludedRecord {
            record: Some(record("missions/haiti/figures/star", text)),
            reason: ExclusionReason::OtherSource.into(),
            in_favour_of: "missions/haiti/figures/q1".to_owned(),
            note: String::new(),
        }],
        ..SituationNumber::default()
    };
    SituationReport {
        number: 1,
        area_code: "HT".to_owned(),
        period: Some(Period { start_date: day(1, 1), end_date: day(4, 1) }),
        headline: text.to_owned(),
        summary: vec![text.to_owned()],
        sections: vec![ReportSection {
            heading: text.to_owned(),
            paragraphs: vec![text.to_owned(), text.to_owned()],
        }],
        media: vec![media(uri), media("")],
        situation: Some(Situation { numbers: vec![number], ..Situation::default() }),
        state: SituationReportState::Published.into(),
        ..SituationReport::default()
    }
}

const PICTURE: &str = "https://example.org/a_(1).jpg?b=1&c=2";

#[test]
fn a_report_reads_in_markdown() {
    let expected = "# Relief

Situation report 1 · HT · from 1 January to 31 March 2024

## In summary

- Relief

![Relief](<https://example.org/a_(1).jpg?b=1&amp;c=2>)

Relief Image: Relief

Relief Image: Relief

## Relief

Relief

Relief

## Numbers and their records

- **Killed or injured (over the period)**: more than 2,500 (“Relief”); bounds: 2,501 or more; rule: One figure
  - from figures/q1, revision 2: more than 2,500 (“Relief”) (Relief)
  - without figures/star, revision 2: more than 2,500 (“Relief”) (Relief): another source for the same area and period was chosen; counted: figures/q1

Digest of the situation:
";
    assert_eq!(markdown(&report("Relief", PICTURE)), expected);
}

#[test]
fn a_report_reads_in_html() {
    let page = html(&report("Relief", PICTURE));
    for part in [
        "<!DOCTYPE html><html lang=\"en\">",
        "<h1>Relief</h1>",
        "<p class=\"kicker\">Situation report 1 · HT · from 1 January to 31 March 2024</p>",
        "<section class=\"summary\"><h2>In summary</h2><ul><li>Relief</li></ul></section>",
        "<figure><img src=\"https://example.org/a_(1).jpg?b=1&amp;c=2\" alt=\"Relief\"",
        "<figure><figcaption>Relief Image: Relief</figcaption></figure>",
        "<th scope=\"row\">Killed or injured (over the period)</th><td>more than 2,500 (“Relief”)</td>\
         <td>2,501 or more</td><td>One figure</td>\
         <td><ul><li>figures/q1, revision 2: more than 2,500 (“Relief”) (Relief)</li></ul></td>",
        "<details><summary>Killed or injured (over the period): 1 left out</summary>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

/// Markdown without its escapes: what is left is all that a reader could take for markup.
fn unescaped(markdown: &str) -> String {
    let mut kept = String::new();
    let mut letters = markdown.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            assert!(letters.next().is_some_and(|next| next.is_ascii_punctuation()));
        } else {
            kept.push(letter);
        }
    }
    kept
}

/// The markup of a page or document: how often each character that makes any stands in it.
fn markup(document: &str, signs: &str) -> Vec<(char, usize)> {
    signs.chars().map(|sign| (sign, document.matches(sign).count())).collect()
}

fn same_markup(text: &str) {
    let plain = report("Relief", PICTURE);
    let hostile = report(text, PICTURE);
    let signs = "*_`[]<>&|~#!\n@";
    let found = markup(&unescaped(&markdown(&hostile)), signs);
    assert_eq!(found, markup(&unescaped(&markdown(&plain)), signs), "{text:?}");
    let found = markup(&html(&hostile), "<>\"\n");
    assert_eq!(found, markup(&html(&plain), "<>\"\n"), "{text:?}");
}

#[test]
fn no_text_of_a_record_becomes_markup() {
    for text in HOSTILE {
        same_markup(text);
        let document = markdown(&report(text, PICTURE));
        for line in document.lines() {
            let begins = |sign| line.starts_with(sign) || line.starts_with(&format!("- {sign}"));
            let heading = line.starts_with("# ") || line.starts_with("## ");
            assert!(heading || !["1.", "> ", "    ", "---", "==="].into_iter().any(begins));
        }
        let page = html(&report(text, PICTURE)).to_lowercase();
        assert!(!page.contains("<script") && !page.contains("href="));
        assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'));
    }
    let document = markdown(&report("1. a https://evil.example www.evil.example", PICTURE));
    assert!(document.contains("\n1\\. a https\\://evil.example www\\.evil.example\n"));
}

#[test]
fn only_an_address_of_the_web_is_fetched() {
    for uri in ["javascript:alert(1)", "data:text/html,x", "https://a\" onerror=\"x", "http://a>b"]
    {
        assert!(!html(&report("Relief", uri)).contains("<img"), "{uri}");
        assert!(!markdown(&report("Relief", uri)).contains("!["), "{uri}");
    }
}

#[test]
fn a_draft_says_that_it_is_one() {
    let state = SituationReportState::Draft.into();
    let draft = SituationReport { state, number: 0, ..report("Relief", "") };
    assert!(html(&draft).contains("Situation report, draft"));
    assert!(markdown(&draft).contains("Situation report, draft"));
}

proptest! {
    #[test]
    fn no_text_at_all_becomes_markup(text in "[a-z0-9\\\\`*_\\[\\]<>&|~#!$@(){}.:;/\"'=+\n\t -]{1,60}") {
        prop_assume!(!text.trim().is_empty());
        same_markup(&text);
    }
}
