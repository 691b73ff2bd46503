-- The relations of the table of rights, over people. Each is STABLE and is called once per statement.

-- How somebody stands to the company: works here, left with the portal still open, or is gone. Nobody known: here.
CREATE OR REPLACE FUNCTION access.standing(person bigint, day date) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT CASE WHEN p.is_active THEN 'here' WHEN e.portal_until >= day THEN 'left' ELSE 'gone' END
                     FROM people_person p LEFT JOIN people_employment e ON e.person_id = p.id WHERE p.id = person), 'here')
$$;

-- Whoever has left, and of them those whom the line still reads: for thirty days (G8).
CREATE OR REPLACE FUNCTION access.gone() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM people_person WHERE NOT is_active
$$;
CREATE OR REPLACE FUNCTION access.just_gone() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 30 AS $$
    SELECT p.id FROM people_person p JOIN people_employment e ON e.person_id = p.id
    WHERE NOT p.is_active AND e.left_on >= (SELECT access.today()) - 30
$$;

-- Of whoever has left, those whom the line reads no more.
CREATE OR REPLACE FUNCTION access.long_gone() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT p.id FROM people_person p LEFT JOIN people_employment e ON e.person_id = p.id
    WHERE NOT p.is_active AND (e.left_on >= (SELECT access.today()) - 30) IS NOT TRUE
$$;

-- Whoever left and came back, and since when: what is older belongs to the employment that ended (G8).
CREATE OR REPLACE FUNCTION access.returned() RETURNS TABLE (person bigint, since date) LANGUAGE sql STABLE ROWS 30 AS $$
    SELECT e.person_id, e.hired_on FROM people_employment e
    WHERE EXISTS (SELECT 1 FROM people_formeremployment f WHERE f.person_id = e.person_id)
$$;

-- Cycles that ended before the person came back.
CREATE OR REPLACE FUNCTION access.former_cycles() RETURNS TABLE (person bigint, key bigint) LANGUAGE sql STABLE ROWS 100 AS $$
    SELECT r.person, c.id FROM access.returned() r
    JOIN people_period q ON q.ends_on < r.since
    JOIN people_cycle c ON c.period_id = q.id
$$;

-- Who led the one who asks, before leaving.
CREATE OR REPLACE FUNCTION access.own_leaders() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT manager_id FROM people_assignment WHERE person_id = access.leaver() AND manager_id IS NOT NULL
$$;

-- Does the one who asks work here today?
CREATE OR REPLACE FUNCTION access.is_employee() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM people_person WHERE id = access.actor() AND is_active)
$$;

-- LM: my direct reports.
CREATE OR REPLACE FUNCTION access.reports() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT id FROM people_person
    WHERE manager_id = access.actor() AND (is_active OR id IN (SELECT access.just_gone()))
$$;

-- SK: the reports of my reports.
CREATE OR REPLACE FUNCTION access.skip_reports() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 60 AS $$
    SELECT p.id FROM people_person p JOIN people_person m ON m.id = p.manager_id
    WHERE m.manager_id = access.actor() AND (p.is_active OR p.id IN (SELECT access.just_gone()))
$$;

-- The places of everyone below me. `+ '{}'` makes a fresh datum: a stored one is unpacked again for every row.
CREATE OR REPLACE FUNCTION access.branch_ranges() RETURNS int8multirange LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT places + '{}'::int8multirange FROM people_branch
                     WHERE holder_id = access.actor() AND kind = 'line'), '{}')
$$;

-- Everyone below me.
CREATE OR REPLACE FUNCTION access.branch_people() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM people_person WHERE place <@ (SELECT access.branch_ranges())
$$;

-- Everyone below me but my direct reports (SK where managers further up count, G20).
CREATE OR REPLACE FUNCTION access.below() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM people_person
    WHERE place <@ (SELECT access.branch_ranges()) AND manager_id <> access.actor()
      AND (is_active OR id IN (SELECT access.just_gone()))
$$;

-- My direct team: who leads me, and who else reports to the same manager. The own reports are LM, oneself is SE.
CREATE OR REPLACE FUNCTION access.direct_team() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 15 AS $$
    SELECT p.id FROM people_person me
    JOIN people_person p ON p.manager_id = me.manager_id OR p.id = me.manager_id
    WHERE me.id = access.actor() AND p.id <> me.id AND (p.is_active OR p.id IN (SELECT access.just_gone()))
$$;

-- PM: whom I led in a cycle that is not closed, and lead no more.
CREATE OR REPLACE FUNCTION access.past_reports() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 20 AS $$
    SELECT DISTINCT a.person_id
    FROM people_assignment a
    JOIN people_person p ON p.id = a.person_id
    LEFT JOIN access.returned() r ON r.person = p.id
    WHERE a.manager_id = access.actor() AND p.manager_id IS DISTINCT FROM access.actor()
      AND (p.is_active OR p.id IN (SELECT access.just_gone()))
      AND (r.since IS NULL OR coalesce(upper(a.period), 'infinity') > r.since::timestamptz)
      AND EXISTS (SELECT 1 FROM people_cycle c JOIN people_period q ON q.id = c.period_id
                  WHERE c.phase < 'C11'
                    AND a.period && tstzrange(q.starts_on::timestamptz, (q.ends_on + 1)::timestamptz))
$$;

-- DL: the members of the projects I lead, today; of whoever left, those who were members on the last day (G8).
CREATE OR REPLACE FUNCTION access.dotted_reports() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 20 AS $$
    SELECT m.person_id
    FROM people_project j
    JOIN people_membership m ON m.project_id = j.id
    JOIN people_person p ON p.id = m.person_id
    LEFT JOIN people_employment e ON e.person_id = p.id
    WHERE j.lead_id = access.actor() AND m.person_id <> access.actor()
      AND CASE WHEN p.is_active THEN m.period @> (SELECT access.today())
               ELSE m.period @> e.left_on AND p.id IN (SELECT access.just_gone()) END
$$;

-- Does the one who asks hold this seat?
CREATE OR REPLACE FUNCTION access.has_seat(wanted text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM people_seat s JOIN people_person p ON p.id = s.person_id AND p.is_active
                   WHERE s.person_id = access.actor() AND s.seat = wanted
                     AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL)
$$;

-- The columns that need no subject: the seats held, and CO for whoever works here.
CREATE OR REPLACE FUNCTION access.seats() RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT seat), '{}') FROM (
        SELECT s.seat::text FROM people_seat s
        WHERE s.person_id = access.actor() AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL
          AND access.is_employee()
        UNION ALL SELECT 'CO' WHERE access.is_employee()
        UNION ALL SELECT 'TE' WHERE access.leaver() IS NOT NULL
    ) held
$$;

-- Does anybody who works here report to the one who asks?
CREATE OR REPLACE FUNCTION access.leads() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM people_person WHERE manager_id = access.actor() AND is_active)
$$;

-- Does the one who asks head a unit, or look after its people?
CREATE OR REPLACE FUNCTION access.heads() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM people_orgunit WHERE is_active AND access.actor() IN (head_id, hrbp_id))
$$;

-- The places of the people in the scopes of my seats of one kind. An HR partner has no cells over the own line (T09).
CREATE OR REPLACE FUNCTION access.seat_ranges(wanted text) RETURNS int8multirange LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT places - CASE WHEN wanted = 'BP' THEN access.branch_ranges() ELSE '{}' END
                     FROM people_branch
                     WHERE holder_id = access.actor() AND kind = wanted AND access.has_seat(wanted)), '{}')
$$;

-- Everyone in the scopes of my seats of one kind, whoever they are to me.
CREATE OR REPLACE FUNCTION access.scope_people(wanted text) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM people_person WHERE place <@ (SELECT access.seat_ranges(wanted))
$$;

-- The units over which my seats of one kind hold.
CREATE OR REPLACE FUNCTION access.seat_units(wanted text) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 100 AS $$
    SELECT u.id FROM people_seat s
        JOIN people_orgunit top ON top.id = s.scope_id
        JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
    WHERE s.person_id = access.actor() AND s.seat = wanted
      AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL AND access.is_employee()
$$;

-- The units that hold a scope of my seats of one kind, or lie in it: what concerns them concerns somebody of mine.
CREATE OR REPLACE FUNCTION access.touched_units(wanted text) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 100 AS $$
    SELECT u.id FROM people_seat s
        JOIN people_orgunit top ON top.id = s.scope_id
        JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end OR top.place BETWEEN u.place AND u.place_end
    WHERE s.person_id = access.actor() AND s.seat = wanted
      AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL AND access.is_employee()
$$;

-- The columns in which I stand to an object of a unit that is about nobody: the seats that hold there, and CO (G20).
CREATE OR REPLACE FUNCTION access.seats_over(unit bigint) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT seat), '{}') FROM (
        SELECT s.seat::text FROM people_seat s
            JOIN people_orgunit top ON top.id = s.scope_id
            JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
        WHERE u.id = unit AND s.person_id = access.actor() AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL
          AND access.is_employee()
        UNION ALL SELECT 'CO' WHERE access.is_employee()
    ) held
$$;

-- G2: the people about whom my seats give me nothing: myself, everyone above me, the HR team I sit in,
-- and those I have declared a conflict with.
CREATE OR REPLACE FUNCTION access.masked() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 30 AS $$
    WITH RECURSIVE above(id) AS (
        SELECT access.actor()
        UNION SELECT p.manager_id FROM people_person p JOIN above ON p.id = above.id WHERE p.manager_id IS NOT NULL
    )
    SELECT id FROM above WHERE id IS NOT NULL
    UNION SELECT mate.id FROM people_person me JOIN people_person mate ON mate.unit_id = me.unit_id
        WHERE me.id = access.actor() AND (access.has_seat('BP') OR access.has_seat('HA') OR access.has_seat('CA'))
    UNION SELECT other_id FROM people_conflict WHERE holder_id = access.actor()
$$;

-- The people over whom my seats of one kind hold, after G2.
CREATE OR REPLACE FUNCTION access.seat_people(wanted text) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM people_person
    WHERE place <@ (SELECT access.seat_ranges(wanted)) AND id NOT IN (SELECT access.masked())
$$;

-- The same people as ranges of ids, for rows that name many: evaluated once, then searched by halves.
CREATE OR REPLACE FUNCTION access.seat_id_ranges(wanted text) RETURNS int8multirange LANGUAGE sql STABLE AS $$
    SELECT coalesce(range_agg(int8range(id, id, '[]')), '{}') FROM access.seat_people(wanted) id
$$;

-- Every column in which I stand to one person.
CREATE OR REPLACE FUNCTION access.relations_to(subject bigint) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(code), '{}') FROM (
        SELECT 'SE' AS code WHERE subject = access.actor()
        UNION ALL SELECT 'TE' WHERE subject = access.leaver()
        UNION ALL SELECT 'GONE' WHERE EXISTS (SELECT 1 FROM people_person WHERE id = subject AND NOT is_active)
        UNION ALL SELECT 'LM' WHERE EXISTS
            (SELECT 1 FROM people_person WHERE id = subject AND manager_id = access.actor()
               AND (is_active OR id IN (SELECT access.just_gone())))
        UNION ALL SELECT 'SK' WHERE EXISTS
            (SELECT 1 FROM people_person p JOIN people_person m ON m.id = p.manager_id
             WHERE p.id = subject AND m.manager_id = access.actor()
               AND (p.is_active OR p.id IN (SELECT access.just_gone())))
        UNION ALL SELECT 'UP' WHERE EXISTS
            (SELECT 1 FROM people_person WHERE id = subject AND place <@ (SELECT access.branch_ranges())
               AND manager_id <> access.actor() AND (is_active OR id IN (SELECT access.just_gone())))
        UNION ALL SELECT 'PM' WHERE subject IN (SELECT access.past_reports())
        UNION ALL SELECT 'DL' WHERE subject IN (SELECT access.dotted_reports())
        UNION ALL SELECT 'CO' WHERE access.is_employee() AND subject IS DISTINCT FROM access.actor()
        UNION ALL SELECT held.seat FROM (
            SELECT DISTINCT s.seat::text AS seat FROM people_seat s
            WHERE s.person_id = access.actor() AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL) held
        WHERE access.is_employee() AND subject NOT IN (SELECT access.masked())
          AND (SELECT place FROM people_person WHERE id = subject) <@ access.seat_ranges(held.seat)
    ) found
$$;

-- Who could act in a role about somebody, the nearest first: the line, the holders of a seat whose scope holds the
-- subject and whom G2 does not mask, or the outside seat ('OUT'). Without a subject: every holder of the seat.
CREATE OR REPLACE FUNCTION access.candidates(role text, subject bigint) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 5 AS $$
    SELECT person FROM (
        SELECT m.id AS person, 0 AS far
        FROM people_person p JOIN people_person m ON m.id = p.manager_id AND m.is_active
        WHERE role = 'LM' AND p.id = subject
        UNION ALL
        SELECT s.id, 0
        FROM people_person p JOIN people_person m ON m.id = p.manager_id
             JOIN people_person s ON s.id = m.manager_id AND s.is_active
        WHERE role = 'SK' AND p.id = subject
        UNION ALL
        SELECT h.id, min(-u.depth)
        FROM people_seat s
             JOIN people_person h ON h.id = s.person_id AND h.is_active
             JOIN people_orgunit u ON u.id = s.scope_id
             LEFT JOIN people_person p ON p.id = subject
        WHERE s.seat = role AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL
          AND (subject IS NULL OR (
              h.id <> subject AND h.unit_id IS DISTINCT FROM p.unit_id
              AND EXISTS (SELECT FROM people_branch b
                          WHERE b.holder_id = h.id AND b.kind = s.seat AND p.place <@ b.places)
              AND NOT EXISTS (SELECT FROM people_branch b
                              WHERE b.holder_id = subject AND b.kind = 'line' AND h.place <@ b.places)
              AND NOT (s.seat = 'BP' AND EXISTS (SELECT FROM people_branch b
                              WHERE b.holder_id = h.id AND b.kind = 'line' AND p.place <@ b.places))
              AND NOT EXISTS (SELECT FROM people_conflict c WHERE c.holder_id = h.id AND c.other_id = subject)))
        GROUP BY h.id
        UNION ALL
        SELECT id, 0 FROM people_person WHERE role = 'OUT' AND kind = 'external' AND is_active
    ) found
    ORDER BY far, person
$$;

-- How somebody stood to a person at a moment: the line by the assignments of that day, then the seats held then.
CREATE OR REPLACE FUNCTION access.stood(viewer bigint, subject bigint, moment timestamptz) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(code ORDER BY rank, code), '{}') FROM (
        SELECT 'SE' AS code, 0 AS rank WHERE viewer = subject
        UNION ALL SELECT 'LM', 1 FROM people_assignment
            WHERE person_id = subject AND manager_id = viewer AND period @> moment
        UNION ALL SELECT 'SK', 2 FROM people_assignment a JOIN people_assignment m ON m.person_id = a.manager_id
            WHERE a.person_id = subject AND a.period @> moment AND m.manager_id = viewer AND m.period @> moment
        UNION ALL SELECT DISTINCT seat::text, 3 FROM people_seat
            WHERE person_id = viewer AND granted_at <= moment AND (revoked_at IS NULL OR revoked_at > moment)
    ) found
$$;
