-- The names of who asks. The functions that define relations over people stand in people/sql/relations.sql.
CREATE SCHEMA IF NOT EXISTS access;
CREATE SCHEMA IF NOT EXISTS kit;

-- The person who asks: only the two logins of the product are believed.
CREATE OR REPLACE FUNCTION access.actor() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN session_user IN ('beichen_web', 'beichen_worker')
           THEN nullif(current_setting('beichen.actor', true), '')::bigint END
$$;

-- The person who left and still reads what the table gives leavers (TE): such a person is nobody's actor.
CREATE OR REPLACE FUNCTION access.leaver() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN session_user IN ('beichen_web', 'beichen_worker')
           THEN nullif(current_setting('beichen.leaver', true), '')::bigint END
$$;

-- The day of the one who asks, by the product's clock.
CREATE OR REPLACE FUNCTION access.today() RETURNS date LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('beichen.today', true), '')::date, current_date)
$$;

-- The job that acts for nobody: only the worker's login is believed.
CREATE OR REPLACE FUNCTION access.job() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN session_user = 'beichen_worker'
           THEN nullif(current_setting('beichen.job', true), '') END
$$;

-- Which job may read (r) or write (w) which model, and why; filled by migrate from the areas' JOB_GRANTS.
CREATE TABLE IF NOT EXISTS access.job_grant (
    job text NOT NULL, model text NOT NULL, command text NOT NULL CHECK (command IN ('r', 'w')), reason text NOT NULL,
    PRIMARY KEY (job, model, command)
);

-- Whether the running job has been given this model.
CREATE OR REPLACE FUNCTION access.job_may(model text, command text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT EXISTS (SELECT 1 FROM access.job_grant g
                   WHERE g.job = access.job() AND g.model = job_may.model AND g.command = job_may.command)
$$;

-- Refuses a change of state that is no edge of the declared graph ("from>to,from>to").
CREATE OR REPLACE FUNCTION access.guard_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    edge text := (to_jsonb(OLD) ->> TG_ARGV[0]) || '>' || (to_jsonb(NEW) ->> TG_ARGV[0]);
BEGIN
    IF edge = ANY (string_to_array(TG_ARGV[1], ',')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% may not go %', TG_TABLE_NAME, edge USING ERRCODE = 'check_violation';
END
$$;
