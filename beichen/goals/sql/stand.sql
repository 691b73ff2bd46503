-- How goals of one cycle stand on a day, from their key results and the stored numbers of their children; writes the
-- narrow rows that differ, or that are of another day. Gives the goals whose numbers changed, their parents in this cycle,
-- those in others, and which others. Expected progress is an exact fraction (n/d) up to the one rounding. The twin is
-- queries.standing.numbers with rules.rollup.write.
WITH wanted AS MATERIALIZED (
    SELECT g.id, g.start, g.due, g.manual_progress, coalesce(g.unit_id, p.unit_id) AS unit_id,
           CASE WHEN g.state IN ('active', 'changing', 'closed') AND NOT g.is_dropped THEN g.cycle_id END AS on_board
    FROM goals_goal g JOIN people_person p ON p.id = g.owner_id
    WHERE g.cycle_id = %(cycle)s AND (%(all)s OR g.id = ANY (%(ids)s::bigint[]))
), step AS (
    SELECT k.id, sum(m.weight) AS whole, count(*) AS steps,
           coalesce(sum(m.weight) FILTER (WHERE m.due <= %(day)s), 0) AS reached,
           count(*) FILTER (WHERE m.due <= %(day)s) AS passed
    FROM wanted w
    JOIN goals_keyresult k ON k.goal_id = w.id AND k.measure = 'milestones'
    JOIN goals_milestone m ON m.key_result_id = k.id
    GROUP BY k.id
), measured AS (
    SELECT k.goal_id, k.weight::numeric AS weight, s.progress::numeric AS progress, s.score::numeric AS score,
           NOT k.is_dropped AS counted, s.behind, nullif(s.risk_update, 0) AS risk, s.risk_is_shared, s.updated_on, k.start, k.measure = 'milestones' AND step.id IS NULL AS never,
           k.measure IN ('within', 'band') AND %(day)s::date < k.due AS holds,
           (CASE k.measure WHEN 'within' THEN 1 WHEN 'yes_no' THEN (%(day)s::date >= k.due)::int
                           WHEN 'milestones' THEN CASE WHEN step.whole > 0 THEN step.reached ELSE step.passed END
                           ELSE greatest(0, least(%(day)s::date - k.start, k.due - k.start)) END)::numeric AS n,
           (CASE k.measure WHEN 'within' THEN 1 WHEN 'yes_no' THEN 1
                           WHEN 'milestones' THEN CASE WHEN step.whole > 0 THEN step.whole ELSE step.steps END
                           ELSE k.due - k.start END)::numeric AS d
    FROM wanted w
    JOIN goals_keyresult k ON k.goal_id = w.id
    LEFT JOIN goals_keyresultstat s ON s.key_result_id = k.id
    LEFT JOIN step ON step.id = k.id
), item AS (
    SELECT goal_id, weight, progress, score, counted, behind, risk, risk_is_shared, updated_on, holds AND NOT never AS holds,
           CASE WHEN never THEN NULL ELSE progress END AS stands, coalesce(n, 0) AS n, coalesce(d, 1) AS d,
           NOT never AND NOT coalesce(progress >= 1000000 AND NOT holds, false)
               AND n > 0 AND %(day)s::date - coalesce(updated_on, start) > %(silent)s AS quiet
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
), common AS (
    SELECT *, kit.lcm_of(d) OVER (PARTITION BY goal_id) AS lcm FROM item
), summed AS (
    SELECT goal_id, max(updated_on) AS updated_on, min(lcm) AS lcm,
           coalesce(max(behind) FILTER (WHERE counted), 0) AS behind, count(risk) FILTER (WHERE counted) AS risks,
           count(risk) FILTER (WHERE counted AND risk_is_shared) AS shared_risks,
           max(risk) FILTER (WHERE counted) AS risk_update,
           sum(weight * progress) FILTER (WHERE counted) AS p_n,
           sum(weight) FILTER (WHERE counted AND progress IS NOT NULL) AS p_w,
           sum(progress) FILTER (WHERE counted) AS p_sum,
           count(progress) FILTER (WHERE counted) AS p_count,
           sum(weight * score) FILTER (WHERE counted) AS s_n,
           sum(weight) FILTER (WHERE counted AND score IS NOT NULL) AS s_w,
           sum(score) FILTER (WHERE counted) AS s_sum,
           count(score) FILTER (WHERE counted) AS s_count,
           sum(weight * n * div(lcm, d)) FILTER (WHERE counted AND stands IS NOT NULL) AS e_n,
           sum(weight) FILTER (WHERE counted AND stands IS NOT NULL) AS e_w,
           sum(n * div(lcm, d)) FILTER (WHERE counted AND stands IS NOT NULL) AS e_sum,
           count(*) FILTER (WHERE counted AND stands IS NOT NULL) AS e_count,
           coalesce(bool_or(holds) FILTER (WHERE counted), false) AS holds,
           coalesce(bool_and(quiet) FILTER (WHERE counted), false) AS quiet
    FROM common GROUP BY goal_id
), rolled AS (
    SELECT w.id, w.unit_id, w.on_board, coalesce(s.behind, 0) AS behind, coalesce(s.risks, 0)::smallint AS risks,
           coalesce(s.shared_risks, 0)::smallint AS shared_risks, s.risk_update, s.updated_on, coalesce(s.holds, false) AS holds, coalesce(s.quiet, false) AS quiet, w.manual_progress,
           CASE WHEN coalesce(s.p_count, 0) = 0 THEN NULL WHEN s.p_w = 0 THEN kit.half_even(s.p_sum, s.p_count)
                ELSE kit.half_even(s.p_n, s.p_w) END AS progress,
           CASE WHEN coalesce(s.s_count, 0) = 0 THEN NULL WHEN s.s_w = 0 THEN kit.half_even(s.s_sum, s.s_count)
                ELSE kit.half_even(s.s_n, s.s_w) END AS score,
           CASE WHEN coalesce(s.e_count, 0) = 0 THEN greatest(0, least(%(day)s::date - w.start, w.due - w.start))
                WHEN s.e_w = 0 THEN s.e_sum ELSE s.e_n END::numeric AS n,
           CASE WHEN coalesce(s.e_count, 0) = 0 THEN w.due - w.start
                WHEN s.e_w = 0 THEN s.e_count * s.lcm ELSE s.e_w * s.lcm END::numeric AS d
    FROM wanted w LEFT JOIN summed s ON s.goal_id = w.id
), judged AS (
    SELECT id, progress::int AS progress, score::int AS score, holds, updated_on, unit_id, behind, risks, shared_risks,
           risk_update, on_board, expected, expected - coalesce(up, 0)::int AS gap,
           CASE WHEN up >= 1000000 AND NOT holds THEN 'done'
                WHEN quiet THEN 'not_updated'
                WHEN n * %(early_d)s < d * %(early_n)s THEN 'early'
                WHEN up IS NULL OR n = 0 THEN 'not_measured'
                WHEN up * d * %(ahead_d)s >= n * 1000000 * %(ahead_n)s THEN 'ahead'
                WHEN up * d * %(on_d)s >= n * 1000000 * %(on_n)s THEN 'on_track'
                WHEN up * d * %(risk_d)s >= n * 1000000 * %(risk_n)s THEN 'at_risk'
                ELSE 'off_track' END AS health
    FROM (SELECT *, coalesce(manual_progress, progress) AS up, kit.half_even(n * 1000000, d)::int AS expected
          FROM rolled) r
), compared AS (
    SELECT j.*, s.as_of, s.goal_id IS NULL OR
           (s.progress, s.score, s.expected, s.health, s.holds_to_end, s.updated_on, s.cycle_id, s.unit_id, s.gap,
            s.behind, s.risks, s.shared_risks, s.risk_update)
           IS DISTINCT FROM
           (j.progress, j.score, j.expected, j.health, j.holds, j.updated_on, j.on_board, j.unit_id, j.gap,
            j.behind, j.risks, j.shared_risks, j.risk_update) AS changed
    FROM judged j LEFT JOIN goals_goalstat s ON s.goal_id = j.id
), fresh AS MATERIALIZED (
    SELECT * FROM compared WHERE changed OR as_of IS DISTINCT FROM %(day)s::date
), written AS (
    INSERT INTO goals_goalstat
        (goal_id, progress, score, expected, health, holds_to_end, updated_on, as_of, cycle_id, unit_id, gap, behind,
         risks, shared_risks, risk_update)
    SELECT id, progress, score, expected, health, holds, updated_on, %(day)s, on_board, unit_id, gap, behind, risks,
           shared_risks, risk_update
    FROM fresh
    ON CONFLICT (goal_id) DO UPDATE SET progress = excluded.progress, score = excluded.score,
        expected = excluded.expected, health = excluded.health, holds_to_end = excluded.holds_to_end,
        updated_on = excluded.updated_on, as_of = excluded.as_of, cycle_id = excluded.cycle_id,
        unit_id = excluded.unit_id, gap = excluded.gap, behind = excluded.behind, risks = excluded.risks,
        shared_risks = excluded.shared_risks, risk_update = excluded.risk_update
), above AS (
    SELECT DISTINCT a.parent_id AS id, p.cycle_id = %(cycle)s AS inside, p.cycle_id
    FROM fresh
    JOIN goals_alignment a ON a.child_id = fresh.id AND a.is_rollup AND a.state = 'accepted'
    JOIN goals_goal p ON p.id = a.parent_id
    WHERE fresh.changed
)
SELECT coalesce((SELECT array_agg(id ORDER BY id) FROM fresh WHERE changed), ARRAY[]::bigint[]),
       coalesce((SELECT array_agg(id ORDER BY id) FROM above WHERE inside), ARRAY[]::bigint[]),
       coalesce((SELECT array_agg(id ORDER BY id) FROM above WHERE NOT inside), ARRAY[]::bigint[]),
       coalesce((SELECT array_agg(DISTINCT cycle_id) FROM above WHERE NOT inside), ARRAY[]::bigint[])
