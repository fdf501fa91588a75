//! What the deployment service's records say of a measure of strength.

use muster_values::{Quantity, quantity::Overflow};
use time::{Date, OffsetDateTime};

use super::{
    super::deployment::{Account, HeadcountEntry, Measure, Movement, Pledge},
    RecordUse, Roster, phrases,
};

/// Whose strength it is.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'r> {
    Mission,
    Partner(&'r str),
    Contingent(&'r str),
    Movement(&'r Movement),
}

/// A number with the records that it was made from.
pub struct Recorded {
    pub quantity: Quantity,
    pub parts: Vec<RecordUse>,
}

const LEDGER: &str = "headcount ledger";
const HERE: &[Account] = &[Account::Present, Account::OnLeave, Account::Medical];

impl<'r> Subject<'r> {
    /// The resource of a name, if it is known; the mission where the name is empty.
    pub fn named(name: &'r str, roster: &Roster<'r>) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Mission);
        }
        let partner = || roster.partner(name).map(|_| Self::Partner(name));
        let contingent = || roster.contingent(name).map(|_| Self::Contingent(name));
        roster.movement(name).map(Self::Movement).or_else(contingent).or_else(partner)
    }
}

/// `None` where the records say nothing of it.
pub fn recorded(
    roster: &Roster,
    measure: Measure,
    subject: Subject,
    at: OffsetDateTime,
) -> Result<Option<Recorded>, Overflow> {
    Ok(match measure {
        Measure::Authorised | Measure::Planned => mandated(roster, measure, subject, at),
        Measure::Pledged | Measure::Confirmed => {
            pledged(roster, measure == Measure::Confirmed, subject, at.date())?
        }
        Measure::Arrived => arrived(roster, subject, at),
        Measure::InTransit => match subject {
            Subject::Movement(movement) => Some(under_way(roster, movement, at)),
            _ => held(roster, &[Account::InTransit], subject, at),
        },
        Measure::Ready => held(roster, &[Account::Ready], subject, at),
        Measure::Present => held(roster, HERE, subject, at),
        Measure::Effective => held(roster, &[Account::Present], subject, at),
        Measure::Listed | Measure::Operational | Measure::Available => None,
    })
}

fn mandated(
    roster: &Roster,
    measure: Measure,
    subject: Subject,
    at: OffsetDateTime,
) -> Option<Recorded> {
    let Subject::Mission = subject else { return None };
    let mandate = roster.mandate_in_force(at)?;
    let quantity = match measure {
        Measure::Authorised => Quantity::exactly(i64::from(mandate.personnel_ceiling?)),
        _ => mandate.planned_strength.clone()?,
    };
    let publisher = phrases::publishers(&mandate.sources);
    Some(Recorded { parts: vec![part(&mandate.name, quantity.clone(), publisher)], quantity })
}

fn pledged(
    roster: &Roster,
    confirmed: bool,
    subject: Subject,
    day: Date,
) -> Result<Option<Recorded>, Overflow> {
    let of_subject = |pledge: &&&Pledge| match subject {
        Subject::Mission => true,
        Subject::Partner(name) => pledge.partner == name,
        Subject::Contingent(_) | Subject::Movement(_) => false,
    };
    let stands = |pledge: &&&Pledge| {
        pledge.offered_on.first_day() <= day
            && pledge.withdrawn_on.is_none_or(|withdrawn| day < withdrawn)
            && (!confirmed || pledge.confirmed_on.is_some_and(|on| on <= day))
    };
    let pledges: Vec<&&Pledge> = roster.pledges.iter().filter(of_subject).filter(stands).collect();
    if pledges.is_empty() {
        return Ok(None);
    }
    let mut quantity = Quantity::sum(pledges.iter().filter_map(|pledge| pledge.size.as_ref()))?;
    if pledges.iter().any(|pledge| pledge.size.is_none()) {
        quantity = quantity.or_more();
    }
    let size = |pledge: &Pledge| pledge.size.clone().unwrap_or_else(Quantity::unknown);
    let used =
        |pledge: &&&Pledge| part(&pledge.name, size(pledge), phrases::publishers(&pledge.sources));
    Ok(Some(Recorded { quantity, parts: pledges.iter().map(used).collect() }))
}

fn arrived(roster: &Roster, subject: Subject, at: OffsetDateTime) -> Option<Recorded> {
    if let Subject::Movement(movement) = subject {
        let undone = roster.undone(movement, at);
        let people = arrivals(movement, at) - people(&undone);
        return (!movement.homeward).then(|| of_movement(movement, people, &undone));
    }
    // Net: an arrival that was entered wrongly is undone by an entry back.
    let effect = |entry: &HeadcountEntry| match (entry.from, entry.to) {
        (Account::InTransit, Account::Present) => i64::from(entry.headcount),
        (Account::Present, Account::InTransit) => -i64::from(entry.headcount),
        _ => 0,
    };
    let mut entries = entries(roster, subject)?;
    entries.retain(|entry| entry.effective_at <= at && effect(entry) != 0);
    Some(of_entries(entries.iter().map(|entry| effect(entry)).sum(), &entries))
}

/// How many the accounts hold together.
fn held(
    roster: &Roster,
    accounts: &[Account],
    subject: Subject,
    at: OffsetDateTime,
) -> Option<Recorded> {
    let effect = |entry: &HeadcountEntry| {
        let moved = |account: &Account| i64::from(accounts.contains(account));
        i64::from(entry.headcount) * (moved(&entry.to) - moved(&entry.from))
    };
    let mut entries = entries(roster, subject)?;
    entries.retain(|entry| entry.effective_at <= at && effect(entry) != 0);
    Some(of_entries(entries.iter().map(|entry| effect(entry)).sum(), &entries))
}

/// The subject's entries, whenever they took effect; `None` where there are none at all, for
/// then the ledger does not know of the subject.
fn entries<'r>(roster: &Roster<'r>, subject: Subject) -> Option<Vec<&'r HeadcountEntry>> {
    let partner_of = |name: &str| roster.contingent(name).map(|found| found.partner.as_str());
    let of_subject = |entry: &&HeadcountEntry| match subject {
        Subject::Mission => true,
        Subject::Partner(name) => partner_of(&entry.contingent) == Some(name),
        Subject::Contingent(name) => entry.contingent == name,
        Subject::Movement(_) => false,
    };
    let entries: Vec<_> = roster.entries.iter().copied().filter(of_subject).collect();
    (!entries.is_empty()).then_some(entries)
}

fn under_way(roster: &Roster, movement: &Movement, at: OffsetDateTime) -> Recorded {
    let departed = movement.departed_at.is_some_and(|departed_at| departed_at <= at);
    let departed = if departed { i64::from(movement.departed) } else { 0 };
    let undone = roster.undone(movement, at);
    of_movement(movement, departed - arrivals(movement, at) + people(&undone), &undone)
}

/// How many were entered as brought by a movement by then.
fn arrivals(movement: &Movement, at: OffsetDateTime) -> i64 {
    let by_then = movement.arrivals.iter().filter(|arrival| arrival.at <= at);
    by_then.map(|arrival| i64::from(arrival.headcount)).sum()
}

fn people(entries: &[&HeadcountEntry]) -> i64 {
    entries.iter().map(|entry| i64::from(entry.headcount)).sum()
}

fn of_movement(movement: &Movement, people: i64, undone: &[&HeadcountEntry]) -> Recorded {
    let quantity = Quantity::exactly(people);
    let mut parts = vec![part(&movement.name, quantity.clone(), LEDGER.to_owned())];
    parts.extend(undone.iter().map(|entry| of_entry(entry)));
    Recorded { quantity, parts }
}

fn of_entries(people: i64, entries: &[&HeadcountEntry]) -> Recorded {
    let parts = entries.iter().map(|entry| of_entry(entry)).collect();
    Recorded { quantity: Quantity::exactly(people), parts }
}

fn of_entry(entry: &HeadcountEntry) -> RecordUse {
    part(&entry.name, Quantity::exactly(i64::from(entry.headcount)), LEDGER.to_owned())
}

fn part(name: &str, quantity: Quantity, publisher: String) -> RecordUse {
    RecordUse { record: name.to_owned(), revision: 0, quantity, publisher }
}
