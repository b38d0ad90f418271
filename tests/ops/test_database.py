"""The settings as a whole, on a real database."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection


@pytest.mark.django_db
def test_database_is_a_recent_postgresql_that_keeps_utc():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('TimeZone')")
        version, zone = cursor.fetchone()
    assert version >= 150000
    assert zone == "UTC"


def test_system_checks_find_nothing():
    call_command("check", fail_level="WARNING")
