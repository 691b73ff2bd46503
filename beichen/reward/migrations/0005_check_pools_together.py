from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parents[1] / "sql"
BACK = """
DROP TRIGGER reward_sum_added ON reward_bonusaward;
DROP TRIGGER reward_sum_changed ON reward_bonusaward;
DROP TRIGGER reward_sum_taken ON reward_bonusaward;
DROP TRIGGER reward_sum_added ON reward_bonuspool;
DROP TRIGGER reward_sum_changed ON reward_bonuspool;
DROP FUNCTION reward_check_awards;
DROP FUNCTION reward_check_pools;
CREATE CONSTRAINT TRIGGER reward_sum AFTER INSERT OR DELETE OR UPDATE OF amount, pool_id ON reward_bonusaward
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reward_check_pool('pool_id');
CREATE CONSTRAINT TRIGGER reward_sum AFTER INSERT OR UPDATE ON reward_bonuspool
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reward_check_pool('id');
CREATE OR REPLACE FUNCTION reward_check_plan() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM reward_pool_adds_up(p.id) FROM reward_bonuspool p WHERE p.scenario_id = NEW.chosen_id;
    RETURN NULL;
END
$$;
DROP FUNCTION reward_pools_add_up;
"""


class Migration(migrations.Migration):
    dependencies = [("reward", "0004_bonus_plans_in_english")]

    operations = [migrations.RunSQL((FOLDER / "sum_check_sets.sql").read_text(encoding="utf-8"), BACK)]
