"""The OpenAPI document: complete, closed, and changed only on purpose.

After a change of the contract that is meant: `python -m tests.api.test_document` writes the snapshot anew.
"""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from lenmuc.api import types
from lenmuc.api.document import contract, document
from lenmuc.core.answers import BLOCKERS, VALUES
from lenmuc.core.services import AGENCY_TIERS, TIERS, Service
from lenmuc.web import errors
from tests.api.contract import operations

SNAPSHOT = Path(__file__).with_name("openapi.json")


def written() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_contract_changes_on_purpose_only() -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == written(), "see the top of this file"


def test_document_is_openapi_3_1_with_a_licence() -> None:
    made = document()
    assert made["openapi"].startswith("3.1.")
    assert made["info"]["license"] == {"name": "Apache-2.0", "identifier": "Apache-2.0"}


def test_every_reference_leads_somewhere() -> None:
    known = document()["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", written())) <= set(known)


def test_every_schema_is_a_json_schema() -> None:
    for schema in document()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", sorted(each.__name__ for each in contract()))
def test_every_field_is_described_and_no_other_is_let_in(name: str) -> None:
    schema = document()["components"]["schemas"][name]
    assert schema["additionalProperties"] is False
    assert schema["description"]
    for field, described in schema["properties"].items():
        assert described.get("description"), f"{name}.{field}"


@pytest.mark.parametrize("id", sorted(operations()))
def test_every_operation_says_what_it_is(id: str) -> None:
    operation = operations()[id]
    assert operation["summary"]
    assert operation["description"]
    assert len(operation["tags"]) == 1
    for parameter in operation.get("parameters", []):
        assert parameter["description"], parameter["name"]
        assert "type" in parameter["schema"], parameter["name"]
    for status, reply in operation["responses"].items():
        assert reply["description"]
        if status[0] in "45":
            assert list(reply["content"]) == ["application/problem+json"]


def test_what_comes_in_refuses_unknown_fields() -> None:
    coming_in = [each for each in contract() if each.__name__.endswith("In")]
    assert len(coming_in) == 2
    assert all(each.__struct_config__.forbid_unknown_fields for each in coming_in)


def test_failures_are_described_as_they_are() -> None:
    pairs: list[tuple[Any, Any]] = [
        (types.problems.ProblemOut, errors.Problem),
        (types.problems.WrongOut, errors.Wrong),
    ]
    for out, inner in pairs:
        assert out.__struct_fields__ == inner.__struct_fields__, out.__name__
        assert len(out.__struct_defaults__) == len(inner.__struct_defaults__), out.__name__


def test_a_service_is_given_with_all_its_facts() -> None:
    assert set(Service.__struct_fields__) < set(types.services.ServiceOut.__struct_fields__)


def test_words_of_the_contract_are_the_words_of_the_rules() -> None:
    assert types.answers.Value.__args__ == VALUES
    assert types.answers.Blocker.__args__ == BLOCKERS
    assert types.agencies.Tier.__args__ == TIERS
    assert types.agencies.AgencyTier.__args__ == AGENCY_TIERS


def test_a_default_is_a_value_its_field_may_have() -> None:
    for each in (types.answers.AnswerIn, types.roadmaps.PlanIn):
        for field in msgspec.structs.fields(each):
            if not field.required:
                msgspec.convert(msgspec.to_builtins(field.default), field.type)


if __name__ == "__main__":
    SNAPSHOT.write_text(written(), encoding="utf-8")
