"""Jobs belong to the transaction that asks for them, inside a worker as everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from chosei.jobs import queue

pytestmark = pytest.mark.django_db(transaction=True)
_FETCH = "SELECT task_name, args->>'about' FROM procrastinate_fetch_job_v2(NULL, %s)"


@pytest.fixture
def elsewhere() -> Iterator[psycopg.Connection[Any]]:
    """Another process's connection to the database; no jobs wait there."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        yield other


@contextmanager
def inside_a_worker() -> Iterator[None]:
    """As ``chosei worker`` runs: the app speaks to the database over connections of its own."""
    worker: Any = app
    with worker.replace_connector(worker.connector.get_worker_connector()):
        yield


def fetched(other: psycopg.Connection[Any]) -> tuple[str, str] | None:
    """The job that a worker takes next, if there is one."""
    worker = other.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id").fetchone()
    row = other.execute(_FETCH, worker).fetchone()
    return row if row and row[0] else None


@pytest.mark.parametrize("after", [0, 0.01])
def test_a_worker_s_job_is_asked_for_with_what_it_is_about(elsewhere, after):
    with inside_a_worker():
        with transaction.atomic():
            queue.enqueue(queue.POST, "17", after=after)
            assert elsewhere.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
        assert elsewhere.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)


def test_what_is_rolled_back_asks_for_nothing(elsewhere):
    with inside_a_worker(), transaction.atomic():
        queue.enqueue(queue.POST, "17")
        transaction.set_rollback(True)
    assert elsewhere.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)


def test_a_job_that_waits_already_does_not_begin_before_we_committed(elsewhere):
    queue.enqueue(queue.CONVERGE, "proposal:1")
    with transaction.atomic():
        queue.enqueue(queue.CONVERGE, "proposal:1")
        assert fetched(elsewhere) is None
    assert fetched(elsewhere) == (queue.CONVERGE, "proposal:1")
    assert fetched(elsewhere) is None


def test_a_job_that_has_begun_is_asked_for_again(elsewhere):
    queue.enqueue(queue.CONVERGE, "proposal:1")
    assert fetched(elsewhere) == (queue.CONVERGE, "proposal:1")
    queue.enqueue(queue.CONVERGE, "proposal:1")
    waiting = elsewhere.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'").fetchone()
    assert waiting == (1,)
