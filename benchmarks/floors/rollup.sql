-- Progress and score of every goal of a cycle, level by level from the key results; what differs from the stored row is
-- written. Heights by a recursion upward from the leaves.
CREATE TEMP TABLE floor_height ON COMMIT DROP AS
WITH RECURSIVE up (id, height) AS (
    SELECT g.id, 0 FROM goals_goal g WHERE g.cycle_id = %(cycle)s
    UNION
    SELECT a.parent_id, up.height + 1 FROM up JOIN goals_alignment a ON a.child_id = up.id
    WHERE a.is_rollup AND a.state = 'accepted'
)
SELECT id, max(height) AS height FROM up GROUP BY id;
CREATE TEMP TABLE floor_done (goal_id bigint PRIMARY KEY, progress numeric, score numeric) ON COMMIT DROP;
INSERT INTO floor_done
SELECT k.goal_id, round(sum(k.weight * s.progress::numeric) / nullif(sum(k.weight), 0)),
       round(sum(k.weight * s.score::numeric) / nullif(sum(k.weight), 0))
FROM goals_keyresult k JOIN goals_keyresultstat s ON s.key_result_id = k.id AND s.progress IS NOT NULL
JOIN floor_height h ON h.id = k.goal_id AND h.height = 0
WHERE NOT k.is_dropped GROUP BY k.goal_id;
ANALYZE floor_height;
ANALYZE floor_done;
INSERT INTO floor_done
SELECT i.goal_id, round(sum(i.weight * i.progress) / nullif(sum(i.weight), 0)),
       round(sum(i.weight * i.score) / nullif(sum(i.weight), 0))
FROM (
    SELECT k.goal_id, k.weight::numeric, s.progress::numeric, s.score::numeric FROM floor_height h
    JOIN goals_keyresult k ON k.goal_id = h.id
    JOIN goals_keyresultstat s ON s.key_result_id = k.id WHERE h.height = 1 AND NOT k.is_dropped
    UNION ALL
    SELECT a.parent_id, a.weight, d.progress, d.score FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id WHERE h.height = 1
) i WHERE i.progress IS NOT NULL GROUP BY i.goal_id;
INSERT INTO floor_done
SELECT i.goal_id, round(sum(i.weight * i.progress) / nullif(sum(i.weight), 0)),
       round(sum(i.weight * i.score) / nullif(sum(i.weight), 0))
FROM (
    SELECT k.goal_id, k.weight::numeric, s.progress::numeric, s.score::numeric FROM floor_height h
    JOIN goals_keyresult k ON k.goal_id = h.id
    JOIN goals_keyresultstat s ON s.key_result_id = k.id WHERE h.height = 2 AND NOT k.is_dropped
    UNION ALL
    SELECT a.parent_id, a.weight, d.progress, d.score FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id WHERE h.height = 2
) i WHERE i.progress IS NOT NULL GROUP BY i.goal_id;
INSERT INTO floor_done
SELECT i.goal_id, round(sum(i.weight * i.progress) / nullif(sum(i.weight), 0)),
       round(sum(i.weight * i.score) / nullif(sum(i.weight), 0))
FROM (
    SELECT k.goal_id, k.weight::numeric, s.progress::numeric, s.score::numeric FROM floor_height h
    JOIN goals_keyresult k ON k.goal_id = h.id
    JOIN goals_keyresultstat s ON s.key_result_id = k.id WHERE h.height = 3 AND NOT k.is_dropped
    UNION ALL
    SELECT a.parent_id, a.weight, d.progress, d.score FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id WHERE h.height = 3
) i WHERE i.progress IS NOT NULL GROUP BY i.goal_id;
INSERT INTO floor_done
SELECT i.goal_id, round(sum(i.weight * i.progress) / nullif(sum(i.weight), 0)),
       round(sum(i.weight * i.score) / nullif(sum(i.weight), 0))
FROM (
    SELECT k.goal_id, k.weight::numeric, s.progress::numeric, s.score::numeric FROM floor_height h
    JOIN goals_keyresult k ON k.goal_id = h.id
    JOIN goals_keyresultstat s ON s.key_result_id = k.id WHERE h.height = 4 AND NOT k.is_dropped
    UNION ALL
    SELECT a.parent_id, a.weight, d.progress, d.score FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id WHERE h.height = 4
) i WHERE i.progress IS NOT NULL GROUP BY i.goal_id;
INSERT INTO floor_done
SELECT i.goal_id, round(sum(i.weight * i.progress) / nullif(sum(i.weight), 0)),
       round(sum(i.weight * i.score) / nullif(sum(i.weight), 0))
FROM (
    SELECT k.goal_id, k.weight::numeric, s.progress::numeric, s.score::numeric FROM floor_height h
    JOIN goals_keyresult k ON k.goal_id = h.id
    JOIN goals_keyresultstat s ON s.key_result_id = k.id WHERE h.height = 5 AND NOT k.is_dropped
    UNION ALL
    SELECT a.parent_id, a.weight, d.progress, d.score FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id WHERE h.height = 5
) i WHERE i.progress IS NOT NULL GROUP BY i.goal_id;
INSERT INTO floor_done
SELECT i.goal_id, round(sum(i.weight * i.progress) / nullif(sum(i.weight), 0)),
       round(sum(i.weight * i.score) / nullif(sum(i.weight), 0))
FROM (
    SELECT k.goal_id, k.weight::numeric, s.progress::numeric, s.score::numeric FROM floor_height h
    JOIN goals_keyresult k ON k.goal_id = h.id
    JOIN goals_keyresultstat s ON s.key_result_id = k.id WHERE h.height = 6 AND NOT k.is_dropped
    UNION ALL
    SELECT a.parent_id, a.weight, d.progress, d.score FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id WHERE h.height = 6
) i WHERE i.progress IS NOT NULL GROUP BY i.goal_id;
INSERT INTO floor_done
SELECT i.goal_id, round(sum(i.weight * i.progress) / nullif(sum(i.weight), 0)),
       round(sum(i.weight * i.score) / nullif(sum(i.weight), 0))
FROM (
    SELECT k.goal_id, k.weight::numeric, s.progress::numeric, s.score::numeric FROM floor_height h
    JOIN goals_keyresult k ON k.goal_id = h.id
    JOIN goals_keyresultstat s ON s.key_result_id = k.id WHERE h.height = 7 AND NOT k.is_dropped
    UNION ALL
    SELECT a.parent_id, a.weight, d.progress, d.score FROM floor_height h
    JOIN goals_alignment a ON a.parent_id = h.id AND a.is_rollup AND a.state = 'accepted'
    JOIN floor_done d ON d.goal_id = a.child_id WHERE h.height = 7
) i WHERE i.progress IS NOT NULL GROUP BY i.goal_id;
UPDATE goals_goalstat s SET progress = d.progress, score = d.score, as_of = %(day)s
FROM floor_done d WHERE d.goal_id = s.goal_id
