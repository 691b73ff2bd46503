-- Every cent of a pool is somebody's or reported: checked when the transaction ends, whoever wrote. The function reads as
-- the owner of the tables, because the writer may not see all awards of the pool.
CREATE OR REPLACE FUNCTION reward_pool_adds_up(wanted bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    off numeric;
BEGIN
    SELECT p.value - p.reserve - p.unallocated
           - (SELECT coalesce(sum(a.amount), 0) FROM reward_bonusaward a WHERE a.pool_id = p.id)
           - (SELECT coalesce(sum(d.delta), 0) FROM reward_adjustment d WHERE d.pool_id = p.id)
    INTO off
    FROM reward_bonuspool p
    JOIN reward_bonusplan b ON b.id = p.plan_id AND b.chosen_id = p.scenario_id
    WHERE p.id = wanted AND b.state NOT IN ('draft', 'simulated');
    IF off <> 0 THEN
        RAISE EXCEPTION 'pool % does not add up', wanted USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- The pool of a changed award, adjustment or pool (the column is the trigger's argument).
CREATE OR REPLACE FUNCTION reward_check_pool() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reward_pool_adds_up((to_jsonb(coalesce(NEW, OLD)) ->> TG_ARGV[0])::bigint);
    RETURN NULL;
END
$$;

-- Every pool of a plan whose state or choice changed.
CREATE OR REPLACE FUNCTION reward_check_plan() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM reward_pool_adds_up(p.id) FROM reward_bonuspool p WHERE p.scenario_id = NEW.chosen_id;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER reward_sum AFTER INSERT OR DELETE OR UPDATE OF amount, pool_id ON reward_bonusaward
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reward_check_pool('pool_id');
CREATE CONSTRAINT TRIGGER reward_sum AFTER INSERT OR UPDATE OR DELETE ON reward_adjustment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reward_check_pool('pool_id');
CREATE CONSTRAINT TRIGGER reward_sum AFTER INSERT OR UPDATE ON reward_bonuspool
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reward_check_pool('id');
CREATE CONSTRAINT TRIGGER reward_sum AFTER UPDATE OF state, chosen_id ON reward_bonusplan
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.chosen_id IS NOT NULL) EXECUTE FUNCTION reward_check_plan();

-- Row security is forced on the owner too; these let the check above read.
CREATE POLICY reward_sum ON reward_bonuspool FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY reward_sum ON reward_bonusaward FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY reward_sum ON reward_adjustment FOR SELECT TO CURRENT_USER USING (true);
