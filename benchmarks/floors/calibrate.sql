-- Every decided grade of a cycle goes into calibration.
UPDATE reviews_review r SET state = 'in_calibration', version = r.version + 1
FROM reviews_rating t WHERE t.review_id = r.id AND t.cycle_id = %(cycle)s AND t.state = 'proposed' AND t.decided_by_id IS NOT NULL;
UPDATE reviews_rating SET state = 'in_calibration', version = version + 1 WHERE cycle_id = %(cycle)s AND state = 'proposed' AND decided_by_id IS NOT NULL
