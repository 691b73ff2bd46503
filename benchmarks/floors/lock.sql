-- Every result of a plan is locked, with its parts.
UPDATE reviews_part p SET state = 'locked'
FROM reviews_rating t WHERE t.review_id = p.review_id AND t.plan_id = %(plan)s AND t.state = 'in_calibration'
    AND p.state = 'submitted';
UPDATE reviews_review r SET state = 'locked', version = r.version + 1
FROM reviews_rating t WHERE t.review_id = r.id AND t.plan_id = %(plan)s AND t.state = 'in_calibration';
UPDATE reviews_rating SET state = 'locked', locked_by_id = CASE WHEN subject_id = %(by)s THEN %(other)s ELSE %(by)s END, locked_at = now(), version = version + 1
WHERE plan_id = %(plan)s AND state = 'in_calibration'
