-- How many a launch reaches plainly, and who has to be looked at one by one; `missing`: of those without a review yet.
WITH chosen AS (
    SELECT p.id FROM people_person p
    WHERE p.kind = 'employee' AND (NOT %(missing)s OR NOT EXISTS (
        SELECT FROM reviews_review r WHERE r.cycle_id = %(cycle)s AND r.subject_id = p.id))
), standing AS (
    {standing}
)
SELECT count(*) FILTER (WHERE plain),
       coalesce(array_agg(person_id ORDER BY person_id) FILTER (WHERE NOT plain), ARRAY[]::bigint[])
FROM standing
