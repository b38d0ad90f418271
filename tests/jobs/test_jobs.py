"""The queue: transactional, one waiting job a key, and no job lost with its worker."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from chosei.jobs import queue
from chosei.jobs.tasks import STALLED_AFTER_SECONDS, rescue_stalled_jobs

pytestmark = pytest.mark.django_db(transaction=True)


def waiting() -> list[tuple[str, object]]:
    jobs = ProcrastinateJob.objects.filter(status="todo").order_by("id")
    return [(job.task_name, job.args.get("about")) for job in jobs]


def rescue() -> None:
    """Run the periodic task as the worker would, over its own kind of connection."""

    async def run() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            async with app.open_async():
                await rescue_stalled_jobs.func(SimpleNamespace(app=app), timestamp=0)

    asyncio.run(run())


def start(job_id: int, *, heartbeat_age: int) -> None:
    """A worker has taken the job and was last heard of some seconds ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) "
            "RETURNING id",
            [heartbeat_age],
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [cursor.fetchone()[0], job_id],
        )


def test_what_is_rolled_back_is_not_enqueued():
    with transaction.atomic():
        queue.enqueue(queue.CONVERGE, "proposal:1")
        transaction.set_rollback(True)
    assert waiting() == []


def test_a_key_waits_once_inside_a_transaction_that_goes_on():
    with transaction.atomic():
        queue.enqueue(queue.CONVERGE, "proposal:1")
        queue.enqueue(queue.CONVERGE, "proposal:1")
        queue.enqueue(queue.POST, "1")
    assert waiting() == [(queue.CONVERGE, "proposal:1"), (queue.POST, "1")]


def test_a_running_job_does_not_keep_the_next_one_from_being_asked_for():
    queue.enqueue(queue.CONVERGE, "proposal:1")
    start(ProcrastinateJob.objects.get().pk, heartbeat_age=0)
    queue.enqueue(queue.CONVERGE, "proposal:1")
    assert waiting() == [(queue.CONVERGE, "proposal:1")]


def test_a_job_for_later_waits_without_a_lock():
    queue.enqueue(queue.CONVERGE, "proposal:1", after=3600)
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.lock) == (queue.LATER, None)
    assert job.args == {"task": queue.CONVERGE, "about": "proposal:1"}


def test_a_job_whose_worker_died_runs_again():
    queue.enqueue(queue.CONVERGE, "proposal:1")
    start(ProcrastinateJob.objects.get().pk, heartbeat_age=STALLED_AFTER_SECONDS + 5)
    rescue()
    assert waiting() == [(queue.CONVERGE, "proposal:1")]


def test_a_job_whose_worker_lives_is_left_alone():
    queue.enqueue(queue.CONVERGE, "proposal:1")
    start(ProcrastinateJob.objects.get().pk, heartbeat_age=1)
    rescue()
    assert waiting() == []


def test_a_dead_job_is_rescued_even_when_its_successor_waits():
    queue.enqueue(queue.CONVERGE, "proposal:1")
    start(ProcrastinateJob.objects.get().pk, heartbeat_age=STALLED_AFTER_SECONDS + 5)
    queue.enqueue(queue.CONVERGE, "proposal:1")
    rescue()
    assert not ProcrastinateJob.objects.filter(status="doing").exists(), "the lock is free again"
    assert waiting() == [(queue.CONVERGE, "proposal:1")]


def test_a_job_that_another_worker_rescued_first_keeps_nobody_from_the_next(monkeypatch):
    for about in ("proposal:1", "proposal:2"):
        queue.enqueue(queue.CONVERGE, about)
    first, second = ProcrastinateJob.objects.order_by("id").values_list("pk", flat=True)
    for job in (first, second):
        start(job, heartbeat_age=STALLED_AFTER_SECONDS + 5)
    listed = JobManager.get_stalled_jobs

    async def and_then_the_first_has_ended(manager, **arguments):
        jobs = list(await listed(manager, **arguments))
        await manager.finish_job_by_id_async(first, status=Status.SUCCEEDED, delete_job=False)
        return sorted(jobs, key=lambda job: job.id)

    monkeypatch.setattr(JobManager, "get_stalled_jobs", and_then_the_first_has_ended)
    rescue()
    assert waiting() == [(queue.CONVERGE, "proposal:2")]
