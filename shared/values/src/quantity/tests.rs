use proptest::prelude::*;

use super::*;

fn bounds(wording: &str) -> (Option<i64>, Option<i64>) {
    let quantity = Quantity::read(wording).unwrap();
    (quantity.at_least, quantity.at_most)
}

#[test]
fn wordings_of_the_source_keep_their_bounds() {
    assert_eq!(bounds("more than 2,500"), (Some(2501), None));
    assert_eq!(bounds("at least 95,000"), (Some(95000), None));
    assert_eq!(bounds("nearly 95,000"), (None, Some(94999)));
    assert_eq!(bounds("2,505"), (Some(2505), Some(2505)));
    assert_eq!(bounds("Plus de 2 505"), (Some(2506), None));
    assert_eq!(bounds("between 144 and 168"), (Some(144), Some(168)));
    assert_eq!(bounds("about 1.4 million"), (None, None));
    assert!(Quantity::read("many").is_none());
    assert!(Quantity::read("most of").is_none());
}

fn assert_bounds(wordings: &[(&str, Option<i64>, Option<i64>)]) {
    for (words, least, most) in wordings {
        let read = Quantity::read(words).map(|read| (read.at_least, read.at_most));
        assert_eq!(read, Some((*least, *most)), "{words}");
    }
}

fn share(words: &str) -> Result<(Option<i64>, Option<i64>), Invalid> {
    let read = Quantity::complete_of(Unit::Percent, (None, None), None, words)?;
    Ok((read.at_least(), read.at_most()))
}

#[test]
fn only_what_counts_people_is_read_as_people() {
    let others = [
        "1,000 households",
        "400 ménages",
        "12 sites",
        "20 days",
        "50%",
        "2,500 km",
        "2,500 foo",
        "3 families",
        "12 incidents",
        "5 kay",
        "3 nyumba",
        "40 hogares",
    ];
    for words in others {
        assert_eq!(Quantity::complete(None, None, None, words), Err(Invalid::Wording), "{words}");
        let given = Quantity::complete(Some(5000), Some(5000), None, words).unwrap();
        assert_eq!((given.at_least(), given.as_written()), (Some(5000), words));
    }
    let people = [
        "2,500 people",
        "2,500 internally displaced persons",
        "2 500 personnes tuées",
        "2 500 moun ki deplase",
        "2.500 personas heridas",
        "2 500 watu",
        "watu 2,500",
        "2,500 (killed or injured)",
    ];
    for words in people {
        assert_bounds(&[(words, Some(2500), Some(2500))]);
    }
    let of = |unit, words: &str| Quantity::complete_of(unit, (None, None), None, words).is_ok();
    assert!(of(Unit::Incidents, "1,500 cases") && !of(Unit::Percent, "1,500 cases"));
}

#[test]
fn signs_and_halves_are_read() {
    assert_bounds(&[
        (">2500", Some(2501), None),
        ("≥2500", Some(2500), None),
        ("<300", None, Some(299)),
        ("≤ 300", None, Some(300)),
        ("~500", None, None),
        ("half a million", Some(500_000), Some(500_000)),
        ("more than half a million people", Some(500_001), None),
        ("medio millón", Some(500_000), Some(500_000)),
        ("plis pase 300 moun", Some(301), None),
        ("watu zaidi ya 300", Some(301), None),
        ("al menos 300 personas", Some(300), None),
    ]);
}

#[test]
fn about_is_compared_by_half_of_its_last_digit() {
    let reading = |words| Quantity::read(words).unwrap().reading();
    assert_eq!(reading("about 800"), (Some(750), Some(849)));
    assert_eq!(reading("about 410"), (Some(405), Some(414)));
    assert_eq!(reading("about 1.4 million"), (Some(1_350_000), Some(1_449_999)));
    assert_eq!(reading("some 7"), (Some(7), Some(7)));
    assert_eq!(reading("more than 800"), (Some(801), None));
    let about = Quantity::read("about 800").unwrap();
    assert_eq!((about.at_least(), about.at_most()), (None, None), "the source sets no bounds");
    assert!(about.agrees_with(&Quantity::exactly(750)));
    assert!(!about.agrees_with(&Quantity::exactly(850)));
    let given = Quantity::complete(Some(700), Some(900), None, "about 800").unwrap();
    assert!(given.agrees_with(&Quantity::exactly(850)), "what the source gives goes first");
}

#[test]
fn a_number_without_words_has_none() {
    let given = Quantity::complete(Some(3), Some(3), None, "").unwrap();
    assert_eq!((given.as_written(), given.to_string()), ("", "3".to_owned()));
}

#[test]
fn a_scale_counts_whether_glued_or_spaced() {
    let exactly = [
        ("95k people", 95_000),
        ("95K", 95_000),
        ("2m", 2_000_000),
        ("2 billion", 2_000_000_000),
        ("3 milliards", 3_000_000_000),
        ("5 dozen", 60),
        ("4 hundred officers", 400),
        ("1.4 million", 1_400_000),
        ("1,4 million", 1_400_000),
        ("1.5 dozen", 18),
        ("30 milliers de personnes", 30_000),
        ("14 mille", 14_000),
        ("14 mille 87", 14_087),
    ];
    for (words, number) in exactly {
        assert_bounds(&[(words, Some(number), Some(number))]);
    }
    assert_eq!(Quantity::read("1.45 dozen"), None);
}

#[test]
fn the_scale_of_a_range_stands_for_both_ends() {
    let range = |words, low, high| assert_bounds(&[(words, Some(low), Some(high))]);
    range("2 to 3 million", 2_000_000, 3_000_000);
    range("1-2 million", 1_000_000, 2_000_000);
    range("2 thousand to 3 million", 2_000, 3_000_000);
    range("de 200 à 400 policiers", 200, 400);
    assert_eq!(share("10% to 20%"), Ok((Some(10), Some(20))));
    for unclear in ["200,000 to 1 million", "2 million to 3", "3 to 2 million", "12 and 14"] {
        assert_eq!(Quantity::read(unclear), None, "{unclear}");
    }
}

#[test]
fn a_qualifier_after_the_number_counts() {
    assert_bounds(&[
        ("2,500 or fewer", None, Some(2500)),
        ("2,500 or less", None, Some(2500)),
        ("2,500 at most", None, Some(2500)),
        ("2,500 at least", Some(2500), None),
        ("2,500 or more people", Some(2500), None),
        ("2,500+", Some(2500), None),
        ("95,000 approximately", None, None),
    ]);
    let about = Quantity::read("95,000 approximately").unwrap();
    assert_eq!(about.qualifier(), Qualifier::About);
}

#[test]
fn what_may_change_the_number_is_not_understood() {
    let unclear = [
        "about 2,500 or more",
        "at least 2,500 at most",
        "more than about 2,500",
        "12-14 June",
        "14 août",
        "2 and a half million",
        "2 trillion",
        "5 hundred thousand",
        "2 million 300 thousand",
        "2,500 people or more",
        "2,500 people, many more hurt",
        "2,500?",
        "95kg",
        "12th",
        "2,50",
        "1,234.567",
        "2.5",
    ];
    for words in unclear {
        assert_eq!(Quantity::read(words), None, "{words}");
    }
}

#[test]
fn words_for_what_was_counted_leave_the_number_alone() {
    for words in ["80 people", "80 police officers", "80 killed or injured"] {
        assert_bounds(&[(words, Some(80), Some(80))]);
    }
    let shares = ["80", "80%", "80 %", "80 percent", "80 per cent of the capital", "80 pour cent"];
    for words in shares {
        assert_eq!(share(words), Ok((Some(80), Some(80))), "{words}");
    }
    assert_eq!(share("up to 80%"), Ok((None, Some(80))));
    assert_eq!(share("about 90%"), Ok((None, None)));
    assert!(share("80 people").is_err());
    assert_bounds(&[("1.234.567 déplacés", Some(1_234_567), Some(1_234_567))]);
}

#[test]
fn the_wordings_of_the_haiti_scenario_are_understood() {
    assert_bounds(&[
        ("53 125", Some(53_125), Some(53_125)),
        ("9700", Some(9700), Some(9700)),
        ("Plus de 2 505", Some(2506), None),
        ("over 310,000", Some(310_001), None),
        ("au moins 438", Some(438), None),
        ("près de 3597", None, Some(3596)),
        ("Près de 580 000", None, Some(579_999)),
        ("200 to 400", Some(200), Some(400)),
        ("some 400", None, None),
        ("environ 14 861", None, None),
    ]);
}

#[test]
fn what_is_missing_is_read_from_the_wording() {
    let complete = |least, most, qualifier, words| {
        let found = Quantity::complete(least, most, qualifier, words).unwrap();
        (found.at_least(), found.at_most(), found.qualifier())
    };
    let more = complete(Some(2501), None, None, "more than 2,500");
    assert_eq!(more, (Some(2501), None, Qualifier::MoreThan));
    let nearly = complete(None, Some(94_999), None, "nearly 95,000");
    assert_eq!(nearly, (None, Some(94_999), Qualifier::LessThan));
    let about = complete(Some(2400), Some(2600), None, "about 2,500");
    assert_eq!(about, (Some(2400), Some(2600), Qualifier::About));
    let exact = complete(None, None, Some(Qualifier::Exactly), "2,505");
    assert_eq!(exact, (Some(2505), Some(2505), Qualifier::Exactly));
    let half = complete(Some(144), None, None, "between 144 and 168");
    assert_eq!(half, (Some(144), Some(168), Qualifier::Between));
    let scaled = complete(Some(95_000), Some(95_000), None, "95k people");
    assert_eq!(scaled, (Some(95_000), Some(95_000), Qualifier::Exactly));
}

#[test]
fn bounds_about_a_number_include_it() {
    let about = |least, most| {
        Quantity::complete(least, most, Some(Qualifier::About), "about 2,500").map(drop)
    };
    assert_eq!(about(Some(9000), Some(9001)), Err(Invalid::Contradiction));
    assert_eq!(about(Some(2501), None), Err(Invalid::Contradiction));
    assert_eq!(about(None, Some(2499)), Err(Invalid::Contradiction));
    assert_eq!(about(Some(2500), Some(2500)), Ok(()));
}

#[test]
fn what_the_wording_does_not_say_is_refused() {
    let complete =
        |least, most, qualifier, words| Quantity::complete(least, most, qualifier, words).map(drop);
    let more = "more than 2,500";
    assert_eq!(complete(Some(2501), Some(3000), None, more), Err(Invalid::Contradiction));
    let at_least = Some(Qualifier::AtLeast);
    assert_eq!(complete(Some(2501), None, at_least, more), Err(Invalid::Contradiction));
    assert_eq!(complete(None, None, at_least, "a lot"), Err(Invalid::Qualifier));
    assert_eq!(complete(None, None, Some(Qualifier::About), ""), Err(Invalid::Empty));
    assert_eq!(complete(None, None, Some(Qualifier::About), "avoisinant les 5"), Ok(()));
}

#[test]
fn no_wording_escapes_the_limits() {
    let refused = Err(Invalid::Limits("as_written"));
    let read = |words| Quantity::complete(None, None, None, words).map(drop);
    assert_eq!(read("1 000 000 000 001"), refused);
    assert_eq!(read("more than 1,000 billion"), refused);
    assert_eq!(read("about 1,001 billion"), refused);
    assert_eq!(read("fewer than 0"), refused);
    assert_eq!(read("99999999999999999999999999999999999999999999"), refused);
    assert_eq!(read("fewer than 1,000,000,000,001"), Ok(()));
    let given = |least, most| Quantity::complete(least, most, None, "").map(drop);
    assert_eq!(given(Some(-1), None), Err(Invalid::Limits("at_least")));
    assert_eq!(given(None, Some(1_000_000_000_001)), Err(Invalid::Limits("at_most")));
}

#[test]
fn a_wording_that_contradicts_its_bounds_is_refused() {
    let complete = |least, most, words| Quantity::complete(least, most, None, words);
    assert_eq!(complete(Some(2500), None, "more than 2,500"), Err(Invalid::Contradiction));
    assert_eq!(complete(Some(2), Some(1), ""), Err(Invalid::Reversed));
    assert_eq!(complete(None, None, ""), Err(Invalid::Empty));
    assert_eq!(complete(None, None, "a lot"), Err(Invalid::Wording));
    let most = complete(Some(51), None, "most of").unwrap();
    assert_eq!((most.at_least(), most.as_written()), (Some(51), "most of"));
}

#[test]
fn claims_conflict_only_where_no_number_fits_both() {
    let read = |words| Quantity::read(words).unwrap();
    assert!(read("more than 2,500").agrees_with(&read("2,505")));
    assert!(!read("at least 95,000").agrees_with(&read("nearly 95,000")));
    assert!(!read("200").agrees_with(&read("400")));
}

#[test]
fn a_sum_that_overflows_is_refused() {
    let most = Quantity::exactly(i64::MAX);
    assert_eq!(most.plus(&Quantity::exactly(1)), Err(Overflow));
}

fn quantity() -> impl Strategy<Value = Quantity> {
    (proptest::option::of(0..1_000_000i64), proptest::option::of(0..1_000_000i64)).prop_map(
        |(least, width)| match (least, width) {
            (Some(least), Some(width)) => Quantity::within(Some(least), Some(least + width)),
            (least, most) => Quantity::within(least, most),
        },
    )
}

fn bound() -> impl Strategy<Value = Option<i64>> {
    let edge = *LIMITS.end();
    proptest::option::of(prop_oneof![-1..20i64, edge - 2..edge + 2, any::<i64>()])
}

fn qualifier() -> impl Strategy<Value = Option<Qualifier>> {
    proptest::option::of(proptest::sample::select(vec![
        Qualifier::Exactly,
        Qualifier::MoreThan,
        Qualifier::AtLeast,
        Qualifier::LessThan,
        Qualifier::AtMost,
        Qualifier::About,
        Qualifier::Between,
        Qualifier::Unknown,
    ]))
}

fn words() -> impl Strategy<Value = String> {
    let number = "(about |more than |nearly |up to |between )?[0-9]{1,14}(k| million| dozen)?\
                  ( or more| people| to [0-9]{1,4}| and [0-9]{1,14})?";
    prop_oneof![number, "(about |nearly )?1?[0-9]", "(many)?", ".{0,40}"]
}

proptest! {
    #[test]
    fn what_is_accepted_keeps_the_limits_and_is_accepted_again(
        least in bound(), most in bound(), qualifier in qualifier(), words in words(),
    ) {
        if let Ok(accepted) = Quantity::complete(least, most, qualifier, &words) {
            let (least, most) = (accepted.at_least(), accepted.at_most());
            prop_assert!([least, most].into_iter().flatten().all(|n| LIMITS.contains(&n)));
            prop_assert!(least.zip(most).is_none_or(|(least, most)| least <= most));
            let qualifier = Some(accepted.qualifier());
            let again = Quantity::complete(least, most, qualifier, accepted.as_written());
            prop_assert_eq!(again, Ok(accepted));
        }
    }

    #[test]
    fn a_wording_alone_that_is_accepted_is_accepted_again_with_its_bounds(words in words()) {
        if let Ok(read) = Quantity::complete(None, None, None, &words) {
            let qualifier = Some(read.qualifier());
            let again = Quantity::complete(read.at_least(), read.at_most(), qualifier, &words);
            prop_assert_eq!(again, Ok(read));
        }
    }

    #[test]
    fn what_is_written_is_read_back(quantity in quantity()) {
        prop_assume!(quantity.qualifier() != Qualifier::Unknown);
        let words = quantity.to_string();
        let read = Quantity::read(&words).map(|read| (read.at_least(), read.at_most()));
        prop_assert_eq!(read, Some((quantity.at_least(), quantity.at_most())));
    }

    #[test]
    fn what_is_kept_by_its_parts_is_read_back(quantity in quantity()) {
        let bounds = (quantity.at_least(), quantity.at_most());
        let words = quantity.as_written().to_owned();
        prop_assert_eq!(Quantity::kept(bounds, quantity.qualifier(), words), Some(quantity));
    }

    #[test]
    fn a_sum_contains_every_sum_of_its_parts(a in quantity(), b in quantity()) {
        let sum = a.plus(&b).unwrap();
        for (x, y) in [(a.at_least(), b.at_least()), (a.at_most(), b.at_most())] {
            if let Some((x, y)) = x.zip(y) {
                prop_assert!(sum.agrees_with(&Quantity::exactly(x + y)));
            }
        }
        prop_assert_eq!(sum.at_most().is_none(), a.at_most().is_none() || b.at_most().is_none());
    }

    #[test]
    fn agreement_is_mutual(a in quantity(), b in quantity()) {
        prop_assert_eq!(a.agrees_with(&b), b.agrees_with(&a));
        prop_assert!(a.agrees_with(&a));
    }

    #[test]
    fn no_wording_makes_the_reader_panic(words in ".{0,40}") {
        let _ = Quantity::read(&words);
    }
}
