"""The places below each manager and in each seat's scope: a multirange, which the ORM has no field for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE people_branch (
                holder_id bigint NOT NULL REFERENCES people_person (id) ON DELETE CASCADE,
                kind text NOT NULL,
                places int8multirange NOT NULL,
                PRIMARY KEY (holder_id, kind)
            )
            """,
            "DROP TABLE people_branch",
        ),
    ]
