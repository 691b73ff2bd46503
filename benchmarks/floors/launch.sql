-- One review, one self part, one manager part and one rating for everybody who works here and is led by somebody.
WITH who AS (
    SELECT p.id, p.place, p.unit_id, p.manager_id
    FROM people_person p JOIN people_person boss ON boss.id = p.manager_id AND boss.is_active
    WHERE p.is_active AND p.kind = 'employee'
), made AS (
    INSERT INTO reviews_review
        (plan_id, cycle_id, subject_id, subject_place, unit_id, manager_id, state, peers_shown, version)
    SELECT %(plan)s, %(cycle)s, id, place, unit_id, manager_id, 'open', false, 1 FROM who
    RETURNING id, subject_id, subject_place, manager_id
), parts AS (
    INSERT INTO reviews_part
        (id, review_id, plan_id, cycle_id, subject_id, subject_place, manager_id, rater_id, role, days, state, returned,
         declined_because, version)
    SELECT gen_random_uuid(), made.id, %(plan)s, %(cycle)s, subject_id, subject_place, manager_id, rater, role, days,
           'draft', false, '', 1
    FROM made, LATERAL (VALUES (subject_id, 'self', 0), (manager_id, 'manager', 91)) AS part (rater, role, days)
)
INSERT INTO reviews_rating (review_id, plan_id, cycle_id, subject_id, subject_place, manager_id, state, version)
SELECT id, %(plan)s, %(cycle)s, subject_id, subject_place, manager_id, 'proposed', 1 FROM made
