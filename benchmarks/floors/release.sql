-- Every result of a plan is released, with its parts, and each person gets a notice.
UPDATE reviews_part p SET state = 'released'
FROM reviews_rating t WHERE t.review_id = p.review_id AND t.plan_id = %(plan)s AND t.state = 'locked'
    AND p.state = 'locked';
UPDATE reviews_review r SET state = 'released', released_at = now(), version = r.version + 1
FROM reviews_rating t WHERE t.review_id = r.id AND t.plan_id = %(plan)s AND t.state = 'locked';
INSERT INTO notify_notice (id, addressee_id, template, params, url, dedupe_key, created_at)
SELECT gen_random_uuid(), subject_id, 'reviews.result_ready', '{}', '/reviews/' || review_id, 'floor:' || review_id, now()
FROM reviews_rating WHERE plan_id = %(plan)s AND state = 'locked';
UPDATE reviews_rating SET state = 'released', released_by_id = CASE WHEN subject_id = %(by)s THEN %(other)s ELSE %(by)s END, released_at = now(), version = version + 1
WHERE plan_id = %(plan)s AND state = 'locked'
