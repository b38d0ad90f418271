"""Every job Chosei runs, by name."""

from __future__ import annotations

from typing import Any

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from psycopg.errors import RaiseException

from chosei.jobs import queue
from chosei.reconcile.accounts import check_account
from chosei.reconcile.chat import tell
from chosei.reconcile.converge import converge
from chosei.reconcile.directory import fetch_rooms
from chosei.reconcile.observe import observe
from chosei.reconcile.parting import part_with
from chosei.reconcile.post import post
from chosei.reconcile.rooms import observe_rooms
from chosei.reconcile.sweep import sweep
from chosei.reconcile.tokens import keep_alive
from chosei.reconcile.watching import look_after
from chosei.reconcile.web_meetings import settle_meetings

STALLED_AFTER_SECONDS = 30


@app.task(name=queue.CONVERGE)
def run_converge(about: str) -> None:
    converge(about)


@app.task(name=queue.MEET)
def run_meet(about: str) -> None:
    settle_meetings(int(about))


@app.task(name=queue.POST)
def run_post(about: str) -> None:
    post(int(about))


@app.task(name=queue.CHAT)
def run_chat(about: str) -> None:
    tell(int(about))


@app.task(name=queue.OBSERVE)
def run_observe(about: str) -> None:
    observe(int(about))


@app.task(name=queue.WATCH)
def run_watch(about: str) -> None:
    look_after(int(about))


@app.task(name=queue.KEEP_ALIVE)
def run_keep_alive(about: str) -> None:
    keep_alive(int(about))


@app.task(name=queue.CHECK_ACCOUNT)
def run_check_account(about: str) -> None:
    check_account(int(about))


@app.task(name=queue.PART)
def run_part(about: str) -> None:
    part_with(int(about))


@app.task(name=queue.FETCH_ROOMS)
def run_fetch_rooms(about: str) -> None:
    fetch_rooms(int(about))


@app.task(name=queue.OBSERVE_ROOMS)
def run_observe_rooms(about: str) -> None:
    observe_rooms(int(about))


@app.task(name=queue.LATER)
def run_later(task: str, about: str) -> None:
    queue.enqueue(task, about)


@app.periodic(cron="* * * * * */15")
@app.task(name="chosei.sweep", queueing_lock="chosei.sweep", lock="chosei.sweep")
def run_sweep(timestamp: int) -> None:
    sweep()


@app.periodic(cron="* * * * * */20")
@app.task(name="chosei.rescue", queueing_lock="chosei.rescue", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker died (no heartbeat) run again. Without a lock, so that nothing can hold it up."""
    manager: Any = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        try:
            await _rescue(manager, job)
        except ConnectorException as error:
            if not isinstance(error.__cause__, RaiseException):
                raise
            # Another worker was quicker, or the job has ended after all. The next one still waits for us.


async def _rescue(manager: Any, job: Job) -> None:
    try:
        await manager.retry_job(job)
    except UniqueViolation:
        # A successor for the same key waits already, behind the lock that the dead one still holds.
        await manager.finish_job(job, status=Status.FAILED, delete_job=True)
