-- Every result of a plan (or one unit of it) in one state goes into another, with its parts and its head; whoever is one
-- of the two who agreed is noted as moved by the other. A release notes when enough peers wrote. Gives whom it moved.
-- The twin is formulas/steps.py, review by review.
WITH moved AS (
    UPDATE reviews_rating t SET state = %(rating)s, {columns} version = version + 1
    WHERE t.plan_id = %(plan)s AND t.state = %(source)s
      AND (%(unit)s::bigint IS NULL OR EXISTS (
          SELECT FROM reviews_review r WHERE r.id = t.review_id AND r.unit_id = %(unit)s))
    RETURNING review_id, subject_id
), parted AS (
    UPDATE reviews_part p SET state = %(part)s FROM moved
    WHERE p.review_id = moved.review_id AND p.state = %(part_source)s
), headed AS (
    UPDATE reviews_review r SET state = %(review)s, {head} version = r.version + 1 FROM moved WHERE r.id = moved.review_id
)
SELECT review_id, subject_id FROM moved ORDER BY review_id
