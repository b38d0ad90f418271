"""Putting work on the queue, inside the transaction of whoever asks. Imports nothing of ours: jobs go by
name.

A job that must wait carries no lock while it waits (a waiting job would block every later one of its lock):
``enqueue(..., after=seconds)`` schedules ``later``, which enqueues the locked job when the time has come.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

CONVERGE = "chosei.converge"
POST = "chosei.post"
CHAT = "chosei.chat"
MEET = "chosei.meet"
OBSERVE = "chosei.observe"
WATCH = "chosei.watch"
KEEP_ALIVE = "chosei.keep_alive"
CHECK_ACCOUNT = "chosei.check_account"
PART = "chosei.part"
FETCH_ROOMS = "chosei.fetch_rooms"
OBSERVE_ROOMS = "chosei.observe_rooms"
LATER = "chosei.later"


# Not the app's own manager: inside a worker that has connections of its own, on which a job would be seen
# before what it is about is committed, and stay although that was rolled back.
_jobs = JobManager(DjangoConnector())
_TRIES = 5


def enqueue(task: str, about: str, *, after: float = 0) -> None:
    """Ask for ``task`` on ``about`` once the surrounding transaction commits, after at least ``after``
    seconds.

    A task that already waits for the same key is not queued twice: it does not begin before we have
    committed, and so sees what we wrote.
    """
    key = f"{task}:{about}"
    if after > 0:
        due = timezone.now() + timedelta(seconds=after)
        # Whoever looks plans the next look: those planned for one second are one.
        once = f"{LATER}:{key}:{due:%Y%m%d%H%M%S}"
        later = configure_task(name=LATER, job_manager=_jobs, schedule_at=due, queueing_lock=once)
        _defer(later, once, task=task, about=about)
    else:
        _defer(configure_task(name=task, job_manager=_jobs, lock=key, queueing_lock=key), key, about=about)


def _defer(job: JobDeferrer, once: str, **arguments: str) -> None:
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                job.defer(**arguments)
        except AlreadyEnqueued:
            if _waits_for_us(once):
                return
            # It began in between, and may have read before we wrote.
        else:
            return


def _waits_for_us(once: str) -> bool:
    """Whether the job still waits; if so, no worker takes it before our transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' FOR SHARE", [once]
        )
        return cursor.fetchone() is not None
