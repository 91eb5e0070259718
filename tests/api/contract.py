"""Replies held against the OpenAPI document: status, kind, headers and every field."""

import datetime as dt
from typing import Any

import httpx
import jsonschema

from lenmuc.api.document import document

DATES = jsonschema.FormatChecker(formats=())


@DATES.checks("date-time", raises=ValueError)
def is_moment(value: object) -> bool:
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


@DATES.checks("date", raises=ValueError)
def is_day(value: object) -> bool:
    return not isinstance(value, str) or bool(dt.date.fromisoformat(value))


def operations() -> dict[str, dict[str, Any]]:
    """Every operation by its id."""
    return {op["operationId"]: op for path in document()["paths"].values() for op in path.values()}


def must_fit(reply: httpx.Response, operation_id: str) -> Any:
    """The value of a reply that is exactly as its operation says it is."""
    declared = operations()[operation_id]["responses"]
    status = str(reply.status_code)
    assert status in declared, f"{operation_id} answered {status}, which it does not declare: {reply.text}"
    for name in declared[status].get("headers", {}):
        if name != "Location" or status == "202":
            assert name in reply.headers, f"{operation_id} promises {name}"
    content = declared[status].get("content")
    if not content:
        assert reply.content == b""
        return None
    kind, described = next(iter(content.items()))
    assert reply.headers["content-type"].partition(";")[0] == kind
    schema = {**described["schema"], "components": document()["components"]}
    value = reply.json()
    jsonschema.Draft202012Validator(schema, format_checker=DATES).validate(value)
    return value
