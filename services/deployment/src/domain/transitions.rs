//! Compares what verbs do with a table that a person reads: a line for each state, and a column
//! for each verb.

use std::fmt::{Debug, Display};

/// A verb, and the states that it needs, as its refusal names them.
pub struct Verb<T, E> {
    pub name: &'static str,
    pub needs: &'static str,
    pub run: fn(&mut T) -> Result<(), E>,
}

/// Walks every state × every verb. A cell says which state follows, `=` where the thing stays in
/// its state, and `-` where the verb is refused because of the state. Two spaces part the cells.
///
/// `what` is the thing in the words of its refusals, which call a state by the first word of its
/// line.
pub fn walk<T: Clone + Debug + PartialEq, E: Display>(
    table: &str,
    what: &str,
    states: &[T],
    word: fn(&T) -> String,
    verbs: &[Verb<T, E>],
) {
    let lines: Vec<Vec<&str>> = table.trim().lines().map(cells).collect();
    let (head, lines) = lines.split_first().unwrap();
    let names: Vec<&str> = verbs.iter().map(|verb| verb.name).collect();
    assert_eq!(head[1..], names, "the columns are the verbs");
    let words: Vec<String> = states.iter().map(word).collect();
    let first: Vec<&str> = lines.iter().map(|line| line[0]).collect();
    assert_eq!(first, words, "the lines are the states");
    for ((start, from), line) in states.iter().zip(&words).zip(lines) {
        assert_eq!(line.len(), head.len(), "{from} has a cell for each verb");
        for (verb, cell) in verbs.iter().zip(&line[1..]) {
            let mut thing = start.clone();
            let outcome = (verb.run)(&mut thing).map_err(|refused| refused.to_string());
            let expected = match *cell {
                "=" => Ok(from.clone()),
                "-" => Err(refusal(what, from, verb.needs)),
                next => Ok(next.to_owned()),
            };
            assert_eq!(outcome.map(|()| word(&thing)), expected, "{}: {from}", verb.name);
            if expected.is_err() {
                assert_eq!(thing, *start, "{}: a refusal changes nothing", verb.name);
            }
        }
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

fn refusal(what: &str, state: &str, allowed: &str) -> String {
    let state = state.split(' ').next().unwrap_or_default();
    format!("{what} is {state}; this needs {allowed}")
}
