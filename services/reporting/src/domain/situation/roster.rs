use muster_strength::{self as strength, Account, Records, Subject};
use muster_values::Zone;
use time::OffsetDateTime;

use super::super::deployment::{
    Contingent, HeadcountEntry, Mandate, Mission, Movement, Partner, Pledge, Resource, Site,
    StrengthClaim,
};

/// The deployment service's resources by kind, each in the order of their names.
#[derive(Debug, Default)]
pub struct Roster<'r> {
    pub mission: Option<&'r Mission>,
    pub partners: Vec<&'r Partner>,
    pub mandates: Vec<&'r Mandate>,
    pub pledges: Vec<&'r Pledge>,
    pub contingents: Vec<&'r Contingent>,
    pub movements: Vec<&'r Movement>,
    pub entries: Vec<&'r HeadcountEntry>,
    pub sites: Vec<&'r Site>,
    pub claims: Vec<&'r StrengthClaim>,
}

impl<'r> Roster<'r> {
    pub fn new(deployment: &'r [Resource]) -> Self {
        let mut roster = Self::default();
        for resource in deployment {
            match resource {
                Resource::Mission(mission) => roster.mission = Some(mission),
                Resource::Partner(partner) => roster.partners.push(partner),
                Resource::Mandate(mandate) => roster.mandates.push(mandate),
                Resource::Pledge(pledge) => roster.pledges.push(pledge),
                Resource::Contingent(contingent) => roster.contingents.push(contingent),
                Resource::Movement(movement) => roster.movements.push(movement),
                Resource::HeadcountEntry(entry) => roster.entries.push(entry),
                // Steps, arrivals and statuses are in what they belong to.
                Resource::Area(_)
                | Resource::Step(_)
                | Resource::Arrival(_)
                | Resource::SiteStatus(_) => {}
                Resource::Site(site) => roster.sites.push(site),
                Resource::StrengthClaim(claim) => roster.claims.push(claim),
            }
        }
        roster.sort();
        roster
    }

    fn sort(&mut self) {
        self.partners.sort_by_key(|partner| &partner.name);
        self.mandates.sort_by_key(|mandate| &mandate.name);
        self.pledges.sort_by_key(|pledge| &pledge.name);
        self.contingents.sort_by_key(|contingent| &contingent.name);
        self.movements.sort_by_key(|movement| &movement.name);
        self.entries.sort_by_key(|entry| &entry.name);
        self.sites.sort_by_key(|site| &site.name);
        self.claims.sort_by_key(|claim| &claim.name);
    }

    /// What the mission's strength is made from.
    pub fn strength(&self, zone: &Zone) -> Records {
        Records {
            zone: zone.clone(),
            partners: self.partners.iter().map(|one| of_partner(one)).collect(),
            mandates: self.mandates.iter().map(|one| of_mandate(one)).collect(),
            pledges: self.pledges.iter().map(|one| of_pledge(one)).collect(),
            contingents: self.contingents.iter().map(|one| of_contingent(one)).collect(),
            movements: self.movements.iter().map(|one| of_movement(one)).collect(),
            entries: self.entries.iter().map(|one| of_entry(one)).collect(),
            claims: self.claims.iter().filter_map(|one| of_claim(one)).collect(),
        }
    }

    pub fn mandate(&self, name: &str) -> Option<&'r Mandate> {
        self.mandates.iter().find(|mandate| mandate.name == name).copied()
    }

    pub fn partner(&self, name: &str) -> Option<&'r Partner> {
        self.partners.iter().find(|partner| partner.name == name).copied()
    }

    pub fn contingent(&self, name: &str) -> Option<&'r Contingent> {
        self.contingents.iter().find(|contingent| contingent.name == name).copied()
    }

    pub fn movement(&self, name: &str) -> Option<&'r Movement> {
        self.movements.iter().find(|movement| movement.name == name).copied()
    }

    /// The entries by then that undo arrivals of a contingent.
    pub fn taken_back(
        &self,
        contingent: &str,
        homeward: bool,
        at: OffsetDateTime,
    ) -> Vec<&'r HeadcountEntry> {
        let back = if homeward {
            (Account::Repatriated, Account::Returning)
        } else {
            (Account::Present, Account::InTransit)
        };
        let undoes = |entry: &&HeadcountEntry| {
            entry.contingent == contingent
                && (entry.from, entry.to) == back
                && entry.effective_at <= at
        };
        self.entries.iter().copied().filter(undoes).collect()
    }

    /// The contingent's movements in the same direction.
    pub fn movements_like<'s>(
        &'s self,
        movement: &'s Movement,
    ) -> impl Iterator<Item = &'r Movement> + 's {
        self.movements.iter().copied().filter(|other| {
            other.contingent == movement.contingent && other.homeward == movement.homeward
        })
    }

    /// Which of its contingent's movements to the mission it is, from 1, by departure; `None`
    /// for one that has not departed or goes home.
    pub fn ordinal(&self, movement: &Movement) -> Option<usize> {
        let mut departed: Vec<&&Movement> = self
            .movements
            .iter()
            .filter(|other| other.contingent == movement.contingent && !other.homeward)
            .filter(|other| other.departed_at.is_some())
            .collect();
        departed.sort_by_key(|other| other.departed_at);
        departed.iter().position(|other| other.name == movement.name).map(|place| place + 1)
    }
}

fn of_partner(partner: &Partner) -> strength::Partner {
    strength::Partner { name: partner.name.clone(), is_host_force: partner.is_host_force }
}

fn of_mandate(mandate: &Mandate) -> strength::Mandate {
    strength::Mandate {
        name: mandate.name.clone(),
        adopted_on: mandate.adopted_on,
        starts_at: mandate.starts_at,
        ends_at: mandate.ends_at,
        personnel_ceiling: mandate.personnel_ceiling,
        planned_strength: mandate.planned_strength.clone(),
    }
}

fn of_pledge(pledge: &Pledge) -> strength::Pledge {
    strength::Pledge {
        name: pledge.name.clone(),
        partner: pledge.partner.clone(),
        size: pledge.size.clone(),
        offered_on: pledge.offered_on,
        confirmed_on: pledge.confirmed_on,
        withdrawn_on: pledge.withdrawn_on,
    }
}

fn of_contingent(contingent: &Contingent) -> strength::Contingent {
    strength::Contingent { name: contingent.name.clone(), partner: contingent.partner.clone() }
}

fn of_movement(movement: &Movement) -> strength::Movement {
    strength::Movement {
        name: movement.name.clone(),
        contingent: movement.contingent.clone(),
        is_homeward: movement.homeward,
    }
}

fn of_entry(entry: &HeadcountEntry) -> strength::Entry {
    strength::Entry {
        name: entry.name.clone(),
        contingent: entry.contingent.clone(),
        cause: entry.cause.clone(),
        from: entry.from,
        to: entry.to,
        headcount: entry.headcount,
        effective_at: entry.effective_at,
    }
}

fn of_claim(claim: &StrengthClaim) -> Option<strength::Claim> {
    Some(strength::Claim {
        name: claim.name.clone(),
        measure: claim.measure,
        quantity: claim.quantity.clone(),
        as_of: claim.as_of,
        subject: Subject::named(&claim.subject)?,
    })
}
