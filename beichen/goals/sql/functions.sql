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

-- Every goal that serves a priority: it names one, or something above it does.
CREATE OR REPLACE FUNCTION goals_serving(cycles bigint[]) RETURNS TABLE (goal_id bigint, priority_id bigint)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE serving(id, priority) AS (
        SELECT g.id, g.priority_id FROM goals_goal g WHERE g.priority_id IS NOT NULL AND g.cycle_id = ANY (cycles)
        UNION
        SELECT a.child_id, serving.priority FROM goals_alignment a JOIN serving ON a.parent_id = serving.id
        WHERE a.state = 'accepted'
    )
    SELECT id, priority FROM serving
$$;

-- The least common denominator of fractions (sql/stand.sql).
CREATE OR REPLACE AGGREGATE kit.lcm_of (numeric) (SFUNC = lcm, STYPE = numeric, INITCOND = '1', PARALLEL = SAFE);

-- Progress and score of every goal of a cycle, counted anew from the key results up, level by level, apart from the
-- drain. A goal's turn comes when all its counted children had theirs; children in other cycles are counted as well.
-- It runs as its owner, since the logins of the product make no temporary tables.
CREATE OR REPLACE FUNCTION goals_recounted(wanted bigint) RETURNS TABLE (goal_id bigint, progress bigint, score bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    added bigint;
BEGIN
    CREATE TEMP TABLE IF NOT EXISTS goals_todo (id bigint PRIMARY KEY) ON COMMIT DROP;
    CREATE TEMP TABLE IF NOT EXISTS goals_done (id bigint PRIMARY KEY, progress bigint, score bigint) ON COMMIT DROP;
    TRUNCATE goals_todo, goals_done;
    INSERT INTO goals_todo
    WITH RECURSIVE below(id) AS (
        SELECT g.id FROM goals_goal g WHERE g.cycle_id = wanted
        UNION SELECT a.child_id FROM goals_alignment a JOIN below ON a.parent_id = below.id
        WHERE a.is_rollup AND a.state = 'accepted'
    )
    SELECT id FROM below;
    LOOP
        INSERT INTO goals_done
        SELECT t.id,
               CASE WHEN count(i.progress) = 0 THEN NULL
                    WHEN sum(i.weight) FILTER (WHERE i.progress IS NOT NULL) = 0
                    THEN kit.half_even(sum(i.progress)::numeric, count(i.progress)::numeric)
                    ELSE kit.half_even(sum(i.weight * i.progress)::numeric,
                                       (sum(i.weight) FILTER (WHERE i.progress IS NOT NULL))::numeric) END,
               CASE WHEN count(i.score) = 0 THEN NULL
                    WHEN sum(i.weight) FILTER (WHERE i.score IS NOT NULL) = 0
                    THEN kit.half_even(sum(i.score)::numeric, count(i.score)::numeric)
                    ELSE kit.half_even(sum(i.weight * i.score)::numeric,
                                       (sum(i.weight) FILTER (WHERE i.score IS NOT NULL))::numeric) END
        FROM goals_todo t
        LEFT JOIN LATERAL (
            SELECT k.weight::bigint AS weight, s.progress::bigint AS progress, s.score::bigint AS score
            FROM goals_keyresult k JOIN goals_keyresultstat s ON s.key_result_id = k.id
            WHERE k.goal_id = t.id AND NOT k.is_dropped
            UNION ALL
            SELECT a.weight, coalesce(c.manual_progress, d.progress), d.score
            FROM goals_alignment a JOIN goals_goal c ON c.id = a.child_id JOIN goals_done d ON d.id = c.id
            WHERE a.parent_id = t.id AND a.is_rollup AND a.state = 'accepted'
              AND (c.state IN ('active', 'changing') OR (c.state = 'closed' AND NOT c.is_dropped))
        ) i ON true
        WHERE NOT EXISTS (SELECT 1 FROM goals_done d WHERE d.id = t.id)
          AND NOT EXISTS (
              SELECT 1 FROM goals_alignment a
              WHERE a.parent_id = t.id AND a.is_rollup AND a.state = 'accepted'
                AND NOT EXISTS (SELECT 1 FROM goals_done d WHERE d.id = a.child_id))
        GROUP BY t.id;
        GET DIAGNOSTICS added = ROW_COUNT;
        EXIT WHEN added = 0;
    END LOOP;
    RETURN QUERY SELECT d.id, d.progress, d.score FROM goals_done d JOIN goals_goal g ON g.id = d.id
                 WHERE g.cycle_id = wanted;
END
$$;

-- Goals of an employment that ended before the owner came back: closed to the line of today (G8).
CREATE OR REPLACE FUNCTION access.former_goals() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT g.id FROM access.returned() r
    JOIN goals_goal g ON g.owner_id = r.person AND g.unit_id IS NULL
    JOIN people_cycle c ON c.id = g.cycle_id
    JOIN people_period q ON q.id = c.period_id
    WHERE q.ends_on < r.since OR g.closed_at < r.since::timestamptz OR g.approved_at < r.since::timestamptz
$$;
