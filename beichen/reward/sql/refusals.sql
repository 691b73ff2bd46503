-- Pools that hold several currencies, pools whose floors add up to more than there is to share, and people who would be
-- paid from a unit that has no pool, because it was closed.
WITH person AS (
    SELECT CASE WHEN %(by_days)s THEN pool_unit_id ELSE last_unit_id END AS unit_id, person_id,
           min(currency) AS currency, max(currency) AS other, min(coefficient) AS k,
           sum(target::numeric * days * fte_percent) AS target_days
    FROM reward_bonusentry
    WHERE plan_id = %(plan)s AND coefficient IS NOT NULL
    GROUP BY 1, person_id
)
SELECT unit_code, problem FROM (
    SELECT p.unit_code,
           CASE WHEN min(person.currency) <> max(person.other) THEN 'currency' ELSE 'floor' END AS problem
    FROM reward_bonuspool p
    JOIN person ON person.unit_id = p.unit_id
    WHERE p.scenario_id = %(scenario)s
    GROUP BY p.id
    HAVING min(person.currency) <> max(person.other)
        OR sum(kit.half_even(person.target_days * %(floor)s, 1000000 * p.cycle_days)) FILTER (WHERE person.k > 0)
           > p.value - p.reserve
    UNION ALL
    SELECT DISTINCT u.code, 'closed'
    FROM person
    JOIN people_orgunit u ON u.id = person.unit_id
    WHERE NOT EXISTS (
        SELECT FROM reward_bonuspool p WHERE p.scenario_id = %(scenario)s AND p.unit_id = person.unit_id)
) found
ORDER BY unit_code COLLATE "C"
