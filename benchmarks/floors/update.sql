-- One value of a key result and its own numbers.
INSERT INTO goals_update (key_result_id, author_id, at, day, source, value, confidence, text, progress, health)
SELECT k.id, g.owner_id, now(), current_date, 'by_hand', 17, '', '', 170000, 'on_track'
FROM goals_keyresult k JOIN goals_goal g ON g.id = k.goal_id WHERE k.id = %(key_result)s;
UPDATE goals_keyresultstat SET current = 17, progress = 170000, updated_on = current_date
WHERE key_result_id = %(key_result)s
