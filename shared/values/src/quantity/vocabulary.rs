//! The words around a number that say how exact it is and how large.

use super::Qualifier;

/// What stands before a number.
pub const BEFORE: &[(&str, Qualifier)] = &[
    ("exactly", Qualifier::Exactly),
    ("more than", Qualifier::MoreThan),
    ("over", Qualifier::MoreThan),
    ("above", Qualifier::MoreThan),
    ("greater than", Qualifier::MoreThan),
    ("in excess of", Qualifier::MoreThan),
    ("upwards of", Qualifier::MoreThan),
    ("plus de", Qualifier::MoreThan),
    ("at least", Qualifier::AtLeast),
    ("no fewer than", Qualifier::AtLeast),
    ("no less than", Qualifier::AtLeast),
    ("not less than", Qualifier::AtLeast),
    ("a minimum of", Qualifier::AtLeast),
    ("au moins", Qualifier::AtLeast),
    ("fewer than", Qualifier::LessThan),
    ("less than", Qualifier::LessThan),
    ("under", Qualifier::LessThan),
    ("below", Qualifier::LessThan),
    ("nearly", Qualifier::LessThan),
    ("almost", Qualifier::LessThan),
    ("just under", Qualifier::LessThan),
    ("moins de", Qualifier::LessThan),
    ("près de", Qualifier::LessThan),
    ("presque", Qualifier::LessThan),
    ("at most", Qualifier::AtMost),
    ("up to", Qualifier::AtMost),
    ("no more than", Qualifier::AtMost),
    ("not more than", Qualifier::AtMost),
    ("a maximum of", Qualifier::AtMost),
    ("jusqu'à", Qualifier::AtMost),
    ("au plus", Qualifier::AtMost),
    ("about", Qualifier::About),
    ("around", Qualifier::About),
    ("approximately", Qualifier::About),
    ("roughly", Qualifier::About),
    ("some", Qualifier::About),
    ("an estimated", Qualifier::About),
    ("circa", Qualifier::About),
    ("environ", Qualifier::About),
    ("quelque", Qualifier::About),
    ("plis pase", Qualifier::MoreThan),
    ("omwen", Qualifier::AtLeast),
    ("mwens pase", Qualifier::LessThan),
    ("prèske", Qualifier::LessThan),
    ("jiska", Qualifier::AtMost),
    ("anviwon", Qualifier::About),
    ("más de", Qualifier::MoreThan),
    ("al menos", Qualifier::AtLeast),
    ("por lo menos", Qualifier::AtLeast),
    ("menos de", Qualifier::LessThan),
    ("casi", Qualifier::LessThan),
    ("hasta", Qualifier::AtMost),
    ("unos", Qualifier::About),
    ("unas", Qualifier::About),
    ("alrededor de", Qualifier::About),
    ("aproximadamente", Qualifier::About),
    ("cerca de", Qualifier::About),
    ("zaidi ya", Qualifier::MoreThan),
    ("angalau", Qualifier::AtLeast),
    ("chini ya", Qualifier::LessThan),
    ("hadi", Qualifier::AtMost),
    ("takriban", Qualifier::About),
    ("karibu", Qualifier::About),
];

/// What stands after a number.
pub const AFTER: &[(&str, Qualifier)] = &[
    ("+", Qualifier::AtLeast),
    ("or more", Qualifier::AtLeast),
    ("ou plus", Qualifier::AtLeast),
    ("at least", Qualifier::AtLeast),
    ("au moins", Qualifier::AtLeast),
    ("or fewer", Qualifier::AtMost),
    ("or less", Qualifier::AtMost),
    ("ou moins", Qualifier::AtMost),
    ("at most", Qualifier::AtMost),
    ("au plus", Qualifier::AtMost),
    ("approximately", Qualifier::About),
    ("or so", Qualifier::About),
    ("environ", Qualifier::About),
    ("o más", Qualifier::AtLeast),
    ("o menos", Qualifier::AtMost),
];

/// What a number is multiplied by.
pub const SCALES: &[(&str, i128)] = &[
    ("dozen", 12),
    ("dozens", 12),
    ("hundred", 100),
    ("hundreds", 100),
    ("k", 1_000),
    ("thousand", 1_000),
    ("thousands", 1_000),
    ("mille", 1_000),
    ("millier", 1_000),
    ("milliers", 1_000),
    ("m", 1_000_000),
    ("mn", 1_000_000),
    ("million", 1_000_000),
    ("millions", 1_000_000),
    ("bn", 1_000_000_000),
    ("billion", 1_000_000_000),
    ("billions", 1_000_000_000),
    ("milliard", 1_000_000_000),
    ("milliards", 1_000_000_000),
    ("millón", 1_000_000),
    ("millones", 1_000_000),
    ("mil", 1_000),
    ("milyon", 1_000_000),
];

/// Words that change a share before them: where one of them follows, nothing is read, as half a
/// reading is a false number. What a share is of is a name, so no list of words allows it.
pub const TELLING: &str = "\
    more fewer less least most many much few several over above under below about around \
    approximately approx roughly nearly almost exactly some estimated estimate estimates circa \
    probably possibly perhaps maybe up upwards excess minimum maximum min max odd ish so not plus \
    minus between counting \
    moins environ près presque quelque quelques peu jusqu beaucoup plusieurs minimal maximal \
    half halves quarter quarters third thirds twice double couple pair pairs score scores tens ten \
    zero one two three four five six seven eight nine eleven twelve thirteen fourteen fifteen \
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety \
    trillion trillions lakh lakhs crore crores milles cent cents dizaine dizaines douzaine \
    douzaines vingtaine trentaine centaine centaines billiard demi demie tiers quart quarts \
    deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt \
    trente quarante cinquante soixante \
    january february march april may june july august september october november december \
    jan feb mar apr jun jul aug sep sept oct nov dec \
    janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre \
    décembre decembre am pm";
