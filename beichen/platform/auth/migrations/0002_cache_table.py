from django.db import migrations


class Migration(migrations.Migration):
    """The table Django's database cache expects: rate limits are shared by every process."""

    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                "CREATE TABLE identity_cache ("
                " cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL)",
                "CREATE INDEX identity_cache_expires ON identity_cache (expires)",
            ],
            reverse_sql="DROP TABLE identity_cache",
        )
    ]
