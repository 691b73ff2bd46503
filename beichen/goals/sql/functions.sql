-- The units the one who asks belongs to: the own one and all above it (visibility "the unit").
CREATE OR REPLACE FUNCTION access.units_above() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above(id) AS (
        SELECT unit_id FROM people_person WHERE id = access.actor() AND unit_id IS NOT NULL
        UNION SELECT u.parent_id FROM people_orgunit u JOIN above ON u.id = above.id WHERE u.parent_id IS NOT NULL
    )
    SELECT id FROM above
$$;

-- Who answers for a unit's goals: its head, else the head of the next unit above that has one.
CREATE OR REPLACE FUNCTION access.answers_for(unit bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above(id, parent_id, head_id, step) AS (
        SELECT id, parent_id, head_id, 0 FROM people_orgunit WHERE id = unit
        UNION ALL SELECT u.id, u.parent_id, u.head_id, above.step + 1
        FROM people_orgunit u JOIN above ON u.id = above.parent_id WHERE above.head_id IS NULL
    )
    SELECT head_id FROM above WHERE head_id IS NOT NULL ORDER BY step LIMIT 1
$$;

-- A report is history: it is added to, never changed or taken away.
CREATE OR REPLACE FUNCTION access.goals_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;
DROP TRIGGER IF EXISTS goals_update_append_only ON goals_update;
CREATE TRIGGER goals_update_append_only BEFORE UPDATE OR DELETE ON goals_update
    FOR EACH ROW EXECUTE FUNCTION access.goals_append_only();
DROP TRIGGER IF EXISTS goals_updatetext_append_only ON goals_updatetext;
CREATE TRIGGER goals_updatetext_append_only BEFORE UPDATE OR DELETE ON goals_updatetext
    FOR EACH ROW EXECUTE FUNCTION access.goals_append_only();

-- No goal may serve itself, over however many steps. The lock makes two writers of one circle meet; the query after
-- it has a snapshot of its own and sees what the other committed.
CREATE OR REPLACE FUNCTION access.goals_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'declined' THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('goals_alignment'));
    IF EXISTS (
        WITH RECURSIVE above(id) AS (
            SELECT NEW.parent_id
            UNION SELECT a.parent_id FROM goals_alignment a JOIN above ON a.child_id = above.id
            WHERE a.state <> 'declined'
        )
        SELECT 1 FROM above WHERE id = NEW.child_id
    ) THEN
        RAISE EXCEPTION 'goal % would serve itself', NEW.child_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'alignment_no_circle';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS goals_alignment_no_circle ON goals_alignment;
CREATE TRIGGER goals_alignment_no_circle BEFORE INSERT OR UPDATE ON goals_alignment
    FOR EACH ROW EXECUTE FUNCTION access.goals_no_circle();

-- A unit's goal is answered for by today's head: a new head sees it on the next request (G4, G17).
CREATE OR REPLACE FUNCTION access.goals_follow_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE goals_goal g SET owner_id = p.id, owner_place = p.place
    FROM people_person p
    WHERE g.unit_id IS NOT NULL AND g.state <> 'closed' AND p.id = access.answers_for(g.unit_id)
      AND g.owner_id <> p.id;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS goals_follow_head ON people_orgunit;
CREATE TRIGGER goals_follow_head AFTER UPDATE OF head_id, parent_id ON people_orgunit
    FOR EACH STATEMENT EXECUTE FUNCTION access.goals_follow_head();

-- Places are renumbered now and then; the goals repeat the new ones in the same statement.
CREATE OR REPLACE FUNCTION access.goals_follow_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE goals_goal g SET owner_place = n.place
    FROM after_rows n JOIN before_rows o ON o.id = n.id
    WHERE n.place IS DISTINCT FROM o.place AND g.owner_id = n.id;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS goals_follow_place ON people_person;
CREATE TRIGGER goals_follow_place AFTER UPDATE ON people_person
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION access.goals_follow_place();
