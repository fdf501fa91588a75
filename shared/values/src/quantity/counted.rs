//! The words by which sources name the people that a number counts. What is not listed may be
//! another unit ("households", "sites", "days"), so a number before it is not read.

use super::Unit;

/// Nouns and participles for people, by language: English, French, Haitian, Spanish, Swahili.
const PEOPLE: &str = "\
    people person persons individuals individual men man women woman children child boys boy girls \
    girl adults adult minors minor officers officer police policemen troops troop soldiers soldier \
    personnel members member staff victims victim deaths dead killed injured wounded kidnapped \
    abducted displaced missing idps idp civilians civilian residents inhabitants refugees returnees \
    detainees prisoners inmates escapees escaped survivors casualties fatalities hostages migrants \
    evacuees deportees combatants fighters volunteers medics workers \
    personnes personne individus hommes homme femmes femme enfants enfant filles fille garçons \
    garçon adultes mineurs policiers policier policières gendarmes soldats soldat militaires \
    agents membres victimes victime morts mort décès tués tuées tué tuée blessés blessées blessé \
    blessée enlevés enlevées kidnappés kidnappées déplacés déplacées disparus disparues civils \
    habitants réfugiés réfugiées détenus prisonniers évadés survivants survivantes otages migrants \
    effectifs retournés rapatriés \
    moun fanm gason timoun tifi tigason granmoun polisye sòlda viktim mouri touye blese kidnape \
    deplase disparèt prizonye refijye sivil \
    personas mujeres mujer hombres hombre niños niñas niño niña menores policías agentes soldados \
    militares víctimas muertos muertas fallecidos fallecidas heridos heridas secuestrados \
    secuestradas desplazados desplazadas desaparecidos desaparecidas civiles habitantes refugiados \
    detenidos presos reclusos rehenes efectivos \
    watu mtu wanawake mwanamke wanaume mwanamume watoto mtoto wasichana wavulana polisi askari \
    wanajeshi maafisa waathiriwa wahasiriwa waliouawa waliojeruhiwa waliotekwa waliopotea \
    waliohama wakimbizi raia wafungwa mateka vifo";

/// Words that may stand beside those and do not change the number.
const BESIDE: &str = "\
    and or of the who were was have had been internally forcibly newly young armed uniformed \
    national multinational kenyan haitian jamaican bahamian belizean beninese bangladeshi \
    barbadian chadian guatemalan salvadoran salvadorean american canadian french dominican \
    et ou de d des du la le les l qui ont été sont internes kenyans kényans haïtiens jamaïcains \
    armés nationaux \
    ki te yo ak oswa e ayisyen kenyan anndan \
    y o las los que fueron han sido internos internas kenianos haitianos jamaicanos \
    wa na au wakiwa waliokuwa wenye ndani kenya haiti";

/// Words for things that happen to people and are counted themselves.
const INCIDENTS: &str = "\
    incidents incident cases case attacks reports incidents cas viols ka incidentes casos matukio \
    visa";

/// Whether words name what a unit counts: none at all, or at least one that names it and none
/// that may be something else.
pub fn name<'w>(words: impl Iterator<Item = &'w str>, unit: Unit) -> bool {
    let listed = |list: &str, word: &str| list.split_ascii_whitespace().any(|other| other == word);
    let (mut named, mut beside) = (false, false);
    for word in words {
        if listed(PEOPLE, word) || unit == Unit::Incidents && listed(INCIDENTS, word) {
            named = true;
        } else if listed(BESIDE, word) {
            beside = true;
        } else {
            return false;
        }
    }
    named || !beside
}
