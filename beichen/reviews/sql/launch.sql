-- One batch of a launch: review, self part, manager's part and rating of everybody chosen who stands plainly; gives how
-- far the batch reaches (null: nobody is left) and the new reviews. The ids are drawn first, so that nothing has to be
-- joined again. Its twin for one person is rules.launch.add_person.
WITH chosen AS MATERIALIZED (
    SELECT p.id FROM people_person p
    WHERE p.kind = 'employee' AND p.id > %(after)s
      AND NOT EXISTS (SELECT FROM reviews_review r WHERE r.cycle_id = %(cycle)s AND r.subject_id = p.id)
    ORDER BY p.id LIMIT %(batch)s
), standing AS (
    {standing}
), seed AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('reviews_review', 'id')) AS id, plainly.*
    FROM (SELECT * FROM standing WHERE plain ORDER BY person_id) plainly
), made AS (
    INSERT INTO reviews_review
        (id, plan_id, cycle_id, subject_id, subject_place, unit_id, manager_id, state, peers_shown, version)
    SELECT id, %(plan)s, %(cycle)s, person_id, place, unit_id, manager_id, 'open', false, 1 FROM seed
), parted AS (
    INSERT INTO reviews_part
        (id, review_id, plan_id, cycle_id, subject_id, subject_place, manager_id, rater_id, role, days, state, returned,
         declined_because, version)
    SELECT gen_random_uuid(), seed.id, %(plan)s, %(cycle)s, person_id, place, manager_id, part.rater, part.role,
           part.days, 'draft', false, '', 1
    FROM seed CROSS JOIN LATERAL (VALUES (person_id, 'self', 0), (manager_id, 'manager', days)) AS part (rater, role, days)
), rated AS (
    INSERT INTO reviews_rating (review_id, plan_id, cycle_id, subject_id, subject_place, manager_id, state, version)
    SELECT id, %(plan)s, %(cycle)s, person_id, place, manager_id, 'proposed', 1 FROM seed
)
SELECT (SELECT max(id) FROM chosen), coalesce((SELECT array_agg(id ORDER BY id) FROM seed), ARRAY[]::bigint[])
