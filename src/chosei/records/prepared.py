"""Queries that are built once in a process and planned once in a connection, for the pages that strangers
wait for.

Django spends several times longer on building a query and writing its SQL than PostgreSQL on answering it,
and PostgreSQL longer on planning it than on carrying it out. A ``Prepared`` keeps the SQL and is given only
what differs; where connections are kept, its plan is kept with them (``planned_cursor``)::

    _hosts = Prepared(lambda: BookingPageHost.objects.filter(page=Given("page")).select_related("member"))
    _hosts(page=7)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import BooleanField, Expression, F, Field, Func, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from psycopg import Cursor
from psycopg.pq import Format

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Place:
    name: str


class Given(Expression):
    """A value that each call names."""

    def __init__(self, name: str, output_field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=output_field)
        self._name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [_Place(self._name)]


def planned_cursor(*, binary: bool = False) -> CursorWrapper:
    """A cursor that sends values apart from the statement, so that PostgreSQL can keep the statement's plan:
    it does in connections with a ``prepare_threshold``, which are those of the web (``chosei.ops.database``).

    ``binary``: bytes arrive as they are, not spelled in hexadecimal digits.
    """
    connection.ensure_connection()
    cursor: Any = Cursor(connection.connection)
    if binary:
        cursor.format = Format.BINARY
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return wrap(cursor)


def is_any_of(column: str, name: str) -> Func:
    """Whether the column is one of the values in the list that each call names."""
    return Func(
        F(column),
        Given(name),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


def is_remembered(owner: Model, name: str) -> bool:
    return name in getattr(owner, "_prefetched_objects_cache", {})


def remember(owner: Model, name: str, rows: list[Any]) -> None:
    """Let ``owner``'s related ``name`` be ``rows``, as ``prefetch_related`` would have read them."""
    related = getattr(owner, name).all()
    related._result_cache = rows
    back = related.model._meta.get_field(getattr(owner, name).field.name)
    for row in rows:
        back.set_cached_value(row, owner)
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = related


class Prepared(Generic[Row]):
    """The rows of a queryset whose parameters are ``Given`` or constant. ``build`` is called once.

    Follows ``select_related`` and annotations. Not for ``values_list`` or ``prefetch_related``.
    """

    def __init__(self, build: Callable[[], QuerySet[Row]]) -> None:
        self._build = build
        self._ready: _Ready | None = None

    def __call__(self, **given: Any) -> list[Row]:
        ready = self._ready
        if ready is None:  # two threads at once do the same work twice, no more
            ready = self._ready = _Ready.of(self._build())
        return ready.rows(given)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What Django's own ``ModelIterable`` works out for each query, worked out."""

    sql: str
    params: Sequence[Any]
    compiler: SQLCompiler
    converters: dict[int, Any]
    model: type[Model]
    names: list[str]
    columns: slice
    related: list[Any]

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> _Ready:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        select, info = compiler.select, compiler.klass_info
        assert select is not None
        assert info is not None
        fields = info["select_fields"]
        columns = slice(fields[0], fields[-1] + 1)
        return cls(
            sql,
            params,
            compiler,
            compiler.get_converters([column[0] for column in select]),
            info["model"],
            [column[0].target.attname for column in select[columns]],
            columns,
            get_related_populators(info, select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]  # the stubs are those of Django 6
        )

    def rows(self, given: dict[str, Any]) -> list[Any]:
        params = [given[one.name] if isinstance(one, _Place) else one for one in self.params]
        with planned_cursor() as cursor:
            cursor.execute(self.sql, params)
            found: list[Any] = cursor.fetchall()
        if self.converters:
            found = list(self.compiler.apply_converters(found, self.converters))
        return [self._made(row) for row in found]

    def _made(self, row: Sequence[Any]) -> Model:
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.columns])
        for one in self.related:
            one.populate(row, made)
        for name, place in (self.compiler.annotation_col_map or {}).items():
            setattr(made, name, row[place])
        return made
