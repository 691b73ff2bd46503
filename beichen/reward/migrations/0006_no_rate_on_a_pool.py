"""The rate of a pool stands with each award since 0003, which used to take it off the pool as well.

On its way back that kept readers out of the pools for as long as the awards took, so it is a step of its own. A database
that had it then has no such columns.
"""

from django.db import migrations

GONE = "ALTER TABLE reward_bonuspool DROP COLUMN IF EXISTS rate_n, DROP COLUMN IF EXISTS rate_d"
BACK = "ALTER TABLE reward_bonuspool ADD COLUMN rate_n numeric(200, 0), ADD COLUMN rate_d numeric(200, 0)"


class Migration(migrations.Migration):

    dependencies = [
        ('reward', '0005_check_pools_together'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(GONE, BACK)],
            state_operations=[
                migrations.RemoveField(model_name='bonuspool', name='rate_n'),
                migrations.RemoveField(model_name='bonuspool', name='rate_d'),
            ],
        ),
    ]
