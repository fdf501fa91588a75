#!/usr/bin/env bash
# Gives each service a schema in the database that PostgreSQL's image has just made, a role that owns it, which
# migrates, and one that runs the service, which can change nothing that is kept for ever. No role can read the
# other service's schema. Run once, when the data volume is new.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" -d "$POSTGRES_DB" \
    -v database="$POSTGRES_DB" -v deployment="$DEPLOYMENT_PASSWORD" -v reporting="$REPORTING_PASSWORD" \
    -v deployment_owner="$DEPLOYMENT_OWNER_PASSWORD" -v reporting_owner="$REPORTING_OWNER_PASSWORD" <<'SQL'
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE ROLE deployment LOGIN PASSWORD :'deployment';
CREATE ROLE deployment_owner LOGIN PASSWORD :'deployment_owner';
CREATE ROLE reporting LOGIN PASSWORD :'reporting';
CREATE ROLE reporting_owner LOGIN PASSWORD :'reporting_owner';

GRANT CONNECT ON DATABASE :"database" TO deployment, reporting;
-- CREATE, since "CREATE SCHEMA IF NOT EXISTS" asks for it even where the schema exists.
GRANT CONNECT, CREATE ON DATABASE :"database" TO deployment_owner, reporting_owner;
CREATE SCHEMA deployment AUTHORIZATION deployment_owner;
CREATE SCHEMA reporting AUTHORIZATION reporting_owner;
SQL
