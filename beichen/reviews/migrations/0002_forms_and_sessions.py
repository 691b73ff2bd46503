"""Plans point to a frozen version of the question engine; closing words are an answer; calibrations are closed."""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE OR REPLACE FUNCTION reviews_refuse_plan_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'review plan % is launched and does not change', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER reviews_plan_frozen BEFORE UPDATE ON reviews_reviewplan FOR EACH ROW
    WHEN (OLD.state <> 'draft' AND (OLD.form_id, OLD.settings, OLD.population, OLD.cycle_id, OLD.unit_id, OLD.peer_mode)
          IS DISTINCT FROM (NEW.form_id, NEW.settings, NEW.population, NEW.cycle_id, NEW.unit_id, NEW.peer_mode))
    EXECUTE FUNCTION reviews_refuse_plan_change();
"""
THAWED = """
DROP TRIGGER IF EXISTS reviews_plan_frozen ON reviews_reviewplan;
DROP FUNCTION IF EXISTS reviews_refuse_plan_change();
"""
CLOSING = [
    f"UPDATE {table} SET answers = answers || jsonb_build_object('closing', closing) WHERE closing <> ''"
    for table in ("reviews_partcontent", "reviews_partversion")
]


def give_forms(apps, schema_editor):
    """The ready form with the weights of each plan; forms of launched plans are in use from then on."""
    from django.utils import timezone

    from beichen.platform.forms.formulas import weighed
    from beichen.platform.forms.ready import REVIEW
    from beichen.platform.forms.schema import dump

    versions = apps.get_model("forms", "FormVersion").objects
    for plan in apps.get_model("reviews", "ReviewPlan").objects.order_by("pk"):
        weights = {part["key"]: int(part["weight"]) for part in plan.settings.pop("sections", [])}
        left_out = dict.fromkeys(REVIEW.weights(), 0) if weights else {}
        last = versions.filter(key=REVIEW.key).aggregate(last=models.Max("version"))["last"] or 0
        used_at = None if plan.state == "draft" else plan.launched_at
        plan.form = versions.create(
            key=REVIEW.key, version=last + 1, title=dict(REVIEW.title),
            schema=dump(weighed(REVIEW, {**left_out, **weights})), created_at=timezone.now(), used_at=used_at,
        )  # fmt: skip
        plan.save(update_fields=["form", "settings"])


def close_sessions(apps, schema_editor):
    """Calibrations under way are open; what was locked before needs no session."""
    from django.utils import timezone

    sessions = apps.get_model("reviews", "CalibrationSession").objects
    ratings = apps.get_model("reviews", "Rating").objects.filter(state="in_calibration")
    for plan_id in ratings.values_list("plan_id", flat=True).distinct():
        sessions.create(plan_id=plan_id, opened_at=timezone.now())


def nothing(apps, schema_editor):
    """Nothing to undo."""


class Migration(migrations.Migration):
    dependencies = [
        ("forms", "0002_frozen"),
        ("people", "0001_initial"),
        ("reviews", "0001_initial"),
    ]
    operations = [
        migrations.RemoveField("reviewplan", "form"),
        migrations.AddField(
            "reviewplan", "form",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                              to="forms.formversion"),
        ),
        migrations.RunPython(give_forms, nothing),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            "reviewplan", "form",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="forms.formversion"),
        ),
        migrations.RunSQL(FROZEN, THAWED),
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in CLOSING),
        migrations.RemoveField("partcontent", "closing"),
        migrations.RemoveField("partversion", "closing"),
        migrations.AddField("part", "declined_because", models.CharField(blank=True, max_length=40, default=""),
                            preserve_default=False),
        migrations.CreateModel(
            name="CalibrationSession",
            fields=[
                ("plan", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True,
                                              related_name="+", serialize=False, to="reviews.reviewplan")),
                ("state", models.CharField(choices=[("open", "Open"), ("closed", "Closed")], default="open",
                                           max_length=8)),
                ("opened_at", models.DateTimeField()),
                ("facilitator", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT,
                                                  related_name="+", to="people.person")),
                ("highest", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT,
                                              related_name="+", to="people.person")),
                ("closed_with", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT,
                                                  related_name="+", to="people.person")),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(
                                ("closed_at__isnull", False), ("closed_with__isnull", False),
                                ("facilitator__isnull", False), ("state", "closed"),
                                models.Q(("facilitator", models.F("closed_with")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="session_closed_by_two",
                    )
                ]
            },
        ),
        migrations.RunPython(close_sessions, nothing),
    ]  # fmt: skip
