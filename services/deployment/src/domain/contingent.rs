use muster_values::{Collected, Id, Source, Stored};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Full, OutOfOrder, StateForbids,
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
    pub transitions: Vec<Transition>,
    pub sources: Vec<Source>,
}

impl Collected for Contingent {
    const COLLECTION: &'static str = "contingents";
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    At(Stage),
    /// Stopped at a stage, to go on from there.
    OnHold(Stage),
    Withdrawn,
    Cancelled,
}

/// One step of a contingent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    pub from: State,
    pub to: State,
    pub effective_at: OffsetDateTime,
    pub recorded_at: OffsetDateTime,
    pub actor: String,
    pub note: String,
}

/// What a caller says of a step, and what is known of the call.
#[derive(Clone, Debug)]
pub struct Step {
    pub effective_at: OffsetDateTime,
    pub recorded_at: OffsetDateTime,
    pub actor: String,
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
    Full(#[from] Full),
    #[error("the step to {stage} lacks readiness checks")]
    Unready { stage: Stage, missing: Vec<CheckType> },
}

/// People who change accounts because of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    pub from: Account,
    pub to: Account,
    pub headcount: i64,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            Self::At(stage) => stage.as_str(),
            Self::OnHold(_) => "on_hold",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled => "cancelled",
        }
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
    ) -> Result<Vec<Shift>, Refused> {
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
        self.enter(State::At(to), step)?;
        let all = |account| ledger.balance(account, None);
        Ok(match to {
            Stage::Training => shift(Account::Pledged, Account::Training, all(Account::Pledged)),
            Stage::Ready => shift(Account::Training, Account::Ready, all(Account::Training)),
            _ => Vec::new(),
        })
    }

    pub fn hold(&mut self, step: Step) -> Result<(), Refused> {
        match self.state {
            State::At(stage) if stage < Stage::Repatriated => {
                self.enter(State::OnHold(stage), step)
            }
            _ => Err(self.forbids("any state before REPATRIATED").into()),
        }
    }

    pub fn resume(&mut self, step: Step) -> Result<(), Refused> {
        match self.state {
            State::OnHold(stage) => self.enter(State::At(stage), step),
            _ => Err(self.forbids("ON_HOLD").into()),
        }
    }

    /// Its partner took it back, or it is no longer wanted; its people leave the ledger.
    pub fn end(&mut self, to: State, ledger: &Ledger, step: Step) -> Result<Vec<Shift>, Refused> {
        match self.state {
            State::At(stage) | State::OnHold(stage) if stage < Stage::Deploying => {}
            _ => return Err(self.forbids("any state before DEPLOYING").into()),
        }
        self.enter(to, step)?;
        let accounts = [Account::Pledged, Account::Training, Account::Ready];
        let leave = |account| shift(account, Account::Outside, ledger.balance(account, None));
        Ok(accounts.into_iter().flat_map(leave).collect())
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
    ) -> Result<(), Refused> {
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
                step.effective_at = self
                    .last_step_at()
                    .map_or(step.effective_at, |last| step.effective_at.max(last));
                return self.push(State::At(to), step);
            }
            State::OnHold(_) => self.state = State::OnHold(to),
            _ => {}
        }
        Ok(())
    }

    fn enter(&mut self, to: State, step: Step) -> Result<(), Refused> {
        self.in_order(step.effective_at)?;
        self.push(to, step)
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

    fn push(&mut self, to: State, step: Step) -> Result<(), Refused> {
        Full::unless_room(self.transitions.len(), "the contingent", "steps")?;
        let Step { effective_at, recorded_at, actor, note } = step;
        let from = self.state;
        self.transitions.push(Transition { from, to, effective_at, recorded_at, actor, note });
        self.state = to;
        Ok(())
    }

    fn last_step_at(&self) -> Option<OffsetDateTime> {
        self.transitions.last().map(|last| last.effective_at).or(self.pledged_at)
    }

    fn forbids(&self, allowed: &'static str) -> StateForbids {
        StateForbids { what: "the contingent".to_owned(), state: self.state.word(), allowed }
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

fn shift(from: Account, to: Account, headcount: i64) -> Vec<Shift> {
    if 0 < headcount { vec![Shift { from, to, headcount }] } else { Vec::new() }
}

#[cfg(test)]
mod tests;
