//! How much of a period the figures behind a number speak of.

use muster_values::Period;
use time::Date;

use super::Question;

/// `Injured: figures speak of 6 of 12 months.`
pub fn said(metric: &str, parts: &[(Period, &str)], question: &Question) -> String {
    if parts.iter().any(|(_, area)| *area != question.area) {
        return format!("{metric}: figures speak of parts of the area only.");
    }
    let periods: Vec<Period> = parts.iter().map(|(period, _)| *period).collect();
    let in_months = |period: Period| period.start().day() == 1 && period.end().day() == 1;
    let (count, unit): (fn(Period) -> i64, _) =
        if periods.iter().copied().all(in_months) && in_months(question.period) {
            (months, "months")
        } else {
            (days, "days")
        };
    let known: i64 = periods.iter().copied().map(count).sum();
    format!("{metric}: figures speak of {known} of {} {unit}.", count(question.period))
}

fn days(period: Period) -> i64 {
    (period.end() - period.start()).whole_days()
}

fn months(period: Period) -> i64 {
    let month = |day: Date| i64::from(day.year()) * 12 + i64::from(u8::from(day.month()));
    month(period.end()) - month(period.start())
}
