from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "sum_check.sql"
BACK = """
DROP FUNCTION reward_check_plan CASCADE;
DROP FUNCTION reward_check_pool CASCADE;
DROP FUNCTION reward_pool_adds_up;
DROP POLICY reward_sum ON reward_bonuspool;
DROP POLICY reward_sum ON reward_bonusaward;
DROP POLICY reward_sum ON reward_adjustment;
"""


class Migration(migrations.Migration):
    dependencies = [("reward", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), BACK)]
