"""Putting work on the queue, inside the transaction of whoever asks. Imports nothing of ours: jobs go by
name.

A job that must wait carries no lock while it waits (a waiting job would block every later one of its lock):
``enqueue(..., after=seconds)`` schedules ``later``, which enqueues the locked job when the time has come.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

CONVERGE = "chosei.converge"
POST = "chosei.post"
OBSERVE = "chosei.observe"
LATER = "chosei.later"


def enqueue(task: str, about: str, *, after: float = 0) -> None:
    """Ask for ``task`` on ``about`` once the surrounding transaction commits, after at least ``after``
    seconds.

    A task that already waits for the same key is not queued twice: it will see what we wrote.
    """
    key = f"{task}:{about}"
    try:
        with transaction.atomic():
            if after > 0:
                due = timezone.now() + timedelta(seconds=after)
                # Whoever looks plans the next look: those planned for one second are one.
                once = f"{LATER}:{key}:{due:%Y%m%d%H%M%S}"
                app.configure_task(LATER, schedule_at=due, queueing_lock=once).defer(task=task, about=about)
            else:
                app.configure_task(task, lock=key, queueing_lock=key).defer(about=about)
    except AlreadyEnqueued:
        return
