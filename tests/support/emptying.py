"""Emptying the database after a test that committed.

Django's own way, ``flush``, gives every table new files and then runs all that follows a migration again:
four times the price of removing the few rows a test left, and its locks wait for whoever still reads.
"""

from __future__ import annotations

from django.db import connection

_MADE_BY_MIGRATIONS = ("django_migrations", "django_content_type", "auth_permission")
# Our own foreign keys are deferred and procrastinate's cascade, so that the order is of no account.
_EMPTY = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT IN ({kept})
    LOOP
        EXECUTE format('DELETE FROM %I', one.relname);
    END LOOP;
END $$
"""


def empty_database(_test_case: object = None) -> None:
    """Remove every row that is not a migration's, procrastinate's tables included."""
    kept = ", ".join(f"'{name}'" for name in _MADE_BY_MIGRATIONS)
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY.format(kept=kept))
