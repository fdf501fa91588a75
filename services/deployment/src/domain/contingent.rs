use std::{fmt, str::FromStr};

use muster_values::{Collected, Id, Source, Stored, words::UnknownWord};
use time::OffsetDateTime;

use super::{
    OutOfOrder, StateForbids,
    headcount::{Account, Ledger},
    mission::{CheckType, Mission, Stage},
    moment,
    pledge::Category,
    readiness::{self, ReadinessCheck},
};

/// A body of people that a partner sends, numbered per partner.
///
/// ```text
/// PLEDGED → CONFIRMED → TRAINING → TRAINED → VETTED → BRIEFED → READY
///   → DEPLOYING ⇄ DEPLOYED → ROTATING → REPATRIATED
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

/// One step of a contingent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContingentStep {
    pub from: Standing,
    pub to: Standing,
    pub effective_at: OffsetDateTime,
    pub note: String,
}

impl Collected for ContingentStep {
    const COLLECTION: &'static str = "contingents/steps";
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
    #[error("{field} must not be after {latest}, when the next step was taken")]
    TooLate { field: &'static str, latest: String },
    #[error("the step to {stage} lacks readiness checks")]
    Unready { stage: Stage, missing: Vec<CheckType> },
}

/// People who change accounts because of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub from: Account,
    pub to: Account,
    pub headcount: i64,
}

/// Where a contingent stands, without where it was before a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    At(Stage),
    OnHold,
    Withdrawn,
    Cancelled,
}

impl From<State> for Standing {
    fn from(state: State) -> Self {
        match state {
            State::At(stage) => Self::At(stage),
            State::OnHold(_) => Self::OnHold,
            State::Withdrawn => Self::Withdrawn,
            State::Cancelled => Self::Cancelled,
        }
    }
}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::At(stage) => stage.as_str(),
            Self::OnHold => "on_hold",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Standing {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let others = [Self::OnHold, Self::Withdrawn, Self::Cancelled];
        let other = others.into_iter().find(|standing| standing.as_str() == word);
        other.map_or_else(|| word.parse().map(Self::At), Ok)
    }
}

impl Contingent {
    /// Takes the next step towards readiness, or begins the rotation.
    pub fn advance(
        &mut self,
        to: Stage,
        mission: &Mission,
        checks: &[Stored<ReadinessCheck>],
        ledger: &Ledger,
        step: Step,
    ) -> Result<(ContingentStep, Vec<Transfer>), Refused> {
        let (from, allowed) = match to {
            Stage::Confirmed => (Stage::Pledged, "PLEDGED"),
            Stage::Training => (Stage::Confirmed, "CONFIRMED"),
            Stage::Trained => (Stage::Training, "TRAINING"),
            Stage::Vetted => (Stage::Trained, "TRAINED"),
            Stage::Briefed => (Stage::Vetted, "VETTED"),
            Stage::Ready => (Stage::Briefed, "BRIEFED"),
            Stage::Rotating => (Stage::Deployed, "DEPLOYED"),
            Stage::Pledged | Stage::Deploying | Stage::Deployed | Stage::Repatriated => {
                return Err(self.forbids("a movement; no step leads there").into());
            }
        };
        if self.state != State::At(from) {
            return Err(self.forbids(allowed).into());
        }
        if to <= Stage::Ready {
            ready(mission, to, checks, step.effective_at)?;
        }
        let step = self.enter(State::At(to), step)?;
        let all = |account| ledger.balance(account, None);
        let transfers = match to {
            Stage::Training => transfer(Account::Pledged, Account::Training, all(Account::Pledged)),
            Stage::Ready => transfer(Account::Training, Account::Ready, all(Account::Training)),
            _ => Vec::new(),
        };
        Ok((step, transfers))
    }

    pub fn hold(&mut self, step: Step) -> Result<ContingentStep, Refused> {
        match self.state {
            State::At(stage) if stage < Stage::Repatriated => {
                self.enter(State::OnHold(stage), step)
            }
            _ => Err(self.forbids("any state before REPATRIATED").into()),
        }
    }

    pub fn resume(&mut self, step: Step) -> Result<ContingentStep, Refused> {
        match self.state {
            State::OnHold(stage) => self.enter(State::At(stage), step),
            _ => Err(self.forbids("ON_HOLD").into()),
        }
    }

    /// Its partner took it back, or it is no longer wanted; its people leave the ledger.
    pub fn end(
        &mut self,
        to: State,
        ledger: &Ledger,
        step: Step,
    ) -> Result<(ContingentStep, Vec<Transfer>), Refused> {
        match self.state {
            State::At(stage) | State::OnHold(stage) if stage < Stage::Deploying => {}
            _ => return Err(self.forbids("any state before DEPLOYING").into()),
        }
        let step = self.enter(to, step)?;
        let accounts = [Account::Pledged, Account::Training, Account::Ready];
        let leave = |account| transfer(account, Account::Outside, ledger.balance(account, None));
        Ok((step, accounts.into_iter().flat_map(leave).collect()))
    }

    /// Whether its people may leave: it is ready, and holds every check that is asked for.
    pub fn may_depart(
        &self,
        mission: &Mission,
        checks: &[Stored<ReadinessCheck>],
        at: OffsetDateTime,
    ) -> Result<(), Refused> {
        match self.state {
            State::At(Stage::Ready | Stage::Deploying | Stage::Deployed) => {
                self.in_order(at)?;
                ready(mission, Stage::Deploying, checks, at)
            }
            _ => Err(self.forbids("READY, DEPLOYING or DEPLOYED").into()),
        }
    }

    /// Whether its people may go home.
    pub fn may_return(&self, at: OffsetDateTime) -> Result<(), Refused> {
        match self.state {
            State::At(Stage::Deploying | Stage::Deployed | Stage::Rotating) => {
                Ok(self.in_order(at)?)
            }
            _ => Err(self.forbids("DEPLOYING, DEPLOYED or ROTATING").into()),
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

    /// Follows its people: the state that their accounts speak of after a movement. A movement may
    /// be recorded late, so its step stands where it happened or after the last one. A contingent
    /// that is on hold takes no step, but those who were on the way move the stage it is held at.
    pub fn follow(
        &mut self,
        ledger: &Ledger,
        homeward: bool,
        mut step: Step,
    ) -> Result<Option<ContingentStep>, Refused> {
        let (State::At(now) | State::OnHold(now)) = self.state else {
            return Err(self.forbids("any state but WITHDRAWN and CANCELLED").into());
        };
        let none_in = |accounts: &[Account]| {
            accounts.iter().all(|account| ledger.balance(*account, None) == 0)
        };
        let here = [Account::Present, Account::OnLeave, Account::Medical];
        let coming = [Account::Ready, Account::InTransit];
        let to = if homeward {
            let all_home = none_in(&here) && none_in(&coming) && none_in(&[Account::Returning]);
            if all_home { Stage::Repatriated } else { Stage::Rotating }
        } else if Stage::Rotating <= now {
            // The last who came do not undo that others went.
            now
        } else if none_in(&coming) {
            Stage::Deployed
        } else {
            Stage::Deploying
        };
        match self.state {
            State::At(_) if to != now => {
                let last = self.last_step_at();
                step.effective_at =
                    last.map_or(step.effective_at, |last| step.effective_at.max(last));
                return Ok(Some(self.push(State::At(to), step)));
            }
            State::OnHold(_) => self.state = State::OnHold(to),
            _ => {}
        }
        Ok(None)
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

    fn forbids(&self, allowed: &'static str) -> StateForbids {
        StateForbids {
            what: "the contingent".to_owned(),
            state: Standing::from(self.state).as_str(),
            allowed,
        }
    }
}

impl ContingentStep {
    /// Whether it may lie at a moment: `before` and `after` are those of the steps around it.
    pub fn may_lie(
        at: OffsetDateTime,
        before: Option<OffsetDateTime>,
        after: Option<OffsetDateTime>,
    ) -> Result<(), Refused> {
        let field = "contingent_step.effective_time";
        if let Some(earliest) = before.filter(|earliest| at < *earliest) {
            return Err(OutOfOrder { field, earliest: moment(earliest) }.into());
        }
        match after {
            Some(latest) if latest < at => Err(Refused::TooLate { field, latest: moment(latest) }),
            _ => Ok(()),
        }
    }
}

fn ready(
    mission: &Mission,
    stage: Stage,
    checks: &[Stored<ReadinessCheck>],
    at: OffsetDateTime,
) -> Result<(), Refused> {
    let missing = readiness::missing(&mission.required_for(stage), checks, at);
    if missing.is_empty() { Ok(()) } else { Err(Refused::Unready { stage, missing }) }
}

fn transfer(from: Account, to: Account, headcount: i64) -> Vec<Transfer> {
    if 0 < headcount { vec![Transfer { from, to, headcount }] } else { Vec::new() }
}

#[cfg(test)]
mod tests;
