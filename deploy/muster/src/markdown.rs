//! Markdown, lightly styled for a terminal and wrapped to its width.

use crate::terminal::Terminal;

/// Wider lines are hard to read.
const WIDEST: usize = 100;

/// The document as the terminal shows it; unchanged where there is none.
pub fn styled(document: &str, terminal: Terminal) -> String {
    let Some(width) = terminal.width() else { return document.to_owned() };
    let width = width.min(WIDEST);
    let mut text = String::new();
    for line in document.lines() {
        text.push_str(&self::line(line, width, terminal));
        text.push('\n');
    }
    text
}

fn line(line: &str, width: usize, terminal: Terminal) -> String {
    if let Some(heading) = line.strip_prefix('#') {
        return terminal.bold(&unescaped(heading.trim_start_matches('#').trim()));
    }
    // Columns of a table are not to be broken.
    if line.starts_with('|') {
        return inline(line, terminal);
    }
    let body = line.trim_start();
    let (marker, body) = match body.split_once(' ') {
        Some((marker @ ("-" | "*" | "+" | ">"), body)) => (marker, body),
        _ => ("", body),
    };
    let depth = line.len() - line.trim_start().len();
    let (first, next) = match marker {
        "" => (" ".repeat(depth), " ".repeat(depth)),
        ">" => ("│ ".to_owned(), "│ ".to_owned()),
        _ => (format!("{}• ", " ".repeat(depth)), " ".repeat(depth + 2)),
    };
    let lines = wrapped(body, width.saturating_sub(next.chars().count()).max(20));
    // Styled as one, so that a span may run over a break.
    format!("{first}{}", inline(&lines.join(&format!("\n{next}")), terminal))
}

/// Breaks at spaces; a word longer than the width stands alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().map_or(0, |line| line.chars().count());
        if 0 < last && width < last + 1 + word.chars().count() {
            lines.push(word.to_owned());
        } else if let Some(line) = lines.last_mut() {
            if 0 < last {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// `**strong**` and `` `code` `` as bold and faint; other marks are left as they are.
fn inline(text: &str, terminal: Terminal) -> String {
    let mut styled = String::new();
    let mut rest = text;
    while let Some(place) = rest.find(['*', '`', '\\']) {
        let (before, from) = rest.split_at(place);
        styled.push_str(before);
        let (mark, style): (&str, fn(Terminal, &str) -> String) =
            if from.starts_with("**") { ("**", Terminal::bold) } else { ("`", Terminal::faint) };
        let span = from.strip_prefix(mark).and_then(|from| from.split_once(mark));
        rest = match span {
            Some((inner, after)) if !inner.is_empty() => {
                styled.push_str(&style(terminal, &unescaped(inner)));
                after
            }
            _ => {
                let mut letters = from.chars();
                let mark = letters.next().unwrap_or_default();
                // A backslash says that the mark after it is just that letter.
                let letter = if mark == '\\' { letters.next().unwrap_or('\\') } else { mark };
                styled.push(letter);
                letters.as_str()
            }
        };
    }
    styled + rest
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let next = if letter == '\\' { letters.next() } else { Some(letter) };
        plain.extend(next);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: Terminal = Terminal::of_tests(true, Some(30));
    const OFF: Terminal = Terminal::of_tests(false, None);

    #[test]
    fn elsewhere_than_on_a_terminal_a_document_stays_as_it_is() {
        let document = "# A\n\n- **b** `c`\n";
        assert_eq!(styled(document, OFF), document);
    }

    #[test]
    fn marks_become_styles() {
        assert_eq!(styled("## Who leads", ON), "\x1b[1mWho leads\x1b[0m\n");
        assert_eq!(
            inline("**400** `movements/f1` 2 * 3", ON),
            "\x1b[1m400\x1b[0m \x1b[2mmovements/f1\x1b[0m 2 * 3"
        );
        assert_eq!(inline(r"\*not\* bold", ON), "*not* bold");
        assert_eq!(inline("**open", ON), "**open");
    }

    #[test]
    fn long_lines_are_broken_under_their_bullet() {
        let text = styled("- one two three four five six seven eight", ON);
        assert_eq!(text, "• one two three four five six\n  seven eight\n");
    }
}
