-- The units the one who asks belongs to: the own one and all above it (visibility "the unit").
CREATE OR REPLACE FUNCTION access.units_above() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above(id) AS (
        SELECT unit_id FROM people_person WHERE id = access.actor() AND unit_id IS NOT NULL
        UNION SELECT u.parent_id FROM people_orgunit u JOIN above ON u.id = above.id WHERE u.parent_id IS NOT NULL
    )
    SELECT id FROM above
$$;

-- The units whose goals stand under one of these presets: a preset holds from its unit down to the next one below it.
CREATE OR REPLACE FUNCTION access.preset_units(VARIADIC wanted text[]) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 100 AS $$
    WITH given AS (
        SELECT p.preset, u.place, u.place_end FROM goals_visibilitypreset p JOIN people_orgunit u ON u.id = p.unit_id
    ), holds AS (
        SELECT range_agg(part) AS places FROM given g, LATERAL unnest(
            int8multirange(int8range(g.place, g.place_end, '[]'))
            - coalesce((SELECT range_agg(int8range(b.place, b.place_end, '[]')) FROM given b
                        WHERE b.place > g.place AND b.place_end <= g.place_end), '{}')) part
        WHERE g.preset = ANY (wanted)
    )
    SELECT u.id FROM holds JOIN people_orgunit u ON u.place <@ holds.places
$$;

-- The unit whose preset holds for a goal: the one that owns it, else the owner's.
CREATE OR REPLACE FUNCTION access.goals_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.home_id := coalesce(NEW.unit_id, (SELECT unit_id FROM people_person WHERE id = NEW.owner_id));
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS goals_home ON goals_goal;
CREATE TRIGGER goals_home BEFORE INSERT OR UPDATE OF owner_id, unit_id ON goals_goal
    FOR EACH ROW EXECUTE FUNCTION access.goals_home();

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
-- it has a snapshot of its own and sees what the other committed. By index only: a plan made while the table was small
-- would read all of it for each row of a large import.
CREATE OR REPLACE FUNCTION access.goals_no_circle() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
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

-- Places are renumbered now and then, and people change units; their goals follow in the same statement.
CREATE OR REPLACE FUNCTION access.goals_follow_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE goals_goal g SET owner_place = n.place, home_id = coalesce(g.unit_id, n.unit_id)
    FROM after_rows n JOIN before_rows o ON o.id = n.id
    WHERE (n.place, n.unit_id) IS DISTINCT FROM (o.place, o.unit_id) AND g.owner_id = n.id;
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

-- The least common denominator of fractions (goals_stand).
CREATE OR REPLACE AGGREGATE kit.lcm_of (numeric) (SFUNC = lcm, STYPE = numeric, INITCOND = '1', PARALLEL = SAFE);

-- How goals of one cycle stand on a day, from their key results and the stored numbers of their children; writes the
-- narrow rows that differ, or that are of another day. Gives the goals whose numbers changed, their parents in this cycle,
-- those in others, and which others. Expected progress is an exact fraction (n/d) up to the one rounding; items of one
-- denominator are added up first. The twin is queries.standing.numbers with rules.rollup.write. `limits`: the rules of
-- health as numerators and denominators, and the days of silence.
CREATE OR REPLACE FUNCTION goals_stand(
    of_cycle bigint, on_day date, goals bigint[], limits numeric[],
    OUT moved bigint[], OUT upward bigint[], OUT elsewhere bigint[], OUT others bigint[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ahead_n numeric := limits[1]; ahead_d numeric := limits[2]; on_n numeric := limits[3]; on_d numeric := limits[4];
    risk_n numeric := limits[5]; risk_d numeric := limits[6]; early_n numeric := limits[7]; early_d numeric := limits[8];
    silent int := limits[9];
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT g.id, g.start, g.due, g.manual_progress, coalesce(g.unit_id, p.unit_id) AS unit_id,
               CASE WHEN g.state IN ('active', 'changing', 'closed') AND NOT g.is_dropped THEN g.cycle_id END AS on_board
        FROM unnest(goals) AS one (id)
        JOIN goals_goal g ON g.id = one.id AND g.cycle_id = of_cycle
        JOIN people_person p ON p.id = g.owner_id
    ), step AS MATERIALIZED (
        SELECT k.id, sum(m.weight) AS whole, count(*) AS steps,
               coalesce(sum(m.weight) FILTER (WHERE m.due <= on_day), 0) AS reached,
               count(*) FILTER (WHERE m.due <= on_day) AS passed
        FROM wanted w
        JOIN goals_keyresult k ON k.goal_id = w.id AND k.measure = 'milestones'
        JOIN goals_milestone m ON m.key_result_id = k.id
        GROUP BY k.id
    ), measured AS (
        SELECT k.goal_id, k.weight, s.progress, s.score, NOT k.is_dropped AS counted, s.behind,
               nullif(s.risk_update, 0) AS risk, s.risk_is_shared, s.updated_on, k.start,
               k.measure IN ('within', 'band') AND on_day < k.due AS holds,
               CASE k.measure WHEN 'within' THEN 1 WHEN 'yes_no' THEN (on_day >= k.due)::int
                              WHEN 'milestones' THEN CASE WHEN step.whole > 0 THEN step.reached ELSE step.passed END
                              ELSE greatest(0, least(on_day - k.start, k.due - k.start)) END AS n,
               CASE k.measure WHEN 'within' THEN 1 WHEN 'yes_no' THEN 1
                              WHEN 'milestones' THEN CASE WHEN step.whole > 0 THEN step.whole ELSE step.steps END
                              ELSE k.due - k.start END AS d
        FROM wanted w
        JOIN goals_keyresult k ON k.goal_id = w.id
        LEFT JOIN goals_keyresultstat s ON s.key_result_id = k.id
        LEFT JOIN step ON step.id = k.id
    ), item AS (
        SELECT goal_id, weight, progress, score, counted, behind, risk, risk_is_shared, updated_on, holds,
               CASE WHEN d IS NOT NULL THEN progress END AS stands, coalesce(n, 0) AS n, coalesce(d, 1) AS d,
               coalesce(n, 0) > 0 AND (progress < 1000000 OR holds OR progress IS NULL)
                   AND on_day - coalesce(updated_on, start) > silent AS quiet
        FROM measured
        UNION ALL
        SELECT a.parent_id, a.weight, coalesce(c.manual_progress, s.progress), s.score,
               c.state IN ('active', 'changing') OR (c.state = 'closed' AND NOT c.is_dropped), NULL, NULL, NULL, NULL,
               coalesce(s.holds_to_end, false), coalesce(c.manual_progress, s.progress), coalesce(s.expected, 0), 1000000,
               coalesce(s.health = 'not_updated', false)
        FROM wanted w
        JOIN goals_alignment a ON a.parent_id = w.id AND a.is_rollup AND a.state = 'accepted'
        JOIN goals_goal c ON c.id = a.child_id
        LEFT JOIN goals_goalstat s ON s.goal_id = c.id
    ), alike AS (
        SELECT goal_id, d::numeric AS d, max(updated_on) AS updated_on, max(behind) FILTER (WHERE counted) AS behind,
               count(risk) FILTER (WHERE counted) AS risks,
               count(risk) FILTER (WHERE counted AND risk_is_shared) AS shared_risks,
               max(risk) FILTER (WHERE counted) AS risk_update,
               sum(weight * progress::bigint) FILTER (WHERE counted) AS p_n,
               sum(weight) FILTER (WHERE counted AND progress IS NOT NULL) AS p_w,
               sum(progress) FILTER (WHERE counted) AS p_sum,
               count(progress) FILTER (WHERE counted) AS p_count,
               sum(weight * score::bigint) FILTER (WHERE counted) AS s_n,
               sum(weight) FILTER (WHERE counted AND score IS NOT NULL) AS s_w,
               sum(score) FILTER (WHERE counted) AS s_sum,
               count(score) FILTER (WHERE counted) AS s_count,
               sum(weight * n) FILTER (WHERE counted AND stands IS NOT NULL) AS e_n,
               sum(weight) FILTER (WHERE counted AND stands IS NOT NULL) AS e_w,
               sum(n) FILTER (WHERE counted AND stands IS NOT NULL) AS e_sum,
               count(*) FILTER (WHERE counted AND stands IS NOT NULL) AS e_count,
               bool_or(holds) FILTER (WHERE counted) AS holds,
               bool_and(quiet) FILTER (WHERE counted) AS quiet
        FROM item GROUP BY goal_id, d
    ), common AS (
        SELECT *, kit.lcm_of(d) OVER (PARTITION BY goal_id) AS lcm FROM alike
    ), summed AS MATERIALIZED (
        SELECT goal_id, max(updated_on) AS updated_on, min(lcm) AS lcm,
               coalesce(max(behind), 0) AS behind, sum(risks) AS risks,
               sum(shared_risks) AS shared_risks,
               max(risk_update) AS risk_update,
               sum(p_n) AS p_n, sum(p_w) AS p_w, sum(p_sum) AS p_sum, sum(p_count) AS p_count,
               sum(s_n) AS s_n, sum(s_w) AS s_w, sum(s_sum) AS s_sum, sum(s_count) AS s_count,
               sum(e_n * div(lcm, d)) AS e_n, sum(e_w) AS e_w, sum(e_sum * div(lcm, d)) AS e_sum, sum(e_count) AS e_count,
               coalesce(bool_or(holds), false) AS holds,
               coalesce(bool_and(quiet), false) AS quiet
        FROM common GROUP BY goal_id
    ), rolled AS (
        SELECT w.id, w.unit_id, w.on_board, coalesce(s.behind, 0) AS behind, coalesce(s.risks, 0)::smallint AS risks,
               coalesce(s.shared_risks, 0)::smallint AS shared_risks, s.risk_update, s.updated_on, coalesce(s.holds, false) AS holds, coalesce(s.quiet, false) AS quiet, w.manual_progress,
               CASE WHEN coalesce(s.p_count, 0) = 0 THEN NULL WHEN s.p_w = 0 THEN kit.half_even(s.p_sum, s.p_count)
                    ELSE kit.half_even(s.p_n, s.p_w) END AS progress,
               CASE WHEN coalesce(s.s_count, 0) = 0 THEN NULL WHEN s.s_w = 0 THEN kit.half_even(s.s_sum, s.s_count)
                    ELSE kit.half_even(s.s_n, s.s_w) END AS score,
               CASE WHEN coalesce(s.e_count, 0) = 0 THEN greatest(0, least(on_day - w.start, w.due - w.start))
                    WHEN s.e_w = 0 THEN s.e_sum ELSE s.e_n END::numeric AS n,
               CASE WHEN coalesce(s.e_count, 0) = 0 THEN w.due - w.start
                    WHEN s.e_w = 0 THEN s.e_count * s.lcm ELSE s.e_w * s.lcm END::numeric AS d
        FROM wanted w LEFT JOIN summed s ON s.goal_id = w.id
        OFFSET 0
    ), judged AS (
        SELECT id, progress::int AS progress, score::int AS score, holds, updated_on, unit_id, behind, risks, shared_risks,
               risk_update, on_board, expected, expected - coalesce(up, 0)::int AS gap,
               CASE WHEN up >= 1000000 AND NOT holds THEN 'done'
                    WHEN quiet THEN 'not_updated'
                    WHEN n * early_d < d * early_n THEN 'early'
                    WHEN up IS NULL OR n = 0 THEN 'not_measured'
                    WHEN up * d * ahead_d >= n * 1000000 * ahead_n THEN 'ahead'
                    WHEN up * d * on_d >= n * 1000000 * on_n THEN 'on_track'
                    WHEN up * d * risk_d >= n * 1000000 * risk_n THEN 'at_risk'
                    ELSE 'off_track' END AS health
        FROM (SELECT *, coalesce(manual_progress, progress) AS up, kit.half_even(n * 1000000, d)::int AS expected
              FROM rolled) r
    ), compared AS (
        SELECT j.*, s.as_of, s.goal_id IS NULL AS is_new, s.goal_id IS NULL OR
               (s.progress, s.score, s.expected, s.health, s.holds_to_end, s.updated_on, s.cycle_id, s.unit_id, s.gap,
                s.behind, s.risks, s.shared_risks, s.risk_update)
               IS DISTINCT FROM
               (j.progress, j.score, j.expected, j.health, j.holds, j.updated_on, j.on_board, j.unit_id, j.gap,
                j.behind, j.risks, j.shared_risks, j.risk_update) AS changed
        FROM judged j LEFT JOIN goals_goalstat s ON s.goal_id = j.id
    ), fresh AS MATERIALIZED (
        SELECT * FROM compared WHERE changed OR as_of IS DISTINCT FROM on_day
    ), rewritten AS (
        UPDATE goals_goalstat s SET progress = f.progress, score = f.score, expected = f.expected, health = f.health,
            holds_to_end = f.holds, updated_on = f.updated_on, as_of = on_day, cycle_id = f.on_board,
            unit_id = f.unit_id, gap = f.gap, behind = f.behind, risks = f.risks, shared_risks = f.shared_risks,
            risk_update = f.risk_update
        FROM fresh f WHERE s.goal_id = f.id AND NOT f.is_new
    ), written AS (
        INSERT INTO goals_goalstat
            (goal_id, progress, score, expected, health, holds_to_end, updated_on, as_of, cycle_id, unit_id, gap, behind,
             risks, shared_risks, risk_update)
        SELECT id, progress, score, expected, health, holds, updated_on, on_day, on_board, unit_id, gap, behind, risks,
               shared_risks, risk_update
        FROM fresh WHERE is_new
    ), above AS (
        SELECT DISTINCT a.parent_id AS id, p.cycle_id = of_cycle AS inside, p.cycle_id
        FROM fresh
        JOIN goals_alignment a ON a.child_id = fresh.id AND a.is_rollup AND a.state = 'accepted'
        JOIN goals_goal p ON p.id = a.parent_id
        WHERE fresh.changed
    )
    SELECT (SELECT array_agg(id) FROM fresh WHERE changed), (SELECT array_agg(id) FROM above WHERE inside),
           (SELECT array_agg(id) FROM above WHERE NOT inside), (SELECT array_agg(DISTINCT cycle_id) FROM above WHERE NOT inside)
    INTO moved, upward, elsewhere, others;
END
$$;

-- The same for goals of a cycle (NULL: for all of them), then level by level for the parents of those that changed; what
-- it reaches in other cycles is marked there. Few goals are found by index, by a plan made once in a session; for very
-- many the tables are joined whole. Of rows written a moment ago the planner knows nothing: left to itself it looped for
-- minutes.
CREATE OR REPLACE FUNCTION goals_climb(
    of_cycle bigint, on_day date, due bigint[], limits numeric[], OUT moved bigint[], OUT others bigint[]
) LANGUAGE plpgsql SET plan_cache_mode = auto SET enable_nestloop = on SET enable_seqscan = on AS $$
DECLARE
    level bigint[] := coalesce(due, ARRAY(SELECT id FROM goals_goal WHERE cycle_id = of_cycle));
    whole bool := due IS NULL OR cardinality(due) > 20000;
    step int;
    part record;
    above bigint[];
BEGIN
    WHILE cardinality(level) > 0 LOOP
        PERFORM set_config('plan_cache_mode', CASE WHEN whole THEN 'force_custom_plan' ELSE 'force_generic_plan' END, true),
                set_config('enable_nestloop', (NOT whole)::text, true), set_config('enable_seqscan', whole::text, true);
        step := CASE WHEN whole THEN cardinality(level) ELSE 500 END;
        above := ARRAY[]::bigint[];
        FOR n IN 1 .. cardinality(level) BY step LOOP
            SELECT * INTO part FROM goals_stand(of_cycle, on_day, level[n : n + step - 1], limits);
            moved := moved || part.moved;
            others := others || part.others;
            above := above || part.upward;
            INSERT INTO goals_rollupdue (goal_id) SELECT unnest(part.elsewhere);
        END LOOP;
        level := ARRAY(SELECT DISTINCT unnest(above));
        whole := cardinality(level) > 20000;
    END LOOP;
END
$$;

-- Takes what is marked in a cycle and climbs from it, until nothing is; gives the other cycles it reached. Each statement
-- sees what was committed before it began.
CREATE OR REPLACE FUNCTION goals_drained(of_cycle bigint, on_day date, limits numeric[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    due bigint[];
    found bigint[] := ARRAY[]::bigint[];
BEGIN
    LOOP
        WITH taken AS (
            DELETE FROM goals_rollupdue d USING goals_goal g WHERE g.id = d.goal_id AND g.cycle_id = of_cycle
            RETURNING d.goal_id
        )
        SELECT array_agg(DISTINCT goal_id) INTO due FROM taken;
        EXIT WHEN due IS NULL;
        found := found || (SELECT c.others FROM goals_climb(of_cycle, on_day, due, limits) c);
    END LOOP;
    RETURN found;
END
$$;

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
