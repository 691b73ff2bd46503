"""The board of progress is filled and its indexes are built, while people read: 0004 adds the columns and is over at once.

Both used to be part of 0004, which kept readers out for as long as they took. A database that had them then has them
already, so nothing here minds what is there.
"""

from django.db import migrations, models

FILL = """
    UPDATE goals_goalstat s
    SET cycle_id = CASE WHEN g.state IN ('active', 'changing', 'closed') AND NOT g.is_dropped THEN g.cycle_id END,
        unit_id = coalesce(g.unit_id, p.unit_id),
        gap = s.expected - coalesce(g.manual_progress, s.progress, 0), behind = coalesce(k.behind, 0)
    FROM goals_goal g
    JOIN people_person p ON p.id = g.owner_id
    LEFT JOIN (
        SELECT r.goal_id, max(t.behind) AS behind
        FROM goals_keyresult r JOIN goals_keyresultstat t ON t.key_result_id = r.id
        WHERE NOT r.is_dropped GROUP BY r.goal_id
    ) k ON k.goal_id = g.id
    WHERE g.id = s.goal_id AND s.unit_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
ANALYZE goals_goalstat;
"""
"""What the drain would write, for goals that it has not written since."""


class AddIndexWhereMissing(migrations.AddIndex):
    """An index that may be there."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        made = str(self.index.create_sql(model, schema_editor))
        schema_editor.execute(made.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0012_shared_results'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexWhereMissing(
            model_name='goal',
            index=models.Index(condition=models.Q(('is_dropped', False), ('state__in', ['active', 'changing', 'closed'])), fields=['cycle', 'id'], include=('owner', 'owner_place', 'visibility', 'shown_in', 'state', 'kind', 'priority'), name='goal_board'),
        ),
        AddIndexWhereMissing(
            model_name='goalstat',
            index=models.Index(fields=['cycle', '-gap', 'goal'], name='goal_stat_board'),
        ),
        AddIndexWhereMissing(
            model_name='goalstat',
            index=models.Index(fields=['cycle', 'health', '-gap', 'goal'], include=('unit', 'behind', 'risks', 'shared_risks'), name='goal_stat_state'),
        ),
        AddIndexWhereMissing(
            model_name='goalstat',
            index=models.Index(condition=models.Q(('behind__gte', 3)), fields=['cycle', '-gap', 'goal'], name='goal_stat_behind'),
        ),
        AddIndexWhereMissing(
            model_name='goalstat',
            index=models.Index(condition=models.Q(('risks__gt', 0)), fields=['cycle', '-gap', 'goal'], name='goal_stat_risks'),
        ),
    ]
