-- Formula mode: each amount is target · days · (α·C_company + β·C_unit + γ·k), rounded once; the pool is their sum.
-- The twin is formulas/parts.py.
WITH person AS (
    SELECT p.id AS pool_id, e.person_id, min(e.number) AS number, min(e.entity) AS entity,
           min(e.subject_place) AS place, min(e.grade) AS grade, min(e.coefficient)::numeric AS k, min(e.review_id) AS review_id,
           (array_agg(e.target ORDER BY e.first DESC))[1] AS target, sum(e.days) AS days,
           sum(e.target::numeric * e.days * e.fte_percent) AS target_days,
           min(p.cycle_days) AS cycle_days, min(p.c_company) AS c_company, min(p.c_unit) AS c_unit,
           min(p.people) AS people
    FROM reward_bonusentry e
    JOIN reward_bonuspool p ON p.scenario_id = %(scenario)s
        AND p.unit_id = CASE WHEN %(by_days)s THEN e.pool_unit_id ELSE e.last_unit_id END
    WHERE e.plan_id = %(plan)s AND e.coefficient IS NOT NULL
    GROUP BY p.id, e.person_id
), weighed AS (
    SELECT *, CASE WHEN k = 0 AND NOT %(zero_keeps)s THEN 0
                   ELSE %(alpha)s * c_company + %(beta)s * c_unit + %(gamma)s * k END::numeric AS flat_n
    FROM person
), paid AS (
    SELECT *, kit.half_even(target_days * flat_n, 10000000000 * cycle_days) AS amount FROM weighed
), written AS (
    INSERT INTO reward_bonusaward
        (plan_id, scenario_id, pool_id, subject_id, subject_place, number, entity, days, grade, coefficient, review_id,
         flat_n, flat_d, amount, by_remainder, at_limit, terms)
    SELECT %(plan)s, %(scenario)s, pool_id, person_id, place, number, entity, days, grade,
           k, review_id, flat_n, 10000, amount, false, '',
           jsonb_build_object('mode', 'formula', 'cycle_days', cycle_days, 'c_company', c_company, 'c_unit', c_unit,
                              'flattening', 0, 'people', people,
                              'parts', jsonb_build_array(%(alpha)s, %(beta)s, %(gamma)s))
    FROM paid
    RETURNING id, pool_id, subject_id
), based AS (
    INSERT INTO reward_bonusbasis (award_id, plan_id, subject_id, subject_place, target, target_days, weight)
    SELECT written.id, %(plan)s, person_id, place, target, target_days, target_days * flat_n
    FROM written JOIN paid ON paid.pool_id = written.pool_id AND paid.person_id = written.subject_id
)
UPDATE reward_bonuspool p SET value = s.amount, flattening = 0
FROM (SELECT pool_id, sum(amount) AS amount FROM paid GROUP BY pool_id) s
WHERE p.id = s.pool_id
