"""The home of each goal is filled and the index of the board holds it, while people read: 0016 adds the column.

The new index is built before the old one goes, which alone keeps readers out, for a moment.
"""

from django.db import migrations, models

FILL = """
UPDATE goals_goal g SET home_id = coalesce(g.unit_id, p.unit_id) FROM people_person p WHERE p.id = g.owner_id;
SET CONSTRAINTS ALL IMMEDIATE;
ANALYZE goals_goal;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0016_visibility_presets'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='goal',
            index=models.Index(condition=models.Q(('is_dropped', False), ('state__in', ['active', 'changing', 'closed'])), fields=['cycle', 'id'], include=('owner', 'owner_place', 'visibility', 'shown_in', 'state', 'kind', 'priority', 'home'), name='goal_board_open'),
        ),
        migrations.RemoveIndex(
            model_name='goal',
            name='goal_board',
        ),
    ]
