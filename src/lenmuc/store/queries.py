"""Plain `.sql` files as named queries: `-- name: find_service -> Service` opens each one."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import msgspec

if TYPE_CHECKING:  # the driver's classes take a parameter in its type stubs only
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:
    Connection = asyncpg.Connection
T = TypeVar("T")
_NAME = re.compile(r"^-- name: (\w+)(?: -> (\w+))?$", re.MULTILINE)


class Query(msgspec.Struct, frozen=True):
    """One statement: its name, the Struct its rows become (empty: none) and its text."""

    name: str
    struct: str
    sql: str


def read_queries(text: str) -> dict[str, Query]:
    """The queries of one file's text, by name. Raises `ValueError` for a name given twice."""
    found: dict[str, Query] = {}
    marks = list(_NAME.finditer(text))
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        body = text[mark.end() : after.start() if after else len(text)].strip().rstrip(";")
        if mark[1] in found:
            raise ValueError(f"the query {mark[1]} is written twice")
        found[mark[1]] = Query(mark[1], mark[2] or "", body)
    return found


class Queries:
    """The queries of `store/<noun>.sql`, run on a connection and read into Structs."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.by_name = read_queries(files("lenmuc.store").joinpath(f"{noun}.sql").read_text(encoding="utf-8"))

    async def all(self, conn: Connection, name: str, struct: type[T], *args: Any) -> list[T]:
        """Every row, as `struct`."""
        rows = await conn.fetch(self.by_name[name].sql, *args)
        return [msgspec.convert(dict(row), struct) for row in rows]

    async def one(self, conn: Connection, name: str, struct: type[T], *args: Any) -> T | None:
        """The only row, as `struct`, or `None`."""
        row = await conn.fetchrow(self.by_name[name].sql, *args)
        return None if row is None else msgspec.convert(dict(row), struct)

    async def rows(self, conn: Connection, name: str, *args: Any) -> Sequence[asyncpg.Record]:
        """Every row as the driver gives it: for tens of thousands of them."""
        return await conn.fetch(self.by_name[name].sql, *args)

    async def value(self, conn: Connection, name: str, *args: Any) -> Any:
        """The first column of the first row, or `None`."""
        return await conn.fetchval(self.by_name[name].sql, *args)

    async def run(self, conn: Connection, name: str, *args: Any) -> int:
        """Run a write; the number of rows it touched."""
        status = await conn.execute(self.by_name[name].sql, *args)
        return int(status.rpartition(" ")[2]) if status[-1:].isdigit() else 0


@cache
def queries(noun: str) -> Queries:
    """The queries of one noun, read once."""
    return Queries(noun)
