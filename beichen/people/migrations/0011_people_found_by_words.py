"""Who is searched for is found by an index: every end of a name, the words of the English name, pinyin and number."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models
from django.db.models import Func

# A part of a name is the beginning of one of its ends, so that one kind of question, the beginning, finds it all.
CREATE = r"""
CREATE FUNCTION people_words(name text, name_en text, sort_key text, number text, email text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array(
        SELECT DISTINCT left(word, 80) FROM (
            SELECT substr(lower(name), n) FROM generate_series(1, length(name)) AS n
            UNION ALL SELECT substr(lower(name_en), n) FROM generate_series(1, length(name_en)) AS n
                WHERE n = 1 OR substr(name_en, n - 1, 1) = ' '
            UNION ALL SELECT unnest(ARRAY[substr(sort_key, n), replace(substr(sort_key, n), ' ', '')])
                FROM generate_series(1, length(sort_key)) AS n WHERE n = 1 OR substr(sort_key, n - 1, 1) = ' '
            UNION ALL VALUES (regexp_replace(sort_key, '(\S)\S*\s*', '\1', 'g')), (lower(number)), (lower(email))
        ) AS found(word) WHERE word <> ''
    ))
$$
"""
DROP = "DROP FUNCTION people_words(text, text, text, text, text)"


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0010_no_seat_by_oneself'),
    ]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.AddField(
            model_name='person',
            name='words',
            field=models.GeneratedField(
                db_persist=True,
                expression=Func('name', 'name_en', 'sort_key', 'number', 'email', function='people_words'),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name='person',
            index=django.contrib.postgres.indexes.GinIndex('words', fastupdate=False, name='person_words'),
        ),
    ]
