-- The sum check reads all pools that a statement touched at once; one call for each award cost more than the shares.
CREATE OR REPLACE FUNCTION reward_pools_add_up(wanted bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    off bigint;
BEGIN
    SELECT p.id INTO off
    FROM reward_bonuspool p
    JOIN reward_bonusplan b ON b.id = p.plan_id AND b.chosen_id = p.scenario_id AND b.state NOT IN ('draft', 'simulated')
    WHERE p.id = ANY (wanted)
      AND p.value - p.reserve - p.unallocated
          <> (SELECT coalesce(sum(a.amount), 0) FROM reward_bonusaward a WHERE a.pool_id = p.id)
           + (SELECT coalesce(sum(d.delta), 0) FROM reward_adjustment d WHERE d.pool_id = p.id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'pool % does not add up', off USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- After a statement on awards: the pools of its rows; of an update both where they were and where they are.
CREATE OR REPLACE FUNCTION reward_check_awards() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM reward_pools_add_up(array_agg(DISTINCT pool)) FROM (
            SELECT unnest(ARRAY[o.pool_id, n.pool_id]) AS pool FROM before o JOIN after n ON n.id = o.id
            WHERE o.amount <> n.amount OR o.pool_id <> n.pool_id) changed;
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM reward_pools_add_up(array_agg(DISTINCT pool_id)) FROM after;
    ELSE
        PERFORM reward_pools_add_up(array_agg(DISTINCT pool_id)) FROM before;
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER reward_sum ON reward_bonusaward;
CREATE TRIGGER reward_sum_added AFTER INSERT ON reward_bonusaward
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION reward_check_awards();
CREATE TRIGGER reward_sum_changed AFTER UPDATE ON reward_bonusaward
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION reward_check_awards();
CREATE TRIGGER reward_sum_taken AFTER DELETE ON reward_bonusaward
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION reward_check_awards();

-- After a statement on pools: all of them.
CREATE OR REPLACE FUNCTION reward_check_pools() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reward_pools_add_up(array_agg(id)) FROM after;
    RETURN NULL;
END
$$;
DROP TRIGGER reward_sum ON reward_bonuspool;
CREATE TRIGGER reward_sum_added AFTER INSERT ON reward_bonuspool
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION reward_check_pools();
CREATE TRIGGER reward_sum_changed AFTER UPDATE ON reward_bonuspool
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION reward_check_pools();

-- Every pool of a plan whose state or choice changed, in one go.
CREATE OR REPLACE FUNCTION reward_check_plan() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM reward_pools_add_up(array_agg(p.id)) FROM reward_bonuspool p WHERE p.scenario_id = NEW.chosen_id;
    RETURN NULL;
END
$$;
