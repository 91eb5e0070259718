"""The mapping of Vietnam's national records against the catalogue that was built from the same records."""

import csv
import os
from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.content.mappings import find_mapping
from lenmuc.content.reading import read
from lenmuc.core.mappings import Known
from lenmuc.core.services import Service

SHARED = Path(os.environ.get("LENMUC_SHARED", Path(__file__).parents[3] / "shared"))
ARCHIVE = SHARED / "data" / "tthc-2026" / "raw_json_2642.tar.gz"
FEES = ("fee_online", "fee_post", "fee_in_person")
# Where the two differ, and who is right.
KNOWN = {
    # "((Miễn lệ phí. Phí cấp bản sao … (nếu có yêu cầu) …))": brackets in brackets in brackets, which the
    # tool behind the catalogue does not read; that nothing is paid is right.
    ("1.000894", "fee_post"): ("", "free"),
}


@pytest.fixture(scope="module")
def read_by_mapping() -> dict[str, Service]:
    """Each record as the mapping reads it."""
    if not ARCHIVE.is_file():
        pytest.skip("the national records are not here")
    mapping = find_mapping("tthc-2026", paths.catalogue(), Known(("rs-2018",)))
    found = read(mapping, [ARCHIVE]).gathered
    assert len(found.found) == 2_642
    assert found.notes == []
    return {code: record.service for code, (record, _) in found.found.items()}


@pytest.fixture(scope="module")
def published() -> dict[str, dict[str, str]]:
    """Each service of the catalogue."""
    with (paths.catalogue() / "services.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_fees_are_those_of_the_catalogue(
    read_by_mapping: dict[str, Service], published: dict[str, dict[str, str]]
) -> None:
    differ = {
        (code, field): (row[field], getattr(read_by_mapping[code], field))
        for code, row in published.items()
        for field in FEES
        if row[field] != getattr(read_by_mapping[code], field)
    }
    assert differ == KNOWN


def test_amounts_and_times_are_those_of_the_catalogue(
    read_by_mapping: dict[str, Service], published: dict[str, dict[str, str]]
) -> None:
    for code, row in published.items():
        service = read_by_mapping[code]
        assert set(filter(None, row["fee_amounts"].split(";"))) == set(service.fee_amounts), code
        for field in ("time_online", "time_post", "time_in_person", "tiers", "ministry", "law_kind"):
            value = getattr(service, field)
            assert row[field] == (";".join(value) if isinstance(value, tuple) else value), (code, field)


def test_no_fee_is_both_unknown_and_named(read_by_mapping: dict[str, Service]) -> None:
    """An amount charges, and what is free names none."""
    both = [
        code
        for code, service in read_by_mapping.items()
        if service.fee_amounts and not any(getattr(service, field) == "charged" for field in FEES)
    ]
    assert both == []
