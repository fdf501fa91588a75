mod request;
mod standing;
mod step;

use std::borrow::Cow;

use muster_values::{Collected, Id, Source};
use time::OffsetDateTime;

use super::{
    OutOfOrder, StateForbids, TooLate,
    headcount::{Account, Ledger},
    mission::{CheckType, Stage},
    moment,
    pledge::Category,
    readiness::Readiness,
};

pub use self::request::{ContingentChange, StepRequest};
pub use self::standing::Standing;
pub use self::step::ContingentStep;

/// A body of people that a partner sends, numbered per partner.
///
/// ```text
/// PLEDGED → CONFIRMED → TRAINING → TRAINED → VETTED → BRIEFED → READY
///   → DEPLOYING ⇄ DEPLOYED → ROTATING → REPATRIATED
/// DEPLOYING → ROTATING: those there go home while others are on the way
/// before REPATRIATED:  any ⇄ ON_HOLD, whose stage goes on following those on the way
/// before DEPLOYING:    any → WITHDRAWN, CANCELLED
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contingent {
    pub display_name: String,
    pub partner: Id,
    pub pledge: Option<Id>,
    /// 1 for the partner's first.
    pub ordinal: i32,
    pub category: Category,
    /// How many people it is to have.
    pub headcount: i32,
    pub state: State,
    /// When it was named; a record has it from the beginning.
    pub pledged_at: Option<OffsetDateTime>,
    /// How many steps it took.
    pub steps: i32,
    pub last_step_at: Option<OffsetDateTime>,
    pub sources: Vec<Source>,
}

impl Collected for Contingent {
    const COLLECTION: &'static str = "contingents";
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    At(Stage),
    /// Stopped at a stage, to go on from there.
    OnHold(Stage),
    Withdrawn,
    Cancelled,
}

/// What a caller says of a step.
#[derive(Clone, Debug)]
pub struct Step {
    pub effective_at: OffsetDateTime,
    pub note: String,
}

/// Why a contingent stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    State(#[from] StateForbids),
    #[error(transparent)]
    Order(#[from] OutOfOrder),
    #[error(transparent)]
    Late(#[from] TooLate),
    #[error("the step to {stage} lacks readiness checks")]
    Unready { stage: Stage, missing: Vec<CheckType> },
    #[error("no step leads to where every contingent begins")]
    Beginning,
}

/// People who change accounts because of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountChange {
    pub from: Account,
    pub to: Account,
    pub headcount: i64,
}

impl Contingent {
    /// Refuses a naming after the first step.
    pub fn named_before(&self, first: Option<OffsetDateTime>) -> Result<(), Refused> {
        match first {
            Some(first) if self.pledged_at.is_some_and(|named| first < named) => {
                let field = "contingent.pledge_time";
                Err(TooLate { field, latest: moment(first) }.into())
            }
            _ => Ok(()),
        }
    }

    /// Takes the next step towards readiness, or begins the rotation.
    pub fn advance(
        &mut self,
        to: Stage,
        readiness: &Readiness,
        ledger: &Ledger,
        step: Step,
    ) -> Result<(ContingentStep, Vec<AccountChange>), Refused> {
        let from = match to {
            // People who travel lead there.
            Stage::Deploying | Stage::Deployed | Stage::Repatriated => {
                return Err(self.forbids("a movement; no step leads there").into());
            }
            to => to.before().ok_or(Refused::Beginning)?,
        };
        if self.state != State::At(from) {
            return Err(self.forbids(from.as_str().to_uppercase()).into());
        }
        if to.needs_checks() {
            ready(readiness, to, step.effective_at)?;
        }
        let step = self.enter(State::At(to), step)?;
        let all = |(from, to)| transfer(from, to, ledger.balance(from, None));
        Ok((step, Self::moved_by(to).map(all).unwrap_or_default()))
    }

    /// The accounts from which and to which a step to a stage moves everybody, if any.
    pub fn moved_by(to: Stage) -> Option<(Account, Account)> {
        match to {
            Stage::Training => Some((Account::Pledged, Account::Training)),
            Stage::Ready => Some((Account::Training, Account::Ready)),
            _ => None,
        }
    }

    pub fn hold(&mut self, step: Step) -> Result<ContingentStep, Refused> {
        match self.state {
            State::At(Stage::Repatriated)
            | State::OnHold(_)
            | State::Withdrawn
            | State::Cancelled => Err(self.forbids("any state before REPATRIATED").into()),
            State::At(stage) => self.enter(State::OnHold(stage), step),
        }
    }

    pub fn resume(&mut self, step: Step) -> Result<ContingentStep, Refused> {
        match self.state {
            State::OnHold(stage) => self.enter(State::At(stage), step),
            State::At(_) | State::Withdrawn | State::Cancelled => {
                Err(self.forbids("ON_HOLD").into())
            }
        }
    }

    /// Its partner took it back, or it is no longer wanted; its people leave the ledger.
    pub fn end(
        &mut self,
        to: State,
        ledger: &Ledger,
        step: Step,
    ) -> Result<(ContingentStep, Vec<AccountChange>), Refused> {
        match self.state {
            State::At(stage) | State::OnHold(stage) if stage.is_before_departure() => {}
            State::At(_) | State::OnHold(_) | State::Withdrawn | State::Cancelled => {
                return Err(self.forbids("any state before DEPLOYING").into());
            }
        }
        self.nobody_is_on_the_way_or_there(ledger)?;
        let step = self.enter(to, step)?;
        let accounts = [Account::Pledged, Account::Training, Account::Ready];
        let leave = |account| transfer(account, Account::Outside, ledger.balance(account, None));
        Ok((step, accounts.into_iter().flat_map(leave).collect()))
    }

    /// Refuses a ledger by which some would stay in the mission, or on the way to it or home, of a
    /// contingent that is no longer to come.
    fn nobody_is_on_the_way_or_there(&self, ledger: &Ledger) -> Result<(), StateForbids> {
        let accounts = [
            Account::InTransit,
            Account::Present,
            Account::OnLeave,
            Account::Medical,
            Account::Returning,
        ];
        let held = accounts.map(|account| (account, ledger.balance(account, None)));
        match held.into_iter().find(|(_, people)| *people != 0) {
            Some((account, people)) => {
                let account = account.as_str().to_uppercase();
                Err(self
                    .forbids(format!("nobody in the account {account}, where there are {people}")))
            }
            None => Ok(()),
        }
    }

    /// Whether its people may leave: it is ready, and holds every check that is asked for.
    pub fn may_depart(&self, readiness: &Readiness, at: OffsetDateTime) -> Result<(), Refused> {
        match self.state {
            State::At(Stage::Ready | Stage::Deploying | Stage::Deployed) => {
                self.in_order(at)?;
                ready(readiness, Stage::Deploying, at)
            }
            State::At(_) | State::OnHold(_) | State::Withdrawn | State::Cancelled => {
                Err(self.forbids("READY, DEPLOYING or DEPLOYED").into())
            }
        }
    }

    /// Whether its people may go home.
    pub fn may_return(&self, at: OffsetDateTime) -> Result<(), Refused> {
        match self.state {
            State::At(Stage::Deploying | Stage::Deployed | Stage::Rotating) => {
                Ok(self.in_order(at)?)
            }
            State::At(_) | State::OnHold(_) | State::Withdrawn | State::Cancelled => {
                Err(self.forbids("DEPLOYING, DEPLOYED or ROTATING").into())
            }
        }
    }

    /// Whether its people may be put into other accounts without a movement.
    pub fn may_correct(&self) -> Result<(), Refused> {
        match self.state {
            State::At(_) | State::OnHold(_) => Ok(()),
            State::Withdrawn | State::Cancelled => {
                Err(self.forbids("any state but WITHDRAWN and CANCELLED").into())
            }
        }
    }

    /// Derives the stage from the ledger after a movement. A movement may be recorded late, so its
    /// step stands where it happened or after the last one. A contingent that is on hold takes no
    /// step, but those who were on the way move the stage it is held at.
    pub fn follow_ledger(
        &mut self,
        ledger: &Ledger,
        homeward: bool,
        mut step: Step,
    ) -> Result<Option<ContingentStep>, Refused> {
        match self.state {
            State::At(now) => {
                let to = stage_after(now, ledger, homeward);
                if to == now {
                    return Ok(None);
                }
                let last = self.last_step_at();
                step.effective_at =
                    last.map_or(step.effective_at, |last| step.effective_at.max(last));
                Ok(Some(self.push(State::At(to), step)))
            }
            State::OnHold(now) => {
                self.state = State::OnHold(stage_after(now, ledger, homeward));
                Ok(None)
            }
            State::Withdrawn | State::Cancelled => {
                Err(self.forbids("any state but WITHDRAWN and CANCELLED").into())
            }
        }
    }

    fn enter(&mut self, to: State, step: Step) -> Result<ContingentStep, Refused> {
        self.in_order(step.effective_at)?;
        Ok(self.push(to, step))
    }

    /// Refuses what would have happened before the last step.
    fn in_order(&self, at: OffsetDateTime) -> Result<(), OutOfOrder> {
        match self.last_step_at() {
            Some(earliest) if at < earliest => {
                Err(OutOfOrder { field: "effective_time", earliest: moment(earliest) })
            }
            _ => Ok(()),
        }
    }

    fn push(&mut self, to: State, step: Step) -> ContingentStep {
        let Step { effective_at, note } = step;
        let from = std::mem::replace(&mut self.state, to).into();
        self.steps = self.steps.saturating_add(1);
        self.last_step_at = Some(effective_at);
        ContingentStep { from, to: to.into(), effective_at, note }
    }

    fn last_step_at(&self) -> Option<OffsetDateTime> {
        self.last_step_at.or(self.pledged_at)
    }

    fn forbids(&self, allowed: impl Into<Cow<'static, str>>) -> StateForbids {
        StateForbids {
            what: "the contingent".to_owned(),
            state: Standing::from(self.state).as_str(),
            allowed: allowed.into(),
        }
    }
}

/// The stage that the accounts speak of after a movement.
fn stage_after(now: Stage, ledger: &Ledger, homeward: bool) -> Stage {
    let none_in =
        |accounts: &[Account]| accounts.iter().all(|account| ledger.balance(*account, None) == 0);
    let here = [Account::Present, Account::OnLeave, Account::Medical];
    let coming = [Account::Ready, Account::InTransit];
    if homeward {
        let all_home = none_in(&here) && none_in(&coming) && none_in(&[Account::Returning]);
        if all_home { Stage::Repatriated } else { Stage::Rotating }
    } else if matches!(now, Stage::Rotating | Stage::Repatriated) {
        // The last who came do not undo that others went.
        now
    } else if none_in(&coming) {
        Stage::Deployed
    } else {
        Stage::Deploying
    }
}

/// Refuses to enter a stage at a moment at which the checks that it needs were not passed.
pub fn ready(readiness: &Readiness, stage: Stage, at: OffsetDateTime) -> Result<(), Refused> {
    let missing = readiness.missing(stage, at);
    if missing.is_empty() { Ok(()) } else { Err(Refused::Unready { stage, missing }) }
}

fn transfer(from: Account, to: Account, headcount: i64) -> Vec<AccountChange> {
    if 0 < headcount { vec![AccountChange { from, to, headcount }] } else { Vec::new() }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod state_table;
