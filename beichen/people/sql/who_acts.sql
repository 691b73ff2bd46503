-- For everybody in a cycle: who would take each kind of step (G21: LM, SK, BP, a second HA, an outside person), after
-- the masks of G2. Seats are counted per unit; the few people about whom a holder has no say are taken off one by one.
WITH RECURSIVE units AS MATERIALIZED (
    SELECT u.id, u.place FROM people_orgunit u JOIN people_orgunit top ON u.place BETWEEN top.place AND top.place_end
    WHERE top.id = %(scope)s
), held AS MATERIALIZED (
    SELECT s.seat, h.id AS holder, h.unit_id, top.place AS first, top.place_end AS last
    FROM people_seat s
    JOIN people_person h ON h.id = s.person_id AND h.is_active
    JOIN people_orgunit top ON top.id = s.scope_id
    WHERE s.seat IN ('BP', 'HA') AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL
), cover AS MATERIALIZED (
    SELECT DISTINCT units.id AS unit, held.seat, held.holder
    FROM units JOIN held ON units.place BETWEEN held.first AND held.last AND held.unit_id IS DISTINCT FROM units.id
), counted AS (
    SELECT unit, count(*) FILTER (WHERE seat = 'BP') AS bp, count(*) FILTER (WHERE seat = 'HA') AS ha
    FROM cover GROUP BY unit
), above(holder, person) AS (
    SELECT holder, holder FROM held
    UNION
    SELECT above.holder, p.manager_id FROM above JOIN people_person p ON p.id = above.person
    WHERE p.manager_id IS NOT NULL
), barred AS (
    SELECT holder, person FROM above
    UNION SELECT holder_id, other_id FROM people_conflict
    UNION SELECT manager_id, id FROM people_person WHERE manager_id IN (SELECT holder FROM held)
), fewer AS (
    SELECT p.id, count(*) FILTER (WHERE c.seat = 'BP') AS bp, count(*) FILTER (WHERE c.seat = 'HA') AS ha
    FROM barred b JOIN people_person p ON p.id = b.person
    JOIN cover c ON c.unit = p.unit_id AND c.holder = b.holder
    GROUP BY p.id
), outside AS (
    SELECT count(*) > 0 AS there FROM people_person WHERE kind = 'external' AND is_active
), facts AS (
    SELECT p.id, coalesce(m.is_active, false) AS lm, k.id IS NOT NULL AS sk, outside.there,
           coalesce(counted.bp, 0) - coalesce(fewer.bp, 0) AS bp, coalesce(counted.ha, 0) - coalesce(fewer.ha, 0) AS ha
    FROM people_person p
    JOIN units ON units.id = p.unit_id
    CROSS JOIN outside
    LEFT JOIN people_person m ON m.id = p.manager_id
    LEFT JOIN people_person k ON k.id = m.manager_id AND k.is_active AND k.id <> p.id
    LEFT JOIN counted ON counted.unit = p.unit_id
    LEFT JOIN fewer ON fewer.id = p.id
    WHERE p.is_active AND p.kind = 'employee'
), decides AS (
    SELECT facts.*, CASE WHEN lm THEN 'LM' WHEN sk THEN 'SK' WHEN bp > 0 THEN 'BP' WHEN ha > 0 THEN 'HA'
                         WHEN there THEN 'OUT' END AS decider
    FROM facts
), taken AS (
    SELECT id, 'LM' AS step, decider AS who FROM decides
    UNION ALL
    -- nobody twice in one chain, but for an outside person, who alone decides where nobody else can
    SELECT id, 'SK', CASE WHEN sk AND decider <> 'SK' THEN 'SK'
                          WHEN bp > CASE WHEN decider = 'BP' THEN 1 ELSE 0 END THEN 'BP'
                          WHEN ha > CASE WHEN decider = 'HA' THEN 1 ELSE 0 END THEN 'HA'
                          WHEN there THEN 'OUT' END FROM decides
    UNION ALL
    SELECT id, 'BP', CASE WHEN bp > 0 THEN 'BP' WHEN ha > 0 THEN 'HA' WHEN there THEN 'OUT' END FROM decides
)
SELECT step, coalesce(who, ''), count(*), (array_agg(id ORDER BY id) FILTER (WHERE who IS NULL))[1:3]
FROM taken GROUP BY step, who
