"""A worker for tests: runs the queued jobs in this thread, in order, as the real one would."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from chosei.records.models import CalendarEntry, MailboxPause, WebMeeting

_NEXT = """
DELETE FROM procrastinate_jobs WHERE id = (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s OR args->>'task' = %s)
    ORDER BY scheduled_at NULLS FIRST, id LIMIT 1
) RETURNING task_name, args
"""


def run_jobs(*, hurrying: str = "", at_most: int = 200) -> list[str]:
    """Run what is due, and what that enqueues. ``hurrying``: the task whose waiting jobs run at once, too.

    Returns the names of the tasks that ran.
    """
    app.perform_import_paths()  # as the worker does at its start
    ran: list[str] = []
    while len(ran) < at_most:
        if hurrying:
            # The time that is hurried through passes for all.
            MailboxPause.objects.all().delete()
            CalendarEntry.objects.exclude(retry_at=None).update(retry_at=None)
            WebMeeting.objects.exclude(retry_at=None).update(retry_at=None)
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [timezone.now(), hurrying])
            row = cursor.fetchone()
        if row is None:
            return ran
        name, arguments = row
        app.tasks[name].func(**_parsed(arguments))
        ran.append(name)
    raise AssertionError(f"the queue does not come to rest: {ran[-10:]}")


def _parsed(arguments: object) -> dict[str, str]:
    import json

    return json.loads(arguments) if isinstance(arguments, str) else dict(arguments)  # type: ignore[call-overload]
