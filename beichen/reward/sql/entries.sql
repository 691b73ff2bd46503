-- Freeze the inputs of a plan: one row for each stretch of a person, with the pool that pays it and whether and why the
-- person is out. A head's own line lies in the pool above, the root's in its own. Gives how many have a result, and the
-- currency of the first line. The twin is formulas/inputs.py, person by person.
WITH RECURSIVE stretch (person, number, entity, place, unit, first, last, days, fte, target, currency) AS MATERIALIZED (
    {stretches}
), result (person, grade, coefficient, review) AS MATERIALIZED (
    {results}
), unit AS MATERIALIZED (
    SELECT id, parent_id AS parent, head_id AS head FROM people_orgunit
    WHERE is_active OR id IN (SELECT unit FROM stretch)
), climb (start, person, unit, step) AS (
    SELECT DISTINCT u.id, u.head, u.parent, 1 FROM stretch s
    JOIN unit u ON u.id = s.unit AND u.head = s.person
    JOIN unit above ON above.id = u.parent
    UNION ALL
    SELECT c.start, c.person, u.parent, c.step + 1 FROM climb c
    JOIN unit u ON u.id = c.unit AND u.head = c.person
    JOIN unit above ON above.id = u.parent
), paying AS MATERIALIZED (
    SELECT DISTINCT ON (start, person) start, person, unit FROM climb ORDER BY start, person, step DESC
), ended AS (
    SELECT DISTINCT ON (person) person, unit AS last_unit, last,
           bool_or(target IS NOT NULL) OVER (PARTITION BY person) AS aimed
    FROM stretch ORDER BY person, last DESC, first
), judged AS MATERIALIZED (
    SELECT e.person, e.last_unit, r.grade, r.coefficient, r.review,
           CASE WHEN e.last < %(last)s THEN 'left' WHEN r.person IS NULL THEN 'no_result'
                WHEN NOT e.aimed THEN 'no_target' ELSE '' END AS out
    FROM ended e LEFT JOIN result r ON r.person = e.person
), written AS (
    INSERT INTO reward_bonusentry
        (plan_id, person_id, subject_place, number, entity, pool_unit_id, last_unit_id, first, target, days, fte_percent,
         currency, grade, coefficient, review_id, out)
    SELECT %(plan)s, s.person, s.place, s.number, s.entity, coalesce(here.unit, s.unit),
           coalesce(there.unit, j.last_unit), s.first, coalesce(s.target, 0), s.days, s.fte, s.currency,
           coalesce(j.grade, ''), CASE WHEN j.out = '' THEN j.coefficient END, CASE WHEN j.out = '' THEN j.review END,
           j.out
    FROM stretch s
    JOIN judged j ON j.person = s.person
    LEFT JOIN paying here ON here.person = s.person AND here.start = s.unit
    LEFT JOIN paying there ON there.person = s.person AND there.start = j.last_unit
)
SELECT (SELECT count(*) FROM judged WHERE out = ''),
       (SELECT currency FROM stretch ORDER BY number COLLATE "C", entity, first LIMIT 1)
