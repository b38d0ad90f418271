from typing import Any

from django.db import migrations

_BATCH = 10_000
_FILL = """
UPDATE records_appointment a SET arranged_by_id = coalesce(
    (SELECT author_id FROM records_proposal WHERE id = a.proposal_id),
    (SELECT owner_id FROM records_bookingpage WHERE id = a.booking_page_id)
) WHERE a.id >= %s AND a.id < %s AND a.arranged_by_id IS NULL
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """In pieces, each committed by itself, so that a large company goes on booking meanwhile."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM records_appointment")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, _BATCH):
            cursor.execute(_FILL, [start, start + _BATCH])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('records', '0025_arranged_by'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
