-- One value of a key result, its own numbers, and the stored progress of every goal above it.
INSERT INTO goals_update (key_result_id, author_id, at, day, source, value, confidence, text, progress, health)
SELECT k.id, g.owner_id, now(), current_date, 'by_hand', 17, '', '', 170000, 'on_track'
FROM goals_keyresult k JOIN goals_goal g ON g.id = k.goal_id WHERE k.id = %(key_result)s;
UPDATE goals_keyresultstat SET current = 17, progress = 170000, updated_on = current_date
WHERE key_result_id = %(key_result)s;
WITH RECURSIVE up (id) AS (
    SELECT goal_id FROM goals_keyresult WHERE id = %(key_result)s
    UNION SELECT a.parent_id FROM up JOIN goals_alignment a ON a.child_id = up.id AND a.is_rollup AND a.state = 'accepted'
)
UPDATE goals_goalstat SET progress = 170000, updated_on = current_date WHERE goal_id IN (SELECT id FROM up)
