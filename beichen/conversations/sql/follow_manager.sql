-- Open check-ins whose manager or place is no longer that of the person. What was sent keeps its words' address
-- (answers, private, reply) and gets the usual days for an answer from today.
WITH moved AS (
    SELECT c.id, c.state, c.person_id, p.manager_id, p.place, p.name,
           m.name AS lead, d.day
    FROM conversations_checkin c
    JOIN people_person p ON p.id = c.person_id AND p.manager_id IS NOT NULL
    JOIN people_person m ON m.id = p.manager_id
    LEFT JOIN unnest(%(cycles)s::bigint[], %(days)s::date[]) AS d (cycle_id, day) ON d.cycle_id = c.cycle_id
    WHERE c.state IN ('due', 'filled') AND (c.manager_id, c.owner_place) IS DISTINCT FROM (p.manager_id, p.place)
      AND (c.state = 'due' OR c.manager_id <> p.manager_id)
      AND (%(all)s OR c.person_id = ANY (%(ids)s::bigint[]))
    FOR UPDATE OF c
)
UPDATE conversations_checkin c
SET manager_id = moved.manager_id, owner_place = moved.place,
    answer_due_on = CASE WHEN c.state = 'filled' THEN greatest(c.answer_due_on, moved.day) END,
    version = c.version + CASE WHEN c.state = 'filled' THEN 1 ELSE 0 END
FROM moved
WHERE c.id = moved.id
RETURNING c.id, c.state, c.manager_id, c.person_id, moved.name, moved.lead
