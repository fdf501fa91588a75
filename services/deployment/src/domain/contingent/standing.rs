use std::{fmt, str::FromStr};

use muster_values::words::UnknownWord;

use super::State;
use crate::domain::mission::Stage;

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
