"""The OpenAPI document, made from the handlers themselves."""

from functools import cache
from typing import Any

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Server, Tag

from lenmuc import __version__
from lenmuc.api import agencies, answers, health, offerings, roadmaps, services, suggestions, types
from lenmuc.core.errors import N_
from lenmuc.web.errors import PROBLEM

TAGS = {
    "services": N_("Public services as the law defines them, found by words and filters."),
    "agencies": N_("Bodies that offer services, with the levels of what they offer."),
    "offerings": N_("A service as one agency offers it: a level belongs to an offering."),
    "answers": N_("The checklist of an offering: for its agency's staff and for planners, signed in."),
    "roadmaps": N_("Which work in which quarter, with the proof of how good the plan is."),
    "health": N_("For whoever watches over the program."),
}
TITLES = {
    "services": N_("Services"),
    "agencies": N_("Agencies"),
    "offerings": N_("Services at agencies"),
    "answers": N_("Answers to criteria"),
    "roadmaps": N_("Roadmaps"),
    "health": N_("State of the program"),
}
ABOUT = (
    "Read the catalogue, the levels and the roadmaps of public services; answer checklists, compute plans. "
    "null means not known, unless a field says something else. Dates are ISO 8601, times are UTC. "
    "Numbers of filings are made up for the demonstration wherever filings_illustrative is true. "
    "Failures are problem+json (RFC 9457) in the language of Accept-Language (vi or en). "
    "Public reads need no account and answer pages of every site. Whoever is signed in sends the session's "
    "cookie, and with every change the X-CSRF-Token that replies to signed-in people carry."
)
# The gate takes in forms with files, so the framework knows nothing of this one.
_EVIDENCE = "/api/v1/offerings/{id}/answers/{criterion}/evidence"
_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "PDF, PNG, JPEG, DOCX, XLSX, ODT, ODS, or TXT and CSV in UTF-8.",
                    },
                    "link": {"type": "string", "description": "A full address, instead of a file."},
                    "title": {"type": "string", "maxLength": 300, "description": "What it shows."},
                    "effective": {"type": "string", "description": "In force from, such as 2026-03-12."},
                    "expires": {"type": "string", "description": "The last day that it counts."},
                    "value": {
                        "type": "string",
                        "enum": ["met", "not_met", "unknown"],
                        "description": "The answer, where nobody has answered so far.",
                    },
                },
            }
        }
    },
}
# The gate counts reads, so the framework knows nothing of these either.
_RATES = {
    "RateLimit": "How many reads the address has left, and in how many seconds it has all again.",
    "RateLimit-Policy": "How many reads in how many seconds one address may make.",
}
_SUPPLIED = ("db", "content", "planner", "finder", "settings", "who", "visit", "language")


def _stand_in() -> Provide:
    """Stands for what the real program supplies: this one answers no request. No two may be the same."""

    async def nothing() -> None:
        return None

    return Provide(nothing)


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter. One that is left out is not null, and bounds of whole numbers are whole."""
    for choice in schema.pop("oneOf", []):
        if choice != {"type": "null"}:
            schema = {**choice, **schema}
    if isinstance(schema.get("type"), list):
        schema["type"] = next(kind for kind in schema["type"] if kind != "null")
        schema["enum"] = [each for each in schema["enum"] if each is not None]
    if schema["type"] == "integer":
        schema.update({name: int(schema[name]) for name in ("minimum", "maximum") if name in schema})
    return {name: value for name, value in schema.items() if name != "description"}


def _named(reply: dict[str, Any], schemas: dict[str, Any]) -> str:
    """The first sentence about what a reply carries."""
    reference = reply["content"]["application/json"]["schema"]["$ref"]
    return str(schemas[reference.rpartition("/")[2]]["description"])


def _finish(method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    operation.pop("deprecated")
    for parameter in operation.get("parameters", []):
        for noise in ("deprecated", "allowEmptyValue", "allowReserved"):
            parameter.pop(noise, None)
        parameter["schema"] = _plain(parameter["schema"])
    replies = operation["responses"]
    if "401" in replies:
        operation["security"] = [{"session": []}]
    done = next(reply for status, reply in replies.items() if status[0] == "2")
    done["description"] = _named(done, schemas)
    headers = {
        name: {"description": header["description"], "schema": {"type": "string"}}
        for name, header in sorted(done.get("headers", {}).items())
    }
    if method == "get" and operation["tags"] != ["health"]:
        headers |= {
            name: {"description": text, "schema": {"type": "string"}} for name, text in _RATES.items()
        }
        replies["429"] = {
            "description": N_("Too many reads from one address; Retry-After says when to go on")
        }
    for status, reply in replies.items():
        if status[0] == "2" and headers:
            reply["headers"] = headers
        elif status[0] in "45":
            reply["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    if "ETag" in headers and "security" not in operation:
        replies["304"] = {"description": N_("Nothing has changed since If-None-Match")}
    operation["responses"] = dict(sorted(replies.items()))


def contract() -> list[type[msgspec.Struct]]:
    """Every Struct of the public contract."""
    return [
        each
        for part in types.PARTS
        for each in vars(part).values()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__module__ == part.__name__
    ]


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1 of every operation. A program of its own is asked, so that nothing else gets in."""
    modules = (services, suggestions, agencies, offerings, answers, roadmaps, health)
    session = SecurityScheme(
        type="apiKey",
        name="lenmuc",
        security_scheme_in="cookie",
        description="The session of somebody signed in; its name is __Host-lenmuc over HTTPS.",
    )
    program = Litestar(
        route_handlers=[handler for module in modules for handler in module.handlers],
        openapi_config=OpenAPIConfig(
            title="Lên Mức",
            version=__version__,
            summary="Levels of public services, what is missing, and the roadmap",
            description=ABOUT,
            license=License(name="Apache-2.0", identifier="Apache-2.0"),
            tags=[Tag(name, description) for name, description in TAGS.items()],
            servers=[Server(url="/")],
            components=Components(security_schemes={"session": session}),
            use_handler_docstrings=True,
        ),
        dependencies={name: _stand_in() for name in _SUPPLIED},
        logging_config=None,
    )
    made = program.openapi_schema.to_schema()
    # The library that reads and writes the values describes them more exactly than the framework does.
    _, schemas = msgspec.json.schema_components(contract(), ref_template="#/components/schemas/{name}")
    for schema in schemas.values():
        schema["additionalProperties"] = False
    made["components"]["schemas"] = schemas
    made["paths"][_EVIDENCE]["post"]["requestBody"] = _FORM
    for path in made["paths"].values():
        for method, operation in path.items():
            _finish(method, operation, schemas)
    return made
