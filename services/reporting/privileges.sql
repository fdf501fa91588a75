-- What the role that runs the reporting service may do in its tables beside reading. They hold how
-- each record is now; how it was is in `revisions`, which nobody changes.
grant insert, update on incidents, figures, situation_reports to runner;
grant insert, update, delete on assessments, statements, timeline_events to runner;
-- What is known of the deployment service is known anew where its feed begins a new epoch.
grant insert, delete on deployment_revisions to runner;
grant insert, update, delete on link_cursors, parked_changes to runner;
