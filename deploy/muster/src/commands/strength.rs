//! `muster strength`: how many people there are, and who says otherwise.

use clap::Args;
use muster_proto::deployment::v1::{
    GetStrengthRequest, HeadcountAccount, ReconciliationVerdict, Strength as Answer,
    StrengthMeasure, strength_service_client::StrengthServiceClient,
};

use super::{missions, moments::Moments};
use crate::{
    access::{Access, Output},
    json, settings,
    terminal::{self, Terminal},
    words,
};

/// What `muster strength` takes.
#[derive(Debug, Args)]
pub struct Strength {
    /// The mission; where there is only one, that one
    mission: Option<String>,

    #[command(flatten)]
    moments: Moments,

    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

impl Strength {
    pub async fn run(self, access: &Access) -> anyhow::Result<()> {
        let client = settings::connect(access).await?;
        let name = missions::choose(&client, self.mission.as_deref()).await?;
        let asked = self.moments.read(access, &client, &name, None).await?;
        let mut strength = StrengthServiceClient::new(client.deployment);
        let request = GetStrengthRequest {
            name,
            valid_time: asked.valid_time,
            as_of_time: asked.as_of_time,
            recorded_by_time: asked.recorded_by_time,
        };
        let answer = strength.get_strength(request).await?.into_inner();
        match self.output {
            Output::Json => terminal::print(&json::pretty(&answer)?),
            Output::Table => terminal::print(&(asked.seen + &show(&answer, Terminal::stdout()))),
        }
    }
}

fn show(answer: &Answer, terminal: Terminal) -> String {
    let at = words::moment(answer.valid_time.as_ref());
    let mut parts = vec![terminal.bold(&format!("Strength of {} at {at}", answer.name)) + "\n"];
    if answer.nothing_known {
        parts.push("nothing was known of it by then\n".to_owned());
        return parts.concat();
    }
    parts.push(match answer.mandate.as_str() {
        "" => "no mandate in force\n".to_owned(),
        mandate => format!("mandate in force: {}\n", words::short(mandate)),
    });
    if answer.ceiling_breached {
        parts.push("those present are more than the ceiling allows\n".to_owned());
    }
    parts.push(terminal.table(&["measure", "people", "made from"], measures(answer, terminal)));
    let mut add = |header: &[&str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            parts.push("\n".to_owned() + &terminal.table(header, rows));
        }
    };
    add(&["contingent", "partner", "where its people are"], contingents(answer, terminal));
    add(&["claim", "says", "records say", "so", "cannot be true with"], claims(answer, terminal));
    parts.concat()
}

fn measures(answer: &Answer, terminal: Terminal) -> Vec<Vec<String>> {
    let row = |line: &muster_proto::deployment::v1::StrengthLine| {
        let unnumbered = line.records_without_number.iter();
        let unnumbered = unnumbered.map(|name| format!("{} (no number)", words::short(name)));
        let numbered = line.records.iter().map(|name| words::short(name).to_owned());
        let records = terminal.list(numbered.chain(unnumbered));
        vec![measure(line.measure()), words::quantity(line.quantity.as_ref()), records]
    };
    answer.lines.iter().map(row).collect()
}

fn contingents(answer: &Answer, terminal: Terminal) -> Vec<Vec<String>> {
    let account =
        |account: HeadcountAccount| words::value(account.as_str_name(), "HEADCOUNT_ACCOUNT_");
    let row = |contingent: &muster_proto::deployment::v1::ContingentStrength| {
        let balances = (contingent.balances.iter())
            .map(|balance| format!("{} {}", balance.headcount, account(balance.account())));
        vec![
            words::short(&contingent.contingent).to_owned(),
            words::short(&contingent.partner).to_owned(),
            terminal.list(balances),
        ]
    };
    answer.contingents.iter().map(row).collect()
}

fn claims(answer: &Answer, terminal: Terminal) -> Vec<Vec<String>> {
    let row = |claim: &muster_proto::deployment::v1::StrengthReconciliation| {
        let recorded = match &claim.recorded {
            Some(recorded) => words::compared(Some(recorded), claim.recorded_reading.as_ref()),
            None => "nothing".to_owned(),
        };
        let verdict = match claim.verdict() {
            ReconciliationVerdict::NotRecorded => String::new(),
            verdict => words::value(verdict.as_str_name(), "RECONCILIATION_VERDICT_"),
        };
        vec![
            words::short(&claim.claim).to_owned(),
            words::compared(claim.claimed.as_ref(), claim.claimed_reading.as_ref()),
            recorded,
            verdict,
            terminal.names(&claim.conflicting_claims),
        ]
    };
    answer.reconciliations.iter().map(row).collect()
}

/// A measure in words.
pub fn measure(measure: StrengthMeasure) -> String {
    words::value(measure.as_str_name(), "STRENGTH_MEASURE_")
}
