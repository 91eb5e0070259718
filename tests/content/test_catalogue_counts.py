"""The shipped catalogue says what the national list says: counted a second time, from the list itself."""

import collections
import csv
import os
import re
import unicodedata
from pathlib import Path

import pytest

from lenmuc.content.synonyms import load_words
from lenmuc.core.text import fold

TOP = Path(__file__).resolve().parents[2]
CATALOGUE = TOP / "catalogue"
SHARED = Path(os.environ.get("LENMUC_SHARED", TOP.parent / "shared"))
LIST = SHARED / "data" / "tthc-2026" / "procedures_compact.csv"
# The spellings that fields.csv joins, written here again so that the builder cannot agree with itself.
SAME_FIELD = {
    "thi đua – khen thưởng": "thi đua khen thưởng",
    "khoa học công nghệ": "khoa học và công nghệ",
}
LONG_BY_NATURE = {"name", "legal"}  # the name is the law's own and reaches 1,094 characters

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


@pytest.fixture(scope="module")
def services() -> list[Row]:
    return rows(CATALOGUE / "services.csv")


@pytest.fixture(scope="module")
def source() -> list[Row]:
    if not LIST.is_file():
        pytest.skip(f"the national list is not here ({LIST}); set LENMUC_SHARED to its folder")
    return [r for r in rows(LIST) if "Cấp tỉnh" in r["cap_thuc_hien"] or "Cấp xã" in r["cap_thuc_hien"]]


def test_every_local_procedure_of_the_list_is_there_once(services: list[Row], source: list[Row]) -> None:
    codes = [service["code"] for service in services]
    assert len(codes) == len(set(codes)) == len(source)
    assert set(codes) == {record["ma_thu_tuc"] for record in source}


def test_who_takes_part_is_read_from_the_name_of_the_service(services: list[Row]) -> None:
    names = {service["code"]: service["name"].casefold() for service in services}
    parts = rows(CATALOGUE / "interlinked.csv")
    assert {part["service"] for part in parts} == {
        code for code, name in names.items() if name.startswith("liên thông")
    }
    for part in parts:
        assert "liên thông" in names[part["service"]]
        assert part["part"] in names[part["service"]]


def test_counts_by_tier_equal_those_of_the_list(services: list[Row], source: list[Row]) -> None:
    counted = collections.Counter(tier for s in services for tier in s["tiers"].split(";"))
    names = {"ministry": "bộ", "province": "tỉnh", "commune": "xã", "other": "khác"}
    assert counted == {code: sum(word in r["cap_thuc_hien"] for r in source) for code, word in names.items()}


def test_counts_by_field_equal_those_of_the_list(services: list[Row], source: list[Row]) -> None:
    names = {field["code"]: plain(field["name"]) for field in rows(CATALOGUE / "fields.csv")}
    counted = collections.Counter(names[service["field"]] for service in services)
    listed = (plain(record["linh_vuc"]).replace("cai nghiên", "cai nghiện") for record in source)
    assert counted == collections.Counter(SAME_FIELD.get(name, name) for name in listed)


def test_counts_by_ministry_and_channel_equal_those_of_the_list(
    services: list[Row], source: list[Row]
) -> None:
    names = {ministry["code"]: ministry["name"] for ministry in rows(CATALOGUE / "ministries.csv")}
    assert collections.Counter(names[s["ministry"]] for s in services) == collections.Counter(
        record["bo_nganh"] for record in source
    )
    for code, column in {"online": "truc_tuyen", "post": "buu_chinh", "in_person": "truc_tiep"}.items():
        offered = sum(code in service["channels"].split(";") for service in services)
        assert offered == sum(record[f"kenh_{column}"] == "1" for record in source), code


def test_every_field_and_ministry_has_a_code_and_an_english_name(services: list[Row]) -> None:
    for name in ("fields.csv", "ministries.csv"):
        listed = rows(CATALOGUE / name)
        assert len({row["code"] for row in listed}) == len({row["name_en"] for row in listed}) == len(listed)
        for row in listed:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["code"]), row
            assert row["name"], row
            assert row["name_en"].isascii(), row
            assert row["name_en"], row
    assert {s["field"] for s in services} <= {row["code"] for row in rows(CATALOGUE / "fields.csv")}


def test_every_service_falls_under_exactly_one_first_rule_of_each_local_tier(services: list[Row]) -> None:
    rules = rows(CATALOGUE / "jurisdictions.csv")
    agencies = {agency["code"] for agency in rows(CATALOGUE / "agencies.csv")} | {"ward:*"}
    for rule in rules:
        assert rule["agency"] in agencies or (rule["confidence"] == "none" and rule["reason"]), rule
        assert rule["confidence"] in ("mapped", "by_tier", "none"), rule
    used = set()
    for service in services:
        for tier in {"province", "commune"} & set(service["tiers"].split(";")):
            fitting = [
                number
                for number, rule in enumerate(rules)
                if rule["tier"] == tier
                and rule["ministry"] in ("*", service["ministry"])
                and rule["field"] in ("*", service["field"])
            ]
            assert fitting, (service["code"], tier)
            used.add(fitting[0])
    assert used == set(range(len(rules))), "a rule that no service reaches is a slip"


def test_the_city_has_126_wards_and_communes_and_23_bodies() -> None:
    agencies = rows(CATALOGUE / "agencies.csv")
    assert len({agency["code"] for agency in agencies}) == len(agencies) == 149
    assert collections.Counter(agency["tier"] for agency in agencies) == {"commune": 126, "province": 23}
    for agency in agencies:
        assert agency["name_en"], agency
        assert agency["valid_from"] == ("2025-07-01" if agency["tier"] == "commune" else "2025-03-01")
        named = "phường" if agency["kind"] == "ward" else "xã" if agency["kind"] == "commune" else ""
        assert named in agency["name"], agency


def test_codes_times_fees_and_counts_are_written_in_one_way(services: list[Row]) -> None:
    for service in services:
        assert re.fullmatch(r"\d\.\d{6}", service["code"]), service["code"]
        for channel in ("online", "post", "in_person"):
            assert re.fullmatch(r"(\d+(\.\d+)? (wd|d|h|m))?", service[f"time_{channel}"]), service["code"]
            assert service[f"fee_{channel}"] in ("free", "charged", ""), service["code"]
            known = service[f"time_{channel}"] or service[f"fee_{channel}"]
            assert not known or channel in service["channels"].split(";"), service["code"]
        for amount in filter(None, service["fee_amounts"].split(";")):
            assert re.fullmatch(r"\d{4,} VND|\d+ USD", amount), (service["code"], amount)
        assert re.fullmatch(r"\d*", service["papers"] + service["forms"]), service["code"]
        for number in filter(None, service["legal"].split(";")):
            assert re.fullmatch(r"\d{1,4}(\.\d+)?/(19|20)\d\d/[A-ZĐTg\d-]+", number), (
                service["code"],
                number,
            )


def test_no_prose_is_shipped_and_the_text_is_nfc(services: list[Row]) -> None:
    for service in services:
        for column, cell in service.items():
            assert len(cell) <= 300 or column in LONG_BY_NATURE, (service["code"], column)
            assert all(len(name) <= 160 for name in service["result"].split(";")), service["code"]
        assert service["name"] == " ".join(service["name"].split()).strip(". "), service["code"]
        assert service["code"] not in service["name"], service["code"]
    for path in (path for path in CATALOGUE.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8")
        assert text == unicodedata.normalize("NFC", text), path.name


def test_what_people_say_leads_to_a_service(services: list[Row]) -> None:
    names = [f" {fold(service['name'])} " for service in services]
    for synonym in load_words(CATALOGUE / "synonyms.toml").synonym:
        for means in synonym.means:
            assert any(f" {fold(means)} " in name for name in names), (synonym.say, means)
