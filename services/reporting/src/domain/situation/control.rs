use muster_values::Stored;
use std::collections::BTreeMap;

use super::{super::assessment::Assessment, Areas, Question};

/// The latest assessment by each publisher of each controller of the area; of a country, also
/// of the areas in it, since who holds its capital is told of the capital.
pub fn latest(
    question: &Question,
    assessments: &[Stored<Assessment>],
    areas: &Areas,
) -> Vec<Stored<Assessment>> {
    let country = areas.is_country(&question.area);
    let asked = |assessment: &&Stored<Assessment>| {
        assessment.assessed_on.first_day() <= question.today()
            && (assessment.area == question.area
                || country && areas.contains(&question.area, &assessment.area))
    };
    let mut found: Vec<&Stored<Assessment>> = assessments.iter().filter(asked).collect();
    found.sort_by_key(|assessment| (assessment.assessed_on, &assessment.id));
    let key = |assessment: &Stored<Assessment>| {
        let Assessment { area, controller, source, .. } = &assessment.content;
        (area.clone(), controller.clone(), source.publisher.clone())
    };
    // Of equal keys, the last one stays.
    let latest: BTreeMap<_, _> =
        found.into_iter().map(|assessment| (key(assessment), assessment)).collect();
    latest.into_values().cloned().collect()
}
