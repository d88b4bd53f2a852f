"""Statements on the way of every turn: compiled once, and executed on the driver's own cursor.

What SQLAlchemy does around a statement at each execution (cache key, context, result, events) costs several times
what the driver does. Here its compiler writes the SQL, its types convert what goes in and comes out, and its connection
holds the transaction and deals with errors; only the execution is the driver's.

PostgreSQL reads and plans a statement once for each connection, too (PREPARE), and then executes it by its name:
half of what it does for one is reading and planning. A pool between, such as PgBouncer, has to keep a session's
connection for it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType

from bot.store.unsent import execute, execute_later

Convert = Callable[[Any], Any] | None


class _OnServer(NamedTuple):
    """How the server is told to keep a statement, and to execute it."""

    prepare: str
    execute: str


class _Ready(NamedTuple):
    """A statement for one dialect.

    given: parameters by name, in the statement's order where it is `positional`, with what makes the driver's value of
    each (None: it goes as it is). constants: values that stand in the statement itself. converts: of the columns of a
    result, by place, those that need it. row: makes a row of their values.
    """

    sql: str
    on_server: _OnServer | None
    positional: bool
    given: tuple[tuple[str, Convert], ...]
    constants: dict[str, Any]
    converts: tuple[tuple[int, Callable[[Any], Any]], ...]
    row: Callable[[Sequence[Any]], Any]


class Prepared:
    """A statement with `bindparam`s; all of its methods take what they stand for by name. Errors are SQLAlchemy's.

    columns: those that an INSERT sets. A row has the columns' names as attributes. Not for lists (`IN`), nor for
    columns whose defaults SQLAlchemy makes.
    """

    def __init__(self, statement: ClauseElement | Mapping[str, ClauseElement], *columns: str) -> None:
        """statement: by dialect, where they differ."""
        self._statement = statement
        self._columns = columns
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, **given: Any) -> int:
        """Execute it; return how many rows it touched."""
        cursor = self._execute(connection, self._for(connection.dialect), given)
        count = cursor.rowcount
        cursor.close()
        return int(count)

    def later(self, connection: Connection, **given: Any) -> None:
        """Execute it before whatever is executed next, at the latest before COMMIT, where its error is raised.

        For what only writes, and whose error nobody expects: it saves a way to a server (`bot/store/unsent.py`).
        """
        if connection.dialect.name == "postgresql":
            self.run_each(connection, (given,))
        else:
            self.run(connection, **given)

    def run_each(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it once for each of `rows`, which hold what the parameters stand for; as `later` on a server."""
        ready = self._for(connection.dialect)
        pooled = connection.connection
        cursor = pooled.dbapi_connection.cursor()
        given = [_parameters(ready, row) for row in rows]
        try:
            if ready.on_server is None:
                cursor.executemany(ready.sql, given)
            else:
                execute_later(pooled, cursor, kept_on(pooled, cursor, ready.on_server), given)
        except connection.dialect.dbapi.Error as error:
            raise_as_sqlalchemy(connection, error, ready.sql, cursor)
        cursor.close()

    def first(self, connection: Connection, **given: Any) -> Any:
        """Return the first row; None where there is none."""
        ready = self._for(connection.dialect)
        cursor = self._execute(connection, ready, given)
        found = cursor.fetchone()
        cursor.close()
        return None if found is None else _row(ready, found)

    def scalar(self, connection: Connection, **given: Any) -> Any:
        """Return the first value of the first row; None where there is none."""
        found = self.first(connection, **given)
        return None if found is None else found[0]

    def all(self, connection: Connection, **given: Any) -> list[Any]:
        """Return all rows."""
        ready = self._for(connection.dialect)
        cursor = self._execute(connection, ready, given)
        found = cursor.fetchall()
        cursor.close()
        return [_row(ready, one) for one in found]

    def _execute(self, connection: Connection, ready: _Ready, given: dict[str, Any]) -> Any:
        pooled = connection.connection
        cursor = pooled.dbapi_connection.cursor()
        try:
            if ready.on_server is None:
                cursor.execute(ready.sql, _parameters(ready, given))
            else:
                execute(pooled, cursor, kept_on(pooled, cursor, ready.on_server), _parameters(ready, given))
        except connection.dialect.dbapi.Error as error:
            raise_as_sqlalchemy(connection, error, ready.sql, cursor)
        return cursor

    def _for(self, dialect: Dialect) -> _Ready:
        ready = self._ready.get(dialect.name)
        if ready is None:
            statement = self._statement[dialect.name] if isinstance(self._statement, Mapping) else self._statement
            ready = self._ready[dialect.name] = _prepare(statement, dialect, self._columns)
        return ready


def upsert(table: Table, build: Callable[[Any], ClauseElement], *columns: str) -> Prepared:
    """INSERT … ON CONFLICT, which both databases have and SQLAlchemy names by dialect.

    build: given the database's INSERT into the table, returns it with its `on_conflict_do_…`.
    """
    return Prepared({one.name: build(made(table)) for one, made in _DIALECTS.items()}, *columns)


_DIALECTS: dict[Any, Any] = {postgresql.dialect: postgresql.insert, sqlite.dialect: sqlite.insert}


def raise_as_sqlalchemy(connection: Connection, error: BaseException, sql: str, cursor: Any = None) -> NoReturn:
    """Raise a driver's error as SQLAlchemy does: wrapped, counted, without parameters, broken connections given up."""
    connection._handle_dbapi_exception(error, sql, None, cursor, None)
    raise error  # never reached: the line above raises


_PREPARED = "motcua_prepared"
_NUMBERS = count(1)


def kept_on(pooled: Any, cursor: Any, statement: _OnServer) -> str:
    """Have the server keep a statement, once for each connection; return what executes it."""
    known: set[str] = pooled.info.setdefault(_PREPARED, set())
    if statement.execute not in known:
        cursor.execute(statement.prepare)
        known.add(statement.execute)  # it outlives a transaction that is undone
    return statement.execute


def _on_server(sql: str, binds: Mapping[str, Any], dialect: Dialect) -> _OnServer:
    """`sql` has its parameters by name, as the driver wants them."""
    name = f"motcua_{next(_NUMBERS)}"
    kinds = [_kind(bind.type, dialect) for bind in binds.values()]
    takes = f"({', '.join(kinds)})" if kinds else ""
    given = f"({', '.join(f'%({bind})s' for bind in binds)})" if kinds else ""
    numbered = sql % {bind: f"${place}" for place, bind in enumerate(binds, 1)}
    return _OnServer(f"PREPARE {name}{takes} AS {numbered}", f"EXECUTE {name}{given}")


def _kind(of: Any, dialect: Dialect) -> str:
    return "unknown" if isinstance(of, NullType) else str(dialect.type_compiler.process(of))


def _prepare(statement: ClauseElement, dialect: Dialect, columns: Sequence[str]) -> _Ready:
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    if compiled.prefetch or compiled.post_compile_params:
        raise ValueError("a default made by SQLAlchemy, or a list, cannot be prepared")
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    converts = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    constants = {
        name: bind.effective_value if (convert := converts[name]) is None else convert(bind.effective_value)
        for name, bind in binds.items()
        if not bind.required
    }
    order = compiled.positiontup if compiled.positional else list(binds)
    fields = [key for key, *_ in compiled._result_columns]
    found = [kind.dialect_impl(dialect).result_processor(dialect, None) for *_, kind in compiled._result_columns]
    named: Any = namedtuple("Row", fields, rename=True)  # type: ignore[misc]
    sql = str(compiled)
    return _Ready(
        sql=sql,
        on_server=_on_server(sql, binds, dialect) if dialect.name == "postgresql" else None,
        positional=compiled.positional,
        given=tuple((name, None if name in constants else converts[name]) for name in order),
        constants=constants,
        converts=tuple((place, convert) for place, convert in enumerate(found) if convert is not None),
        row=partial(tuple.__new__, named) if fields else tuple,  # as its `_make`, without a call in Python for each
    )


def _parameters(ready: _Ready, given: Mapping[str, Any]) -> Any:
    values = {**given, **ready.constants} if ready.constants else given
    if ready.positional:
        return [values[name] if convert is None else convert(values[name]) for name, convert in ready.given]
    return {name: values[name] if convert is None else convert(values[name]) for name, convert in ready.given}


def _row(ready: _Ready, found: Sequence[Any]) -> Any:
    if not ready.converts:
        return ready.row(found)
    values = list(found)
    for place, convert in ready.converts:
        values[place] = convert(values[place])
    return ready.row(values)
