"""One file, all or nothing, from any thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chosei.sandbox.database import Database

SCHEMA = "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "new" / "folder")
    opened.register(SCHEMA)
    opened.execute("INSERT INTO counters VALUES ('a', 0)")
    yield opened
    opened.close()


def value(database: Database) -> int:
    row = database.row("SELECT value FROM counters WHERE name = 'a'")
    assert row is not None
    return int(row["value"])


def fail_midway(database: Database) -> None:
    with database.transaction():
        with database.transaction() as inner:
            inner.execute("UPDATE counters SET value = 1")
        raise RuntimeError


def test_inner_and_outer_transactions_stand_or_fall_together(database: Database) -> None:
    with pytest.raises(RuntimeError):
        fail_midway(database)
    assert value(database) == 0
    with database.transaction(), database.transaction() as inner:
        inner.execute("UPDATE counters SET value = 2")
    assert value(database) == 2


def test_threads_do_not_mix_their_transactions(database: Database) -> None:
    def count_up(_: int) -> None:
        with database.transaction():
            before = value(database)
            database.execute("UPDATE counters SET value = ?", (before + 1,))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_up, range(200)))
    assert value(database) == 200


def test_what_was_committed_is_there_after_a_kill(database: Database, tmp_path: Path) -> None:
    database.execute("UPDATE counters SET value = 7")
    copy = Database(tmp_path / "new" / "folder")  # opened beside it, as the first was never closed
    try:
        copy.register(SCHEMA)
        assert value(copy) == 7
    finally:
        copy.close()


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Database(tmp_path / "file")


def test_rows_and_changes_are_counted(database: Database) -> None:
    assert database.execute("UPDATE counters SET value = 1 WHERE name = 'b'") == 0
    assert [row["name"] for row in database.rows("SELECT * FROM counters")] == ["a"]
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("INSERT INTO counters VALUES ('a', 1)")
