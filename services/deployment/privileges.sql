-- What the role that runs the deployment service may do in its tables beside reading. They hold how
-- each record is now; how it was is in `revisions`, which nobody changes.
grant insert, update on missions, contingents, contingent_steps, headcount_entries, headcount_balances, movements,
    arrivals to runner;
grant insert, update, delete
    on areas, partners, mandates, pledges, readiness_checks, sites, site_statuses, strength_claims to runner;
