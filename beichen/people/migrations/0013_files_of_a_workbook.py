"""A workbook waits as the files it came in; its rows are no longer kept beside them.

One that waits to be written has no files in the database: it is put aside and says so.
"""

from django.db import migrations

PUT_ASIDE = """
    UPDATE people_importbatch b
    SET state = 'refused', version = version + 1,
        notes = notes || jsonb_build_array(jsonb_build_object(
            'note', 'Nothing was written: %(sentence)s',
            'params', jsonb_build_object(
                'sentence', 'the company’s data changed in the meantime. Upload the workbook again.')))
    WHERE state IN ('previewed', 'waiting', 'applying')
        AND NOT EXISTS (SELECT FROM people_importfile f WHERE f.batch_id = b.id)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0012_process_map'),
    ]

    operations = [
        migrations.RunSQL([(PUT_ASIDE, None)], migrations.RunSQL.noop),
        migrations.DeleteModel(name='ImportContent'),
    ]
