#!/usr/bin/env bash
# Gives each service a role and a schema of its own in the database that PostgreSQL's image has just made.
# Neither role can read what the other owns. Run once, when the data volume is new.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" -d "$POSTGRES_DB" \
    -v database="$POSTGRES_DB" -v deployment="$DEPLOYMENT_PASSWORD" -v reporting="$REPORTING_PASSWORD" <<'SQL'
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE ROLE deployment LOGIN PASSWORD :'deployment';
CREATE ROLE reporting LOGIN PASSWORD :'reporting';

-- CREATE, since "CREATE SCHEMA IF NOT EXISTS" asks for it even where the schema exists.
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO deployment, reporting;
CREATE SCHEMA deployment AUTHORIZATION deployment;
CREATE SCHEMA reporting AUTHORIZATION reporting;
SQL
