-- Every decided grade of a cycle in one state goes into another, with its head. Gives the reviews, and who decides.
WITH moved AS (
    UPDATE reviews_rating SET state = %(after)s, version = version + 1
    WHERE cycle_id = %(cycle)s AND state = %(before)s AND decided_by_id IS NOT NULL
    RETURNING review_id, plan_id, manager_id
), headed AS (
    UPDATE reviews_review r SET state = %(review)s, version = r.version + 1 FROM moved WHERE r.id = moved.review_id
)
SELECT coalesce((SELECT array_agg(review_id ORDER BY review_id) FROM moved), ARRAY[]::bigint[]),
       coalesce((SELECT jsonb_object_agg(plan_id, managers)
                 FROM (SELECT plan_id, jsonb_agg(DISTINCT manager_id) AS managers FROM moved GROUP BY plan_id) plans),
                '{{}}'::jsonb)
