-- The progress of the goals of these key results and of every goal above them, level by level, each from its items.
WITH RECURSIVE up (id, n) AS (
    SELECT DISTINCT goal_id, 0 FROM goals_keyresult WHERE id = ANY (%(key_results)s)
    UNION SELECT a.parent_id, up.n + 1 FROM up JOIN goals_alignment a ON a.child_id = up.id AND a.is_rollup AND a.state = 'accepted'
), item AS (
    SELECT up.id, k.weight, s.progress FROM up
    JOIN goals_keyresult k ON k.goal_id = up.id AND NOT k.is_dropped
    JOIN goals_keyresultstat s ON s.key_result_id = k.id AND s.progress IS NOT NULL
    WHERE up.n = 0
    UNION ALL
    SELECT up.id, a.weight, s.progress FROM up
    JOIN goals_alignment a ON a.parent_id = up.id AND a.is_rollup AND a.state = 'accepted'
    JOIN goals_goalstat s ON s.goal_id = a.child_id AND s.progress IS NOT NULL
    WHERE up.n = 0
)
UPDATE goals_goalstat s SET progress = i.progress, updated_on = current_date
FROM (SELECT id, round(sum(weight * progress::numeric) / nullif(sum(weight), 0)) AS progress FROM item GROUP BY id) i
WHERE s.goal_id = i.id;
WITH RECURSIVE up (id, n) AS (
    SELECT DISTINCT goal_id, 0 FROM goals_keyresult WHERE id = ANY (%(key_results)s)
    UNION SELECT a.parent_id, up.n + 1 FROM up JOIN goals_alignment a ON a.child_id = up.id AND a.is_rollup AND a.state = 'accepted'
), item AS (
    SELECT up.id, k.weight, s.progress FROM up
    JOIN goals_keyresult k ON k.goal_id = up.id AND NOT k.is_dropped
    JOIN goals_keyresultstat s ON s.key_result_id = k.id AND s.progress IS NOT NULL
    WHERE up.n = 1
    UNION ALL
    SELECT up.id, a.weight, s.progress FROM up
    JOIN goals_alignment a ON a.parent_id = up.id AND a.is_rollup AND a.state = 'accepted'
    JOIN goals_goalstat s ON s.goal_id = a.child_id AND s.progress IS NOT NULL
    WHERE up.n = 1
)
UPDATE goals_goalstat s SET progress = i.progress, updated_on = current_date
FROM (SELECT id, round(sum(weight * progress::numeric) / nullif(sum(weight), 0)) AS progress FROM item GROUP BY id) i
WHERE s.goal_id = i.id;
WITH RECURSIVE up (id, n) AS (
    SELECT DISTINCT goal_id, 0 FROM goals_keyresult WHERE id = ANY (%(key_results)s)
    UNION SELECT a.parent_id, up.n + 1 FROM up JOIN goals_alignment a ON a.child_id = up.id AND a.is_rollup AND a.state = 'accepted'
), item AS (
    SELECT up.id, k.weight, s.progress FROM up
    JOIN goals_keyresult k ON k.goal_id = up.id AND NOT k.is_dropped
    JOIN goals_keyresultstat s ON s.key_result_id = k.id AND s.progress IS NOT NULL
    WHERE up.n = 2
    UNION ALL
    SELECT up.id, a.weight, s.progress FROM up
    JOIN goals_alignment a ON a.parent_id = up.id AND a.is_rollup AND a.state = 'accepted'
    JOIN goals_goalstat s ON s.goal_id = a.child_id AND s.progress IS NOT NULL
    WHERE up.n = 2
)
UPDATE goals_goalstat s SET progress = i.progress, updated_on = current_date
FROM (SELECT id, round(sum(weight * progress::numeric) / nullif(sum(weight), 0)) AS progress FROM item GROUP BY id) i
WHERE s.goal_id = i.id;
WITH RECURSIVE up (id, n) AS (
    SELECT DISTINCT goal_id, 0 FROM goals_keyresult WHERE id = ANY (%(key_results)s)
    UNION SELECT a.parent_id, up.n + 1 FROM up JOIN goals_alignment a ON a.child_id = up.id AND a.is_rollup AND a.state = 'accepted'
), item AS (
    SELECT up.id, k.weight, s.progress FROM up
    JOIN goals_keyresult k ON k.goal_id = up.id AND NOT k.is_dropped
    JOIN goals_keyresultstat s ON s.key_result_id = k.id AND s.progress IS NOT NULL
    WHERE up.n = 3
    UNION ALL
    SELECT up.id, a.weight, s.progress FROM up
    JOIN goals_alignment a ON a.parent_id = up.id AND a.is_rollup AND a.state = 'accepted'
    JOIN goals_goalstat s ON s.goal_id = a.child_id AND s.progress IS NOT NULL
    WHERE up.n = 3
)
UPDATE goals_goalstat s SET progress = i.progress, updated_on = current_date
FROM (SELECT id, round(sum(weight * progress::numeric) / nullif(sum(weight), 0)) AS progress FROM item GROUP BY id) i
WHERE s.goal_id = i.id;
WITH RECURSIVE up (id, n) AS (
    SELECT DISTINCT goal_id, 0 FROM goals_keyresult WHERE id = ANY (%(key_results)s)
    UNION SELECT a.parent_id, up.n + 1 FROM up JOIN goals_alignment a ON a.child_id = up.id AND a.is_rollup AND a.state = 'accepted'
), item AS (
    SELECT up.id, k.weight, s.progress FROM up
    JOIN goals_keyresult k ON k.goal_id = up.id AND NOT k.is_dropped
    JOIN goals_keyresultstat s ON s.key_result_id = k.id AND s.progress IS NOT NULL
    WHERE up.n = 4
    UNION ALL
    SELECT up.id, a.weight, s.progress FROM up
    JOIN goals_alignment a ON a.parent_id = up.id AND a.is_rollup AND a.state = 'accepted'
    JOIN goals_goalstat s ON s.goal_id = a.child_id AND s.progress IS NOT NULL
    WHERE up.n = 4
)
UPDATE goals_goalstat s SET progress = i.progress, updated_on = current_date
FROM (SELECT id, round(sum(weight * progress::numeric) / nullif(sum(weight), 0)) AS progress FROM item GROUP BY id) i
WHERE s.goal_id = i.id;
WITH RECURSIVE up (id, n) AS (
    SELECT DISTINCT goal_id, 0 FROM goals_keyresult WHERE id = ANY (%(key_results)s)
    UNION SELECT a.parent_id, up.n + 1 FROM up JOIN goals_alignment a ON a.child_id = up.id AND a.is_rollup AND a.state = 'accepted'
), item AS (
    SELECT up.id, k.weight, s.progress FROM up
    JOIN goals_keyresult k ON k.goal_id = up.id AND NOT k.is_dropped
    JOIN goals_keyresultstat s ON s.key_result_id = k.id AND s.progress IS NOT NULL
    WHERE up.n = 5
    UNION ALL
    SELECT up.id, a.weight, s.progress FROM up
    JOIN goals_alignment a ON a.parent_id = up.id AND a.is_rollup AND a.state = 'accepted'
    JOIN goals_goalstat s ON s.goal_id = a.child_id AND s.progress IS NOT NULL
    WHERE up.n = 5
)
UPDATE goals_goalstat s SET progress = i.progress, updated_on = current_date
FROM (SELECT id, round(sum(weight * progress::numeric) / nullif(sum(weight), 0)) AS progress FROM item GROUP BY id) i
WHERE s.goal_id = i.id
