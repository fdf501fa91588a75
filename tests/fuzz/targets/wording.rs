//! The words in which sources give numbers: what is read has its bounds in order and within the
//! limits, and means the same when it is read again, however it is spaced and cased.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_values::{Qualifier, Quantity};

const MOST: i64 = 1_000_000_000_000;

fn meaning(quantity: &Quantity) -> (Option<i64>, Option<i64>, Qualifier) {
    (quantity.at_least(), quantity.at_most(), quantity.qualifier())
}

fuzz_target!(|text: &str| {
    let Some(quantity) = Quantity::read(text) else { return };
    let (least, most, qualifier) = meaning(&quantity);
    assert!([least, most].into_iter().flatten().all(|bound| (0..=MOST).contains(&bound)));
    assert!(least.zip(most).is_none_or(|(least, most)| least <= most));
    assert_eq!(quantity.as_written(), text.trim());
    let again = Quantity::complete(least, most, Some(qualifier), quantity.as_written());
    assert_eq!(again.as_ref(), Ok(&quantity));
    let spaced = text.split_whitespace().collect::<Vec<_>>().join("  ");
    let read = Quantity::read(&spaced).expect("spaces say nothing");
    assert_eq!(meaning(&read), meaning(&quantity));
    if text.is_ascii() {
        let loud = Quantity::read(&text.to_ascii_uppercase()).expect("loudness says nothing");
        assert_eq!(meaning(&loud), meaning(&quantity));
    }
    // What is said of a computed number with these bounds means these bounds.
    let computed = Quantity::within(least, most);
    if qualifier != Qualifier::About {
        let read = Quantity::read(&computed.to_string()).expect("our own words");
        assert_eq!((read.at_least(), read.at_most()), (least, most));
    }
    let twice = quantity.plus(&quantity).expect("far from the range");
    assert!(!twice.is_below(&quantity) && quantity.agrees_with(&quantity));
});
