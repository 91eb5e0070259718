"""The OpenAPI document, and a page that shows it to people without any script."""

from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get

from lenmuc.api.document import TAGS, TITLES, document
from lenmuc.api.replies import AnyRequest, for_all
from lenmuc.web.access import anyone
from lenmuc.web.caching import EVERYBODY, PUBLIC
from lenmuc.web.language import Language
from lenmuc.web.templating import render
from lenmuc.web.visits import visit_of

_HTTP = ("get", "post", "put", "patch", "delete")
# One value for each parameter of an example.
_EXAMPLES = {
    "q": "khai sinh",
    "code": "1.001193",
    "id": "1",
    "criterion": "3.01",
    "agency": "X00004",
    "service": "1.001193",
}
_BODIES = {
    "AnswerIn": '{"value": "met", "justification": "…", "evidence": ["https://…"]}',
    "PlanIn": '{"name": "…", "first_quarter": "2027Q1", "quarters": 8, "central_days": 200, "body_days": 60, '
    '"ward_days": 20}',
}


class Named(msgspec.Struct, frozen=True):
    """A parameter or a field of a body: its name, where it stands, what it may be, and what it means."""

    name: str
    place: str
    kind: str
    required: bool
    text: str


class Reply(msgspec.Struct, frozen=True):
    """A reply: its status, what it means, and the kind of value it carries."""

    status: str
    text: str
    carries: str


class Operation(msgspec.Struct, frozen=True):
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    signed_in: bool
    parameters: tuple[Named, ...]
    body: tuple[Named, ...]
    replies: tuple[Reply, ...]
    example: str


class Shape(msgspec.Struct, frozen=True):
    """A kind of value that replies carry, with its fields."""

    name: str
    text: str
    fields: tuple[Named, ...]


class Group(msgspec.Struct, frozen=True):
    """The operations of one resource."""

    id: str
    title: str
    text: str
    operations: tuple[Operation, ...]


class ApiPage(msgspec.Struct, frozen=True):
    """What `templates/public/api.html` shows."""

    version: str
    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]


def _kind(schema: dict[str, Any]) -> str:
    """What a value may be, in the words of JSON."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for several in ("anyOf", "allOf"):
        if several in schema:
            return " | ".join(_kind(each) for each in schema[several])
    if "enum" in schema:
        return " | ".join("null" if each is None else str(each) for each in schema["enum"])
    kind = str(schema.get("type", "value"))
    if kind == "array":
        return f"[{_kind(schema.get('items', {}))}, …]"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{{name: {_kind(schema['additionalProperties'])}}}"
    bounds = [f"≥ {schema['minimum']}"] if "minimum" in schema else []
    bounds += [f"≤ {schema['maximum']}"] if "maximum" in schema else []
    bounds += [f"≤ {schema['maxLength']} characters"] if "maxLength" in schema else []
    bounds += [str(schema["format"])] if "format" in schema else []
    return f"{kind} ({', '.join(bounds)})" if bounds else kind


def _fields(schema: dict[str, Any], place: str) -> tuple[Named, ...]:
    required = schema.get("required", [])
    return tuple(
        Named(name, place, _kind(field), name in required, field.get("description", ""))
        for name, field in schema["properties"].items()
    )


def _example(method: str, path: str, operation: dict[str, Any], body: str) -> str:
    """A command that does it, to be sent to this very site."""
    for name, value in _EXAMPLES.items():
        path = path.replace(f"{{{name}}}", value)
    names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
    asked = [f"{name}={quote(_EXAMPLES[name])}" for name in names[:1] if name in _EXAMPLES]
    words = ["curl", f"'https://…{path}{'?' + asked[0] if asked else ''}'"]
    if method != "get":
        words[1:1] = ["-X", method.upper()]
        words += ["-H 'Content-Type: application/json'", "-H 'X-CSRF-Token: …'"]
        if any(p["name"] == "If-Match" for p in operation.get("parameters", [])):
            words.append("""-H 'If-Match: "1"'""")
        words.append(f"--data '{body}'")
    if "security" in operation:
        words.append("--cookie 'lenmuc=…'")
    return " ".join(words)


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = sent.get("$ref", "").rpartition("/")[2]
    replies = []
    for status, reply in operation["responses"].items():
        content: dict[str, Any] = next(iter(reply.get("content", {}).values()), {})
        replies.append(Reply(status, reply["description"], _kind(content["schema"]) if content else ""))
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        text=operation["description"],
        signed_in="security" in operation,
        parameters=tuple(
            Named(p["name"], p["in"], _kind(p["schema"]), p["required"], p["description"])
            for p in operation.get("parameters", [])
        ),
        body=_fields(schemas[name], "body") if name else (),
        replies=tuple(replies),
        example=_example(method, path, operation, _BODIES.get(name, "")),
    )


@cache
def api_page() -> ApiPage:
    """The document as people read it."""
    made = document()
    schemas = made["components"]["schemas"]
    by_tag: dict[str, list[Operation]] = {tag: [] for tag in TAGS}
    for path, methods in made["paths"].items():
        for method in _HTTP:
            if method in methods:
                operation = methods[method]
                by_tag[operation["tags"][0]].append(_operation(method, path, operation, schemas))
    return ApiPage(
        made["info"]["version"],
        tuple(Group(tag, TITLES[tag], TAGS[tag], tuple(found)) for tag, found in by_tag.items()),
        tuple(
            Shape(name, schema["description"], _fields(schema, "body"))
            for name, schema in sorted(schemas.items())
        ),
    )


def in_language(page: ApiPage, language: Language) -> ApiPage:
    """The page with the sentences that are translated; names and kinds of values stay."""
    say = language.gettext

    def named(each: Named) -> Named:
        return msgspec.structs.replace(each, text=say(each.text))

    def operation(each: Operation) -> Operation:
        return msgspec.structs.replace(
            each,
            summary=say(each.summary),
            parameters=tuple(named(p) for p in each.parameters),
            replies=tuple(msgspec.structs.replace(r, text=say(r.text)) for r in each.replies),
        )

    groups = tuple(
        Group(each.id, say(each.title), say(each.text), tuple(operation(one) for one in each.operations))
        for each in page.groups
    )
    return ApiPage(page.version, groups, page.shapes)


@get("/api/v1/openapi.json", guards=[anyone], opt=EVERYBODY, sync_to_thread=False, include_in_schema=False)
def openapi(request: AnyRequest) -> Response[dict[str, Any]]:
    """The OpenAPI 3.1 document."""
    return for_all(request, document())


@get("/api", guards=[anyone], sync_to_thread=False, include_in_schema=False)
def api_front(request: AnyRequest) -> Response[None]:
    """The page in the language that the browser asks for."""
    code = visit_of(request).language.code
    return Response(None, status_code=302, headers={"Location": f"/{code}/api", "Vary": "Accept-Language"})


@get("/{lang:str}/api", guards=[anyone], opt=PUBLIC, sync_to_thread=False, include_in_schema=False)
def show_api(request: AnyRequest) -> Response[str]:
    """Every operation, its parameters and replies, from the document itself."""
    return render(request, "public/api.html", in_language(api_page(), visit_of(request).language))


handlers: list[Any] = [openapi, api_front, show_api]
