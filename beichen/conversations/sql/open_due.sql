-- One check-in for everyone in the cycle's part of the company who has a manager and none open.
-- The same conditions stand in rules.open_check_in; a test holds both to the same rows.
INSERT INTO conversations_checkin
    (person_id, manager_id, cycle_id, form_id, due_on, state, owner_place, version)
SELECT p.id, p.manager_id, %(cycle)s, %(form)s, %(due)s, 'due', p.place, 1
FROM people_person p
JOIN people_orgunit u ON u.id = p.unit_id
JOIN people_orgunit scope ON scope.id = %(scope)s
JOIN people_person m ON m.id = p.manager_id AND m.is_active
WHERE p.is_active AND p.kind = 'employee'
  AND u.place BETWEEN scope.place AND scope.place_end
  AND NOT EXISTS (SELECT FROM conversations_checkin c WHERE c.person_id = p.id AND c.state = 'due')
  AND NOT EXISTS (SELECT FROM conversations_checkin c WHERE c.person_id = p.id AND c.due_on >= %(due)s)
ON CONFLICT DO NOTHING
RETURNING id
