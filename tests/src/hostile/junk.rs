//! Values that programs are known to stumble over.

use fastrand::Rng;

/// Text with a byte that stands for something, or that looks like something else.
const TEXTS: &[&str] = &[
    "",
    " ",
    "\0",
    "a\0b",
    "\u{1}\u{7f}",
    "\u{85}",
    "line\r\nbreak\ttab",
    "\u{202e}desrever",
    "\u{2066}isolate\u{2069}",
    "\u{2028}",
    "\u{200b}",
    "\u{feff}",
    "\u{fffd}",
    "e\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦",
    "İıſK",
    "٣٤٥",
    "½",
    "'; drop table missions; --",
    "\\",
    "%00%s%n",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "null",
    "NaN",
    "-0",
    "1e400",
    "99999999999999999999999999",
    "1,234,567 to 1",
    "more than",
    "0",
    "true",
];

/// What ids, names, codes, tokens and etags are not, or only just are.
const NAMES: &[&str] = &[
    "missions/",
    "missions//",
    "missions/m/",
    "missions/M",
    "missions/-",
    "missions/*",
    "missions/m/pledges/ken/extra",
    "missions/m/contingents/ken-1/readinessChecks/",
    "missions/other/contingents/ken-1",
    "//missions/m",
    "a",
    "9",
    "a-",
    "-a",
    "aa--aa",
    "a.b",
    "HT",
    "HT-",
    "XX99999",
    "ht01",
    "\"r1\"",
    "\"r2\"",
    "\"r99999999999999999999\"",
    "W/\"r1\"",
    "00000000-0000-0000-0000-000000000000",
    "0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b000",
    "{0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b0001}",
    "0a8f5c1e52a44a9b8a393c8f5f0b0001",
    "AAAAAAAAAAAA",
    "AAAAAAAAAAAx",
    "_____w",
    "====",
    "en",
    "en-x-",
    "e",
    "https://",
    "https://example.org/\"><x>",
    "javascript:alert(1)",
    "HTI",
    "hti",
    "ZZZZ",
];

const LENGTHS: &[usize] =
    &[1, 35, 36, 37, 61, 62, 63, 64, 65, 100, 199, 200, 201, 500, 1000, 1001, 2001, 5001, 10_001];

/// A text that nobody means.
pub fn text(rng: &mut Rng) -> String {
    match rng.u8(..10) {
        0..3 => TEXTS[rng.usize(..TEXTS.len())].to_owned(),
        3..6 => NAMES[rng.usize(..NAMES.len())].to_owned(),
        6 => "x".repeat(LENGTHS[rng.usize(..LENGTHS.len())]),
        7 => {
            "é€👩"[..[2, 5, 9][rng.usize(..3)]].repeat(LENGTHS[rng.usize(..LENGTHS.len())] / 4 + 1)
        }
        8 => (0..rng.usize(..40)).map(|_| rng.char(..)).collect(),
        // Seldom, for it takes time to send.
        _ if rng.u8(..20) == 0 => "y".repeat(rng.usize(50_000..255_000)),
        _ => (0..rng.usize(1..12)).map(|_| rng.alphanumeric()).collect(),
    }
}

/// A whole number at the edge of something.
pub fn integer(rng: &mut Rng) -> i64 {
    const EDGES: &[i64] = &[
        0,
        1,
        -1,
        2,
        31,
        32,
        99,
        100,
        101,
        1000,
        1001,
        200_000,
        200_001,
        i32::MAX as i64,
        i32::MIN as i64,
        i32::MAX as i64 + 1,
        u32::MAX as i64,
        1 << 53,
        i64::MAX,
        i64::MIN,
        i64::MAX - 1,
        1_000_000_000,
        -62_135_596_800,
        -62_135_596_801,
        253_402_300_799,
        253_402_300_800,
        9999,
        10_000,
    ];
    if rng.u8(..4) == 0 { rng.i64(..) } else { EDGES[rng.usize(..EDGES.len())] }
}

/// A 32-bit whole number at the edge of something.
pub fn small_integer(rng: &mut Rng) -> i32 {
    let number = integer(rng);
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

/// A floating-point number that does not behave.
pub fn float(rng: &mut Rng) -> f64 {
    const EDGES: &[f64] = &[
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        90.0,
        90.000_000_000_000_01,
        -180.000_001,
        180.0,
    ];
    if rng.u8(..4) == 0 { f64::from_bits(rng.u64(..)) } else { EDGES[rng.usize(..EDGES.len())] }
}
