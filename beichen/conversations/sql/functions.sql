-- Check-ins of an employment that ended before the person came back: closed to the line of today (G8).
CREATE OR REPLACE FUNCTION access.former_talks() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT t.id FROM access.returned() r
    JOIN conversations_checkin t ON t.person_id = r.person
    WHERE t.due_on < r.since OR t.sent_at < r.since::timestamptz
$$;
