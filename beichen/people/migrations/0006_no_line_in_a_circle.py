"""Nobody leads themselves through others: looked at once a transaction is about to commit, whoever wrote it (T12)."""

from django.db import migrations

CREATE = """
CREATE FUNCTION people_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above bigint;
    steps int := 0;
BEGIN
    -- Two moves that close a circle only together come one after the other.
    PERFORM pg_advisory_xact_lock(hashtext('people.line'));
    SELECT manager_id INTO above FROM people_person WHERE id = NEW.id;
    WHILE above IS NOT NULL LOOP
        IF above = NEW.id OR steps > 100 THEN
            RAISE EXCEPTION 'person % would lead themselves through others', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'person_line_no_circle';
        END IF;
        SELECT manager_id INTO above FROM people_person WHERE id = above;
        steps := steps + 1;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER person_line_no_circle AFTER INSERT OR UPDATE OF manager_id ON people_person
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.manager_id IS NOT NULL) EXECUTE FUNCTION people_no_circle();
"""
DROP = "DROP TRIGGER person_line_no_circle ON people_person; DROP FUNCTION people_no_circle();"


class Migration(migrations.Migration):
    dependencies = [("people", "0005_cycle_release_by_three")]

    operations = [migrations.RunSQL(CREATE, DROP)]
