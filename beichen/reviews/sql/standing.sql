-- Who of the chosen belongs into a plan: employed to its last day, at the end in one of its units, not left out.
-- `plain`: one manager, who works here, led them for all of their days. queries.seeds judges the others one by one.
SELECT s.person_id, s.place, s.unit_id, s.manager_id, s.days, coalesce(boss.is_active, false) AS plain
FROM (
    SELECT line.person_id, min(line.place) AS place, (array_agg(line.unit_id ORDER BY line.first DESC))[1] AS unit_id,
           CASE WHEN count(line.manager_id) = count(*) AND min(line.manager_id) = max(line.manager_id)
                THEN min(line.manager_id) END AS manager_id,
           max(line.last) AS last, sum(line.last - line.first + 1) AS days
    FROM (
        SELECT p.id AS person_id, p.place, a.manager_id, a.unit_id,
               greatest((lower(a.period) AT TIME ZONE e.time_zone)::date, %(first)s) AS first,
               least(coalesce((upper(a.period) AT TIME ZONE e.time_zone)::date - 1, %(last)s), %(last)s) AS last
        FROM chosen
        JOIN people_person p ON p.id = chosen.id
        JOIN people_legalentity e ON e.id = p.entity_id
        JOIN people_assignment a ON a.person_id = p.id
            AND a.period && tstzrange(%(first)s::timestamp AT TIME ZONE e.time_zone,
                                      (%(last)s::date + 1)::timestamp AT TIME ZONE e.time_zone)
    ) line
    WHERE line.first <= line.last
    GROUP BY line.person_id
) s
JOIN people_orgunit u ON u.id = s.unit_id AND u.is_active AND u.place BETWEEN %(place)s AND %(place_end)s
LEFT JOIN people_person boss ON boss.id = s.manager_id
WHERE s.last = %(last)s AND s.person_id <> ALL (%(without)s::bigint[])
