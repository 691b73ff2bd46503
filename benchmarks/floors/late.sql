-- Late or abnormal goals of a cycle, the furthest behind first: one page and the exact count by state, from one row a goal.
-- name: page
SELECT s.goal_id, g.title, p.name, s.health, s.progress, s.expected, s.updated_on
FROM goals_goalstat s
JOIN goals_goal g ON g.id = s.goal_id
JOIN people_person p ON p.id = g.owner_id
WHERE s.cycle_id = %(cycle)s AND s.health IN ('at_risk', 'off_track', 'not_updated')
  AND g.state IN ('active', 'changing', 'closed') AND NOT g.is_dropped
ORDER BY s.gap DESC, s.goal_id LIMIT 51;
-- name: count
SELECT s.health, count(*)
FROM goals_goalstat s JOIN goals_goal g ON g.id = s.goal_id
WHERE s.cycle_id = %(cycle)s AND g.cycle_id = %(cycle)s
  AND g.state IN ('active', 'changing', 'closed') AND NOT g.is_dropped
GROUP BY s.health;
