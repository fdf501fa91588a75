use time::OffsetDateTime;

use super::super::deployment::{
    Account, Contingent, HeadcountEntry, Mandate, Mission, Movement, Partner, Pledge, Resource,
    Site, StrengthClaim,
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
    /// Leaves out the entries that were not recorded by `as_of`; the other resources do not
    /// tell when they were.
    pub fn new(deployment: &'r [Resource], as_of: OffsetDateTime) -> Self {
        let mut roster = Self::default();
        for resource in deployment {
            match resource {
                Resource::Mission(mission) => roster.mission = Some(mission),
                Resource::Partner(partner) => roster.partners.push(partner),
                Resource::Mandate(mandate) => roster.mandates.push(mandate),
                Resource::Pledge(pledge) => roster.pledges.push(pledge),
                Resource::Contingent(contingent) => roster.contingents.push(contingent),
                Resource::Movement(movement) => roster.movements.push(movement),
                Resource::HeadcountEntry(entry) if entry.recorded_at <= as_of => {
                    roster.entries.push(entry);
                }
                // Steps, arrivals and statuses are in what they belong to.
                Resource::HeadcountEntry(_)
                | Resource::Area(_)
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

    pub fn mandate_in_force(&self, at: OffsetDateTime) -> Option<&'r Mandate> {
        let in_force = |mandate: &&&Mandate| mandate.starts_at <= at && at < mandate.ends_at;
        self.mandates.iter().filter(in_force).max_by_key(|mandate| mandate.starts_at).copied()
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

    /// The entries by then that take people of a movement back to where they were before they
    /// arrived. One that a correction of the contingent made belongs to the movement where no
    /// other one of the contingent had arrived.
    pub fn undone(&self, movement: &Movement, at: OffsetDateTime) -> Vec<&'r HeadcountEntry> {
        let arrived = |other: &Movement| other.arrivals.iter().any(|arrival| arrival.at <= at);
        let others = self.movements_like(movement).filter(|other| other.name != movement.name);
        let alone = arrived(movement) && others.filter(|other| arrived(other)).count() == 0;
        let of_movement = |entry: &&HeadcountEntry| {
            entry.cause == movement.name || alone && self.movement(&entry.cause).is_none()
        };
        let undone = self.taken_back(&movement.contingent, movement.homeward, at);
        undone.into_iter().filter(of_movement).collect()
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
