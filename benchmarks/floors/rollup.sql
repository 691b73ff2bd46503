-- How every goal of a cycle stands on a day, level by level from the key results: progress, score, expected progress, health
-- and what the board lists; what differs from the stored row is written. The same answer as the roll-up's, in plain numbers
-- (rounded quotients instead of exact fractions, the rules of health of the company written out).
CREATE TEMP TABLE floor_height ON COMMIT DROP AS
WITH RECURSIVE up (id, height) AS (
    SELECT g.id, 0 FROM goals_goal g WHERE g.cycle_id = %(cycle)s
    UNION
    SELECT a.parent_id, up.height + 1 FROM up JOIN goals_alignment a ON a.child_id = up.id
    WHERE a.is_rollup AND a.state = 'accepted'
)
SELECT id, max(height) AS height FROM up GROUP BY id;
CREATE TEMP TABLE floor_item ON COMMIT DROP AS
SELECT k.goal_id, h.height, k.weight, s.progress, s.score, s.behind, nullif(s.risk_update, 0) AS risk, s.risk_is_shared,
       s.updated_on, NOT k.is_dropped AS counted, k.measure IN ('within', 'band') AND %(day)s::date < k.due AS holds,
       CASE k.measure WHEN 'within' THEN 1 WHEN 'yes_no' THEN (%(day)s::date >= k.due)::int
                      WHEN 'milestones' THEN coalesce(m.reached / m.whole, m.passed)
                      ELSE greatest(0, least(%(day)s::date - k.start, k.due - k.start))::float / (k.due - k.start)
       END AS expected,
       %(day)s::date - coalesce(s.updated_on, k.start) > 17 AS silent
FROM floor_height h
JOIN goals_keyresult k ON k.goal_id = h.id
LEFT JOIN goals_keyresultstat s ON s.key_result_id = k.id
LEFT JOIN (
    SELECT key_result_id, nullif(sum(weight), 0)::float AS whole,
           coalesce(sum(weight) FILTER (WHERE due <= %(day)s), 0) AS reached,
           count(*) FILTER (WHERE due <= %(day)s)::float / count(*) AS passed
    FROM goals_milestone GROUP BY key_result_id
) m ON m.key_result_id = k.id;
CREATE TEMP TABLE floor_done (
    goal_id bigint PRIMARY KEY, progress int, score int, expected int, holds bool, quiet bool, updated_on date, behind int,
    risks int, shared_risks int, risk_update bigint
) ON COMMIT DROP;
ANALYZE floor_height;
ANALYZE floor_item;
INSERT INTO floor_done
SELECT goal_id, round(coalesce(sum(weight * progress::float) / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(progress))),
       round(coalesce(sum(weight * score::float) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0), avg(score))),
       round(1000000 * coalesce(sum(weight * expected) FILTER (WHERE progress IS NOT NULL)
             / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(expected) FILTER (WHERE progress IS NOT NULL))),
       bool_or(holds), bool_and(coalesce(expected, 0) > 0 AND silent AND NOT coalesce(progress >= 1000000 AND NOT holds, false)),
       max(updated_on), max(behind), count(risk), count(risk) FILTER (WHERE risk_is_shared), max(risk)
FROM floor_item WHERE height = 0 AND counted GROUP BY goal_id;
ANALYZE floor_done;
INSERT INTO floor_done
SELECT goal_id, round(coalesce(sum(weight * progress::float) / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(progress))),
       round(coalesce(sum(weight * score::float) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0), avg(score))),
       round(1000000 * coalesce(sum(weight * expected) FILTER (WHERE progress IS NOT NULL)
             / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(expected) FILTER (WHERE progress IS NOT NULL))),
       bool_or(holds), bool_and(quiet), max(updated_on), max(behind), count(risk), count(risk) FILTER (WHERE risk_is_shared), max(risk)
FROM (
    SELECT goal_id, weight, progress, score, expected, holds, updated_on, behind, risk, risk_is_shared,
           coalesce(expected, 0) > 0 AND silent AND NOT coalesce(progress >= 1000000 AND NOT holds, false) AS quiet
    FROM floor_item WHERE height = 1 AND counted
    UNION ALL
    SELECT a.parent_id, a.weight, coalesce(c.manual_progress, d.progress), d.score, d.expected / 1e6, d.holds, NULL, NULL, NULL, NULL,
           d.quiet AND NOT coalesce(coalesce(c.manual_progress, d.progress) >= 1000000 AND NOT d.holds, false)
    FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id
    JOIN goals_goal c ON c.id = a.child_id AND c.state IN ('active', 'changing', 'closed') AND NOT c.is_dropped
    WHERE h.height = 1
) i GROUP BY goal_id;
INSERT INTO floor_done
SELECT goal_id, round(coalesce(sum(weight * progress::float) / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(progress))),
       round(coalesce(sum(weight * score::float) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0), avg(score))),
       round(1000000 * coalesce(sum(weight * expected) FILTER (WHERE progress IS NOT NULL)
             / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(expected) FILTER (WHERE progress IS NOT NULL))),
       bool_or(holds), bool_and(quiet), max(updated_on), max(behind), count(risk), count(risk) FILTER (WHERE risk_is_shared), max(risk)
FROM (
    SELECT goal_id, weight, progress, score, expected, holds, updated_on, behind, risk, risk_is_shared,
           coalesce(expected, 0) > 0 AND silent AND NOT coalesce(progress >= 1000000 AND NOT holds, false) AS quiet
    FROM floor_item WHERE height = 2 AND counted
    UNION ALL
    SELECT a.parent_id, a.weight, coalesce(c.manual_progress, d.progress), d.score, d.expected / 1e6, d.holds, NULL, NULL, NULL, NULL,
           d.quiet AND NOT coalesce(coalesce(c.manual_progress, d.progress) >= 1000000 AND NOT d.holds, false)
    FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id
    JOIN goals_goal c ON c.id = a.child_id AND c.state IN ('active', 'changing', 'closed') AND NOT c.is_dropped
    WHERE h.height = 2
) i GROUP BY goal_id;
INSERT INTO floor_done
SELECT goal_id, round(coalesce(sum(weight * progress::float) / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(progress))),
       round(coalesce(sum(weight * score::float) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0), avg(score))),
       round(1000000 * coalesce(sum(weight * expected) FILTER (WHERE progress IS NOT NULL)
             / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(expected) FILTER (WHERE progress IS NOT NULL))),
       bool_or(holds), bool_and(quiet), max(updated_on), max(behind), count(risk), count(risk) FILTER (WHERE risk_is_shared), max(risk)
FROM (
    SELECT goal_id, weight, progress, score, expected, holds, updated_on, behind, risk, risk_is_shared,
           coalesce(expected, 0) > 0 AND silent AND NOT coalesce(progress >= 1000000 AND NOT holds, false) AS quiet
    FROM floor_item WHERE height = 3 AND counted
    UNION ALL
    SELECT a.parent_id, a.weight, coalesce(c.manual_progress, d.progress), d.score, d.expected / 1e6, d.holds, NULL, NULL, NULL, NULL,
           d.quiet AND NOT coalesce(coalesce(c.manual_progress, d.progress) >= 1000000 AND NOT d.holds, false)
    FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id
    JOIN goals_goal c ON c.id = a.child_id AND c.state IN ('active', 'changing', 'closed') AND NOT c.is_dropped
    WHERE h.height = 3
) i GROUP BY goal_id;
INSERT INTO floor_done
SELECT goal_id, round(coalesce(sum(weight * progress::float) / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(progress))),
       round(coalesce(sum(weight * score::float) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0), avg(score))),
       round(1000000 * coalesce(sum(weight * expected) FILTER (WHERE progress IS NOT NULL)
             / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(expected) FILTER (WHERE progress IS NOT NULL))),
       bool_or(holds), bool_and(quiet), max(updated_on), max(behind), count(risk), count(risk) FILTER (WHERE risk_is_shared), max(risk)
FROM (
    SELECT goal_id, weight, progress, score, expected, holds, updated_on, behind, risk, risk_is_shared,
           coalesce(expected, 0) > 0 AND silent AND NOT coalesce(progress >= 1000000 AND NOT holds, false) AS quiet
    FROM floor_item WHERE height = 4 AND counted
    UNION ALL
    SELECT a.parent_id, a.weight, coalesce(c.manual_progress, d.progress), d.score, d.expected / 1e6, d.holds, NULL, NULL, NULL, NULL,
           d.quiet AND NOT coalesce(coalesce(c.manual_progress, d.progress) >= 1000000 AND NOT d.holds, false)
    FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id
    JOIN goals_goal c ON c.id = a.child_id AND c.state IN ('active', 'changing', 'closed') AND NOT c.is_dropped
    WHERE h.height = 4
) i GROUP BY goal_id;
INSERT INTO floor_done
SELECT goal_id, round(coalesce(sum(weight * progress::float) / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(progress))),
       round(coalesce(sum(weight * score::float) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0), avg(score))),
       round(1000000 * coalesce(sum(weight * expected) FILTER (WHERE progress IS NOT NULL)
             / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(expected) FILTER (WHERE progress IS NOT NULL))),
       bool_or(holds), bool_and(quiet), max(updated_on), max(behind), count(risk), count(risk) FILTER (WHERE risk_is_shared), max(risk)
FROM (
    SELECT goal_id, weight, progress, score, expected, holds, updated_on, behind, risk, risk_is_shared,
           coalesce(expected, 0) > 0 AND silent AND NOT coalesce(progress >= 1000000 AND NOT holds, false) AS quiet
    FROM floor_item WHERE height = 5 AND counted
    UNION ALL
    SELECT a.parent_id, a.weight, coalesce(c.manual_progress, d.progress), d.score, d.expected / 1e6, d.holds, NULL, NULL, NULL, NULL,
           d.quiet AND NOT coalesce(coalesce(c.manual_progress, d.progress) >= 1000000 AND NOT d.holds, false)
    FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id
    JOIN goals_goal c ON c.id = a.child_id AND c.state IN ('active', 'changing', 'closed') AND NOT c.is_dropped
    WHERE h.height = 5
) i GROUP BY goal_id;
INSERT INTO floor_done
SELECT goal_id, round(coalesce(sum(weight * progress::float) / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(progress))),
       round(coalesce(sum(weight * score::float) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0), avg(score))),
       round(1000000 * coalesce(sum(weight * expected) FILTER (WHERE progress IS NOT NULL)
             / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(expected) FILTER (WHERE progress IS NOT NULL))),
       bool_or(holds), bool_and(quiet), max(updated_on), max(behind), count(risk), count(risk) FILTER (WHERE risk_is_shared), max(risk)
FROM (
    SELECT goal_id, weight, progress, score, expected, holds, updated_on, behind, risk, risk_is_shared,
           coalesce(expected, 0) > 0 AND silent AND NOT coalesce(progress >= 1000000 AND NOT holds, false) AS quiet
    FROM floor_item WHERE height = 6 AND counted
    UNION ALL
    SELECT a.parent_id, a.weight, coalesce(c.manual_progress, d.progress), d.score, d.expected / 1e6, d.holds, NULL, NULL, NULL, NULL,
           d.quiet AND NOT coalesce(coalesce(c.manual_progress, d.progress) >= 1000000 AND NOT d.holds, false)
    FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id
    JOIN goals_goal c ON c.id = a.child_id AND c.state IN ('active', 'changing', 'closed') AND NOT c.is_dropped
    WHERE h.height = 6
) i GROUP BY goal_id;
INSERT INTO floor_done
SELECT goal_id, round(coalesce(sum(weight * progress::float) / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(progress))),
       round(coalesce(sum(weight * score::float) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0), avg(score))),
       round(1000000 * coalesce(sum(weight * expected) FILTER (WHERE progress IS NOT NULL)
             / nullif(sum(weight) FILTER (WHERE progress IS NOT NULL), 0), avg(expected) FILTER (WHERE progress IS NOT NULL))),
       bool_or(holds), bool_and(quiet), max(updated_on), max(behind), count(risk), count(risk) FILTER (WHERE risk_is_shared), max(risk)
FROM (
    SELECT goal_id, weight, progress, score, expected, holds, updated_on, behind, risk, risk_is_shared,
           coalesce(expected, 0) > 0 AND silent AND NOT coalesce(progress >= 1000000 AND NOT holds, false) AS quiet
    FROM floor_item WHERE height = 7 AND counted
    UNION ALL
    SELECT a.parent_id, a.weight, coalesce(c.manual_progress, d.progress), d.score, d.expected / 1e6, d.holds, NULL, NULL, NULL, NULL,
           d.quiet AND NOT coalesce(coalesce(c.manual_progress, d.progress) >= 1000000 AND NOT d.holds, false)
    FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id
    JOIN goals_goal c ON c.id = a.child_id AND c.state IN ('active', 'changing', 'closed') AND NOT c.is_dropped
    WHERE h.height = 7
) i GROUP BY goal_id;
WITH stands AS (
    SELECT g.id, d.*, coalesce(g.manual_progress, d.progress) AS up, coalesce(g.unit_id, p.unit_id) AS unit_id,
           CASE WHEN g.state IN ('active', 'changing', 'closed') AND NOT g.is_dropped THEN g.cycle_id END AS cycle_id,
           coalesce(d.expected, 1000000.0 * greatest(0, least(%(day)s::date - g.start, g.due - g.start)) / (g.due - g.start)) AS due
    FROM goals_goal g JOIN people_person p ON p.id = g.owner_id LEFT JOIN floor_done d ON d.goal_id = g.id
    WHERE g.cycle_id = %(cycle)s
), judged AS (
    SELECT *, CASE WHEN up >= 1000000 AND NOT holds THEN 'done' WHEN quiet THEN 'not_updated' WHEN due < 100000 THEN 'early'
                   WHEN up IS NULL OR due = 0 THEN 'not_measured' WHEN up >= due * 1.1 THEN 'ahead'
                   WHEN up >= due * 0.9 THEN 'on_track' WHEN up >= due * 0.6 THEN 'at_risk' ELSE 'off_track' END AS health
    FROM stands
)
UPDATE goals_goalstat s SET progress = j.progress, score = j.score, expected = j.due, health = j.health,
    holds_to_end = coalesce(j.holds, false), updated_on = j.updated_on, as_of = %(day)s, cycle_id = j.cycle_id, unit_id = j.unit_id,
    gap = j.due - coalesce(up, 0), behind = coalesce(j.behind, 0), risks = coalesce(j.risks, 0), shared_risks = coalesce(j.shared_risks, 0),
    risk_update = j.risk_update
FROM judged j WHERE j.id = s.goal_id
