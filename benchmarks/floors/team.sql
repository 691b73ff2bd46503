-- The goals of a manager's direct reports in a cycle.
-- name: page
SELECT p.id, p.name, g.id, g.title, g.weight, s.health, s.progress, s.expected, s.updated_on
FROM people_person p
JOIN goals_goal g ON g.owner_id = p.id AND g.cycle_id = %(cycle)s AND NOT g.is_dropped
LEFT JOIN goals_goalstat s ON s.goal_id = g.id
WHERE p.manager_id = %(manager)s AND p.is_active
  AND g.state IN ('active', 'changing', 'closed')
ORDER BY p.sort_key, g.weight DESC, g.id;
