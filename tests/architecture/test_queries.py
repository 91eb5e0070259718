"""Every query against the real schema: it can be prepared, and its columns are the fields of its Struct."""

import importlib
import re
import types
import typing
from importlib.resources import files
from typing import Any, Union

import msgspec
import pytest

from lenmuc.store.queries import Query, queries

NOUNS = sorted(
    path.name.removesuffix(".sql") for path in files("lenmuc.store").iterdir() if path.name.endswith(".sql")
)
EVERY = [(noun, query) for noun in NOUNS for query in queries(noun).by_name.values()]
# the PostgreSQL types that a Python type may come from
FITTING: dict[Any, set[str]] = {
    str: {"text", "varchar"},
    int: {"int2", "int4", "int8"},
    bool: {"bool"},
    bytes: {"bytea"},
    float: {"float8", "numeric"},
    tuple: {"text[]", "int2[]", "int4[]", "int8[]", "jsonb"},
}


def struct_of(noun: str, query: Query) -> type[msgspec.Struct]:
    module = importlib.import_module(f"lenmuc.store.{noun}")
    found = getattr(module, query.struct, None)
    assert found is not None, f"{noun}.sql names {query.struct}, which store/{noun}.py does not know"
    return typing.cast(type[msgspec.Struct], found)


def without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (Union, types.UnionType):
        return next(part for part in typing.get_args(hint) if part is not type(None))
    return hint


@pytest.mark.parametrize(("noun", "query"), EVERY, ids=[f"{noun}.{query.name}" for noun, query in EVERY])
async def test_query_fits_the_schema_and_its_struct(noun: str, query: Query, connection: Any) -> None:
    # the tables that loading copies into exist only while it runs
    for table in ("agency", "field", "service", "offering"):
        await connection.execute(f"CREATE TEMP TABLE incoming_{table} (LIKE {table}) ON COMMIT DROP")
    prepared = await connection.prepare(query.sql)
    if not query.struct:
        return
    struct = struct_of(noun, query)
    columns = {attribute.name: attribute.type for attribute in prepared.get_attributes()}
    hints = typing.get_type_hints(struct)
    assert set(columns) == set(struct.__struct_fields__)
    for name, kind in columns.items():
        hint = without_none(hints[name])
        fitting = FITTING.get(typing.get_origin(hint) or hint)
        if fitting is not None:
            assert kind.name in fitting, f"{name} is {kind.name} in the database and {hint} in {query.struct}"


def test_every_query_is_used_by_its_own_file() -> None:
    for noun, query in EVERY:
        code = (files("lenmuc.store") / f"{noun}.py").read_text(encoding="utf-8")
        assert f'"{query.name}"' in code, f"store/{noun}.py never runs {query.name}"


def test_what_has_ended_is_read_by_nobody_by_mistake() -> None:
    past = re.compile(r"\b(?:FROM|JOIN) offering\b")
    for noun, query in EVERY:
        if noun not in ("imports", "recounts"):  # they compare with what has ended too
            assert not past.search(query.sql), f"{noun}.{query.name} has to read current_offering"
