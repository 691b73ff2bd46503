-- The bonus of everybody by two policies: inputs, pools, awards to the cent with what explains them. Shares without
-- floors, caps and flattening, and without the checks that are ours alone.
ALTER TABLE reward_bonusaward DISABLE TRIGGER USER;
ALTER TABLE reward_bonuspool DISABLE TRIGGER USER;
DELETE FROM reward_bonusbasis WHERE plan_id = %(plan)s;
DELETE FROM reward_bonusaward WHERE plan_id = %(plan)s;
DELETE FROM reward_bonuspool WHERE plan_id = %(plan)s;
DELETE FROM reward_bonusentry WHERE plan_id = %(plan)s;
INSERT INTO reward_bonusentry
    (plan_id, person_id, subject_place, number, entity, pool_unit_id, last_unit_id, first, target, days, fte_percent,
     currency, grade, coefficient, review_id, out)
SELECT %(plan)s, p.id, p.place, p.number, 'CN', p.unit_id, p.unit_id, %(first)s, t.amount, 92, 100, 'CNY', c.final,
       c.coefficient, r.review_id, ''
FROM reviews_rating r
JOIN reviews_ratingcontent c ON c.rating_id = r.review_id
JOIN people_person p ON p.id = r.subject_id
JOIN people_targetbonus t ON t.person_id = p.id AND t.valid @> %(last)s::date
WHERE r.cycle_id = %(cycle)s AND r.state IN ('locked', 'released');
INSERT INTO reward_bonuspool
    (plan_id, scenario_id, unit_id, unit_code, place, manager_id, mode, currency, people, cycle_days, base_n,
     c_company, c_unit, flattening, value, reserve, unallocated)
SELECT %(plan)s, %(one)s, e.last_unit_id, u.code, min(e.subject_place), u.head_id, 'pool', 'CNY', count(DISTINCT person_id), 92,
       sum(target::numeric * days * fte_percent), 9600, 10000, 0,
       round(sum(target::numeric * days * fte_percent) * 0.96 / 9200), 0, 0
FROM reward_bonusentry e JOIN people_orgunit u ON u.id = e.last_unit_id
WHERE e.plan_id = %(plan)s AND e.coefficient IS NOT NULL
GROUP BY e.last_unit_id, u.code, u.head_id;
WITH person AS (
    SELECT p.id AS pool_id, e.person_id, min(e.number) AS number, min(e.entity) AS entity, min(e.subject_place) AS place,
           min(e.grade) AS grade, min(e.coefficient) AS k, min(e.review_id) AS review_id, max(e.target) AS target,
           sum(e.days) AS days, min(p.value) AS value, sum(e.target::numeric * e.days * e.fte_percent) AS target_days
    FROM reward_bonusentry e JOIN reward_bonuspool p ON p.scenario_id = %(one)s AND p.unit_id = e.last_unit_id
    WHERE e.plan_id = %(plan)s AND e.coefficient IS NOT NULL
    GROUP BY p.id, e.person_id
), divided AS (
    SELECT *, target_days * k AS weight, nullif(sum(target_days * k) OVER pool, 0) AS whole FROM person
    WINDOW pool AS (PARTITION BY pool_id)
), parted AS (
    SELECT *, coalesce(div(value * weight, whole), 0) AS part, mod(value * weight, whole) AS rest FROM divided
), paid AS (
    SELECT *, part + (row_number() OVER (PARTITION BY pool_id ORDER BY rest DESC NULLS LAST, number COLLATE "C")
                      <= value - sum(part) OVER (PARTITION BY pool_id))::int AS amount
    FROM parted
), written AS (
    INSERT INTO reward_bonusaward
        (plan_id, scenario_id, pool_id, subject_id, subject_place, number, entity, days, grade, coefficient, review_id,
         flat_n, flat_d, amount, by_remainder, at_limit, terms)
    SELECT %(plan)s, %(one)s, pool_id, person_id, place, number, entity, days, grade, k, review_id, k, 1, amount, false, '',
           '{"mode": "pool", "cycle_days": 92, "c_company": 9600, "c_unit": 10000, "flattening": 0, "people": 9}'::jsonb
    FROM paid RETURNING id, pool_id, subject_id
)
INSERT INTO reward_bonusbasis (award_id, plan_id, subject_id, subject_place, target, target_days, weight, rate_n, rate_d)
SELECT written.id, %(plan)s, person_id, place, target, target_days, weight, value, whole
FROM written JOIN paid ON paid.pool_id = written.pool_id AND paid.person_id = written.subject_id;
INSERT INTO reward_bonuspool
    (plan_id, scenario_id, unit_id, unit_code, place, manager_id, mode, currency, people, cycle_days, base_n,
     c_company, c_unit, flattening, value, reserve, unallocated)
SELECT %(plan)s, %(two)s, e.last_unit_id, u.code, min(e.subject_place), u.head_id, 'pool', 'CNY', count(DISTINCT person_id), 92,
       sum(target::numeric * days * fte_percent), 9600, 10000, 0,
       round(sum(target::numeric * days * fte_percent) * 0.96 / 9200), 0, 0
FROM reward_bonusentry e JOIN people_orgunit u ON u.id = e.last_unit_id
WHERE e.plan_id = %(plan)s AND e.coefficient IS NOT NULL
GROUP BY e.last_unit_id, u.code, u.head_id;
WITH person AS (
    SELECT p.id AS pool_id, e.person_id, min(e.number) AS number, min(e.entity) AS entity, min(e.subject_place) AS place,
           min(e.grade) AS grade, min(e.coefficient) AS k, min(e.review_id) AS review_id, max(e.target) AS target,
           sum(e.days) AS days, min(p.value) AS value, sum(e.target::numeric * e.days * e.fte_percent) AS target_days
    FROM reward_bonusentry e JOIN reward_bonuspool p ON p.scenario_id = %(two)s AND p.unit_id = e.last_unit_id
    WHERE e.plan_id = %(plan)s AND e.coefficient IS NOT NULL
    GROUP BY p.id, e.person_id
), divided AS (
    SELECT *, target_days * k AS weight, nullif(sum(target_days * k) OVER pool, 0) AS whole FROM person
    WINDOW pool AS (PARTITION BY pool_id)
), parted AS (
    SELECT *, coalesce(div(value * weight, whole), 0) AS part, mod(value * weight, whole) AS rest FROM divided
), paid AS (
    SELECT *, part + (row_number() OVER (PARTITION BY pool_id ORDER BY rest DESC NULLS LAST, number COLLATE "C")
                      <= value - sum(part) OVER (PARTITION BY pool_id))::int AS amount
    FROM parted
), written AS (
    INSERT INTO reward_bonusaward
        (plan_id, scenario_id, pool_id, subject_id, subject_place, number, entity, days, grade, coefficient, review_id,
         flat_n, flat_d, amount, by_remainder, at_limit, terms)
    SELECT %(plan)s, %(two)s, pool_id, person_id, place, number, entity, days, grade, k, review_id, k, 1, amount, false, '',
           '{"mode": "pool", "cycle_days": 92, "c_company": 9600, "c_unit": 10000, "flattening": 0, "people": 9}'::jsonb
    FROM paid RETURNING id, pool_id, subject_id
)
INSERT INTO reward_bonusbasis (award_id, plan_id, subject_id, subject_place, target, target_days, weight, rate_n, rate_d)
SELECT written.id, %(plan)s, person_id, place, target, target_days, weight, value, whole
FROM written JOIN paid ON paid.pool_id = written.pool_id AND paid.person_id = written.subject_id
