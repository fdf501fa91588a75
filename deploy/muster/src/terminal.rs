//! Output for people: tables and colours where there is a terminal.

use std::io::{self, IsTerminal, Write};

use comfy_table::{
    Attribute, Cell, ContentArrangement, Table,
    presets::{NOTHING, UTF8_FULL_CONDENSED},
};

use crate::words;

/// A terminal that says it is narrower does not know its width.
const NARROWEST: u16 = 40;

/// How standard output looks.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    colours: bool,
    /// Columns; `None` where it is no terminal.
    width: Option<u16>,
}

impl Terminal {
    pub fn stdout() -> Self {
        let terminal = io::stdout().is_terminal();
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        Self {
            colours: terminal && !dumb && set("NO_COLOR").is_none(),
            width: terminal
                .then(|| Table::new().width().filter(|width| NARROWEST <= *width).unwrap_or(80)),
        }
    }

    /// One as tests need it.
    #[cfg(test)]
    pub const fn of_tests(colours: bool, width: Option<u16>) -> Self {
        Self { colours, width }
    }

    /// The number of columns, where it is a terminal.
    pub fn width(self) -> Option<usize> {
        self.width.map(usize::from)
    }

    pub fn bold(self, text: &str) -> String {
        self.styled("1", text)
    }

    pub fn faint(self, text: &str) -> String {
        self.styled("2", text)
    }

    fn styled(self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Several things in one cell: each on its own line where a row may have several.
    pub fn list(self, things: impl IntoIterator<Item = String>) -> String {
        let separator = if self.width.is_some() { "\n" } else { ", " };
        things.into_iter().collect::<Vec<_>>().join(separator)
    }

    /// The names of resources in one cell.
    pub fn names<'n>(self, names: impl IntoIterator<Item = &'n String>) -> String {
        self.list(names.into_iter().map(|name| words::short(name).to_owned()))
    }

    /// A table; elsewhere than on a terminal each row is one line.
    pub fn table(self, header: &[&str], rows: Vec<Vec<String>>) -> String {
        let mut table = Table::new();
        if let Some(width) = self.width {
            table.load_style(UTF8_FULL_CONDENSED).set_width(width);
            table.set_content_arrangement(ContentArrangement::Dynamic);
        } else {
            table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
            table.force_no_tty();
        }
        table.set_header(header.iter().map(|title| {
            let cell = Cell::new(title);
            if self.colours { cell.add_attribute(Attribute::Bold) } else { cell }
        }));
        table.add_rows(rows);
        let mut text = table.trim_fmt();
        text.push('\n');
        text
    }
}

/// Writes to standard output.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_there_is_one_line_a_row_and_no_colour() {
        let plain = Terminal { colours: false, width: None };
        let long = "x".repeat(300);
        let text = plain.table(&["a", "b"], vec![vec!["1".into(), long.clone()]]);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with(&long));
        assert_eq!(plain.bold("a"), "a");
    }
}
