-- Bonus plans of cycles that ended before the person came back: closed to the line of today (G8).
CREATE OR REPLACE FUNCTION access.former_plans() RETURNS TABLE (person bigint, key bigint) LANGUAGE sql STABLE AS $$
    SELECT f.person, p.id FROM access.former_cycles() f JOIN reward_bonusplan p ON p.cycle_id = f.key
$$;
