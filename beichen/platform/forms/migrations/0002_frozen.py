"""A form version that was used does not change, whoever asks."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION forms_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'form % version % is in use and does not change', OLD.key, OLD.version
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER forms_version_frozen BEFORE UPDATE OR DELETE ON forms_version
    FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION forms_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("forms", "0001_initial")]
    operations = [
        migrations.RunSQL(
            FUNCTION,
            "DROP TRIGGER IF EXISTS forms_version_frozen ON forms_version; DROP FUNCTION IF EXISTS forms_refuse_change()",
        )
    ]
