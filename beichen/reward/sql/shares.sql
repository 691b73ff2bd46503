-- Share every pool of a scenario: amounts by target · days · k′ between floor and cap for the one rate t, then whole
-- cents by largest remainder (equal remainders to the smaller number, then entity). Only whole numbers are compared: a
-- turn of the rate is ordered by its first 100 digits, and two different turns differ long before. The twin is
-- formulas/shares.py with kit/sharing.py.
WITH person AS (
    SELECT p.id AS pool_id, e.person_id, min(e.number) AS number, min(e.entity) AS entity,
           min(e.subject_place) AS place, min(e.grade) AS grade, min(e.coefficient)::numeric AS k, min(e.review_id) AS review_id,
           (array_agg(e.target ORDER BY e.first DESC))[1] AS target, sum(e.days) AS days,
           sum(e.target::numeric * e.days * e.fte_percent) AS target_days
    FROM reward_bonusentry e
    JOIN reward_bonuspool p ON p.scenario_id = %(scenario)s
        AND p.unit_id = CASE WHEN %(by_days)s THEN e.pool_unit_id ELSE e.last_unit_id END
    WHERE e.plan_id = %(plan)s AND e.coefficient IS NOT NULL
    GROUP BY p.id, e.person_id
), mean AS (
    SELECT pool_id, sum(target_days * k) FILTER (WHERE k > 0) AS mean_n,
           nullif(sum(target_days) FILTER (WHERE k > 0), 0) AS mean_d
    FROM person
    GROUP BY pool_id
), flat AS (
    SELECT person.*, m.mean_n, m.mean_d, p.value - p.reserve AS total, p.cycle_days, p.c_company, p.c_unit,
           p.flattening, p.people,
           CASE WHEN p.flattening = 0 OR m.mean_d IS NULL THEN k
                WHEN k = 0 THEN 0
                ELSE (10000 - p.flattening) * k * m.mean_d + p.flattening * m.mean_n END AS flat_n,
           CASE WHEN p.flattening = 0 OR m.mean_d IS NULL THEN 1 ELSE 10000 * m.mean_d END AS flat_d
    FROM person
    JOIN reward_bonuspool p ON p.id = person.pool_id
    JOIN mean m USING (pool_id)
), weighed AS (
    SELECT *, target_days * flat_n AS weight,
           CASE WHEN k > 0 THEN kit.half_even(target_days * %(floor)s, 1000000 * cycle_days) ELSE 0 END AS low,
           CASE WHEN k > 0 THEN kit.half_even(target_days * %(cap)s, 1000000 * cycle_days) END AS high
    FROM flat
), pool AS (
    SELECT pool_id, min(total) AS total, sum(low) AS lows FROM weighed GROUP BY pool_id
), turn AS (
    SELECT pool_id, low AS num, weight AS den, div(low * 1e100, weight) AS at, weight AS slope, -low AS still
    FROM weighed WHERE weight > 0
    UNION ALL
    SELECT pool_id, high, weight, div(high * 1e100, weight), -weight, high
    FROM weighed WHERE weight > 0 AND high IS NOT NULL
), turned AS (
    SELECT DISTINCT ON (pool_id, at) pool_id, num, den, at,
           lows + sum(still) OVER line AS still, sum(slope) OVER line AS slope, total, lows
    FROM turn JOIN pool USING (pool_id)
    WINDOW line AS (PARTITION BY pool_id ORDER BY at RANGE UNBOUNDED PRECEDING)
), stepped AS (
    SELECT *, still * den + num * slope >= total * den AS reached,
           coalesce(lag(still) OVER line, lows) AS still_before, coalesce(lag(slope) OVER line, 0) AS slope_before
    FROM turned
    WINDOW line AS (PARTITION BY pool_id ORDER BY at)
), hit AS (
    SELECT DISTINCT ON (pool_id) pool_id,
           CASE WHEN slope_before > 0 THEN total - still_before ELSE num END AS rate_n,
           CASE WHEN slope_before > 0 THEN slope_before ELSE den END AS rate_d
    FROM stepped
    WHERE reached
    ORDER BY pool_id, at
), beyond AS (
    SELECT DISTINCT ON (pool_id) pool_id, total - still AS rate_n, slope AS rate_d, slope > 0 AS open
    FROM stepped
    ORDER BY pool_id, at DESC
), rate AS (
    SELECT pool.pool_id, coalesce(hit.rate_n, CASE WHEN beyond.open THEN beyond.rate_n END) AS rate_n,
           coalesce(hit.rate_d, CASE WHEN beyond.open THEN beyond.rate_d END) AS rate_d
    FROM pool
    LEFT JOIN hit USING (pool_id)
    LEFT JOIN beyond USING (pool_id)
), fixed AS (
    SELECT weighed.*, r.rate_n, r.rate_d,
           CASE WHEN r.rate_d IS NULL THEN CASE WHEN weight = 0 OR high IS NULL THEN low ELSE high END
                WHEN r.rate_n * weight <= low * r.rate_d THEN low
                WHEN high IS NOT NULL AND r.rate_n * weight >= high * r.rate_d THEN high END AS settled
    FROM weighed JOIN rate r USING (pool_id)
), divided AS (
    SELECT *, total - coalesce(sum(settled) OVER pooled, 0) AS rest,
           coalesce(sum(weight) FILTER (WHERE settled IS NULL) OVER pooled, 0) AS whole
    FROM fixed
    WINDOW pooled AS (PARTITION BY pool_id)
), parted AS (
    SELECT *, CASE WHEN settled IS NULL THEN div(rest * weight, whole) END AS part,
           CASE WHEN settled IS NULL THEN mod(rest * weight, whole) END AS remainder
    FROM divided
), ranked AS (
    SELECT *, rest - sum(part) OVER (PARTITION BY pool_id) AS left_over,
           row_number() OVER (PARTITION BY pool_id ORDER BY remainder DESC NULLS LAST,
                              number COLLATE "C", entity COLLATE "C") AS place_in_line
    FROM parted
), paid AS (
    SELECT *, settled IS NULL AND place_in_line <= left_over AS by_remainder,
           coalesce(settled, part + (place_in_line <= left_over)::int) AS amount
    FROM ranked
), written AS (
    INSERT INTO reward_bonusaward
        (plan_id, scenario_id, pool_id, subject_id, subject_place, number, entity, days, grade, coefficient, review_id,
         flat_n, flat_d, amount, by_remainder, at_limit, terms)
    SELECT %(plan)s, %(scenario)s, pool_id, person_id, place, number, entity, days, grade,
           k, review_id, flat_n, flat_d, amount, by_remainder,
           CASE WHEN settled IS NULL OR weight = 0 OR settled = 0 THEN ''
                WHEN high IS NOT NULL AND settled = high AND low < high THEN 'cap' ELSE 'floor' END,
           jsonb_build_object('mode', %(mode)s::text, 'cycle_days', cycle_days, 'c_company', c_company,
                              'c_unit', c_unit, 'flattening', flattening, 'people', people)
    FROM paid
    RETURNING id, pool_id, subject_id
), based AS (
    INSERT INTO reward_bonusbasis
        (award_id, plan_id, subject_id, subject_place, target, target_days, weight, rate_n, rate_d)
    SELECT written.id, %(plan)s, person_id, place, target, target_days, weight, rate_n, rate_d
    FROM written JOIN paid ON paid.pool_id = written.pool_id AND paid.person_id = written.subject_id
)
UPDATE reward_bonuspool p
SET mean_n = s.mean_n, mean_d = s.mean_d, unallocated = s.total - s.paid
FROM (
    SELECT pool_id, min(mean_n) AS mean_n, min(mean_d) AS mean_d, min(total) AS total, sum(amount) AS paid
    FROM paid GROUP BY pool_id
) s
WHERE p.id = s.pool_id
