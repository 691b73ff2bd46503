-- One pool per unit with a graded person: base, coefficients, value and reserve. With a fixed total the values are
-- scaled to it by largest remainder, equal remainders to the smaller unit code. The twin is formulas/company.py.
WITH stay AS (
    SELECT CASE WHEN %(by_days)s THEN pool_unit_id ELSE last_unit_id END AS unit_id, person_id, subject_place, currency,
           target::numeric * days * fte_percent AS target_days
    FROM reward_bonusentry
    WHERE plan_id = %(plan)s AND coefficient IS NOT NULL
), based AS (
    SELECT unit_id, sum(target_days) AS base_n, count(DISTINCT person_id) AS people, min(currency) AS currency,
           min(subject_place) AS anyone
    FROM stay
    GROUP BY unit_id
), term AS (
    SELECT * FROM unnest(%(units)s::bigint[], %(codes)s::text[], %(heads)s::bigint[], %(places)s::bigint[],
                         %(c_units)s::int[], %(flattenings)s::int[])
           AS line (unit_id, code, head, place, c_unit, flattening)
), valued AS (
    SELECT *, kit.half_even(base_n * %(c_company)s * c_unit, 10000000000 * %(cycle_days)s) AS value
    FROM based JOIN term USING (unit_id)
), divided AS (
    SELECT *, sum(value) OVER () AS whole,
           div(%(fixed)s * value, nullif(sum(value) OVER (), 0)) AS part,
           mod(%(fixed)s * value, nullif(sum(value) OVER (), 0)) AS rest
    FROM valued
), ranked AS (
    SELECT *, %(fixed)s - sum(part) OVER () AS left_over,
           row_number() OVER (ORDER BY rest DESC, code COLLATE "C") AS place_in_line
    FROM divided
), settled AS (
    SELECT *, CASE WHEN %(fixed)s IS NULL THEN value
                   WHEN whole = 0 THEN 0
                   ELSE part + (place_in_line <= left_over)::int END AS final
    FROM ranked
)
INSERT INTO reward_bonuspool
    (plan_id, scenario_id, unit_id, unit_code, place, manager_id, mode, currency, people, cycle_days, base_n,
     c_company, c_unit, flattening, value, reserve, unallocated)
SELECT %(plan)s, %(scenario)s, unit_id, code, coalesce(nullif(place, -1), anyone), nullif(head, -1), %(mode)s, currency,
       people, %(cycle_days)s, base_n, %(c_company)s, c_unit, flattening, final,
       kit.half_even(final * %(reserve)s, 10000), 0
FROM settled
