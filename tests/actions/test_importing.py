"""A registry is brought in whole or not at all; what it no longer lists is ended, never deleted."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from lenmuc.actions import importing
from lenmuc.actions.importing import Report, bring_in
from lenmuc.content.everything import Content
from lenmuc.content.mappings import read_mapping
from lenmuc.core.errors import Conflict
from lenmuc.core.mappings import Known
from lenmuc.store import imports as imports_store
from lenmuc.store.database import PROGRAM

TODAY = dt.date(2026, 11, 22)
MAPPING = """\
name = "A list of the city"
[place]
code = "H26"
name = "Thành phố Hà Nội"
name_en = "Hà Nội City"
[source]
format = "csv"
[declared]
scheme = "rs-2018"
[fields]
code = "code"
name = "name"
field = "field"
agency = "agency"
time_in_person = { from = "days", unit = "wd" }
filings = "filings"
declared = "level"
replaces = { from = "old", split = " " }
valid_to = "end"
"""
HEAD = "code,name,field,agency,days,filings,level,old,end\n"
ONE = "9.000001,Cấp giấy mới,Hộ tịch,STP,5,120,3,,\n"
TWO = "9.000002,Cấp giấy khác,Lĩnh vực lạ,SX-NEW,soon,,,,\n"


class Registry:
    """A list that changes, and the city it is brought into."""

    def __init__(self, db: Any, content: Content, folder: Path) -> None:
        self.db, self.content, self.folder = db, content, folder
        (folder / "a-list.toml").write_text(MAPPING, encoding="utf-8")
        self.mapping = read_mapping(folder / "a-list.toml", Known(("rs-2018",)))

    async def bring(self, *lines: str, dry: bool = False) -> Report:
        file = self.folder / "list.csv"
        file.write_text(HEAD + "".join(lines), encoding="utf-8")
        return await bring_in(self.db, self.content, self.mapping, [file], TODAY, dry=dry)

    async def value(self, sql: str, *args: Any) -> Any:
        async with self.db.transaction(PROGRAM) as conn:
            return await conn.fetchval(sql, *args)


@pytest.fixture
def registry(db: Any, content: Content, tmp_path: Path) -> Registry:
    return Registry(db, content, tmp_path)


def counted(report: Report) -> tuple[int, int, int, int]:
    counts = report.counts
    return counts.fresh, counts.changed, counts.unchanged, counts.gone


async def test_a_dry_run_counts_and_writes_nothing(registry: Registry) -> None:
    before = await registry.value("SELECT count(*) FROM service")
    report = await registry.bring(ONE, TWO, ",no code,,,,,,,\n", dry=True)
    assert counted(report) == (2, 0, 0, 0)
    assert (report.total, report.refused, report.repaired, report.run) == (3, 1, 1, 0)
    assert {(note.kind, note.row) for note in report.notes} == {("repaired", 3), ("refused", 4)}
    assert await registry.value("SELECT count(*) FROM service") == before
    assert await registry.value("SELECT count(*) FROM agency WHERE code = 'SX-NEW'") == 0


async def test_what_came_in_is_there_and_the_same_again_changes_nothing(registry: Registry) -> None:
    assert counted(await registry.bring(ONE, TWO)) == (2, 0, 0, 0)
    row = "SELECT (filings, declared, filings_illustrative)::text FROM offering WHERE service = '9.000001'"
    assert await registry.value(row) == "(120,3,f)"
    known = "SELECT field FROM service WHERE code = $1"
    assert await registry.value(known, "9.000001") == "ho-tich"  # the city's own field, known by its name
    assert await registry.value(known, "9.000002") == "linh-vuc-la"
    assert await registry.value("SELECT time_in_person FROM service WHERE code = '9.000002'") == ""
    assert await registry.value("SELECT count(*) FROM level_change c JOIN offering o ON o.id = c.offering "
                                "WHERE o.service LIKE '9.%'") >= 2  # fmt: skip
    again = await registry.bring(ONE, TWO)
    assert counted(again) == (0, 0, 2, 0)
    assert again.run == 0
    assert await registry.value("SELECT count(*) FROM import_run") == 1


async def test_what_changed_keeps_what_it_was_and_what_is_gone_is_ended(registry: Registry) -> None:
    await registry.bring(ONE, TWO)
    report = await registry.bring(ONE.replace("Cấp giấy mới", "Cấp giấy rất mới"))
    assert counted(report) == (0, 1, 0, 1)
    was = "SELECT record->>'name' FROM service_history WHERE service = '9.000001'"
    assert await registry.value(was) == "Cấp giấy mới"
    assert await registry.value("SELECT valid_to FROM service WHERE code = '9.000002'") == TODAY
    assert await registry.value("SELECT valid_to FROM offering WHERE service = '9.000002'") == TODAY
    assert await registry.value("SELECT count(*) FROM current_offering WHERE service = '9.000002'") == 0
    # back in the list, it is in force again
    assert counted(await registry.bring(ONE.replace("Cấp giấy mới", "Cấp giấy rất mới"), TWO)) == (0, 1, 1, 0)
    assert await registry.value("SELECT count(*) FROM current_offering WHERE service = '9.000002'") == 1


async def test_a_refused_row_does_not_end_its_service(registry: Registry) -> None:
    await registry.bring(ONE, TWO)
    report = await registry.bring(ONE, "9.000002,,Hộ tịch,STP,,,,,\n")
    assert counted(report) == (0, 0, 1, 0)
    assert report.refused == 1


async def test_services_of_other_sources_are_left_alone(registry: Registry) -> None:
    before = await registry.value("SELECT count(*) FROM current_offering")
    await registry.bring(ONE)
    assert await registry.value("SELECT count(*) FROM service WHERE valid_to IS NOT NULL") == 0
    assert await registry.value("SELECT count(*) FROM current_offering") == before + 1


async def test_another_agency_takes_over_and_the_old_offering_ends(registry: Registry) -> None:
    await registry.bring(ONE)
    assert counted(await registry.bring(ONE.replace("STP", "SXD"))) == (0, 1, 0, 0)
    agency = "SELECT agency FROM current_offering WHERE service = '9.000001'"
    assert await registry.value(agency) == "SXD"
    sums = "SELECT sum(offerings)::int FROM tally WHERE scheme = ''"
    assert await registry.value(sums) == await registry.value("SELECT count(*) FROM current_offering")
    ended = "SELECT valid_to FROM offering WHERE service = '9.000001' AND agency = 'STP'"
    assert await registry.value(ended) == TODAY


async def test_merged_services_end_and_are_remembered(registry: Registry) -> None:
    await registry.bring(ONE, TWO)
    await registry.bring("9.000003,Cấp giấy gộp,Hộ tịch,STP,5,,,9.000001 9.000002,\n")
    async with registry.db.transaction(PROGRAM) as conn:
        old = await imports_store.ended_service(conn, "9.000001")
        new = await imports_store.ended_service(conn, "9.000003")
    assert old is not None
    assert new is not None
    assert (old.valid_to, old.became) == (TODAY, ("9.000003",))
    assert (new.valid_to, new.was) == (None, ("9.000001", "9.000002"))
    kinds = "SELECT string_agg(DISTINCT kind, ',') FROM service_lineage"
    assert await registry.value(kinds) == "merged"


async def test_a_record_that_has_ended_is_as_it_was_when_it_comes_again(registry: Registry) -> None:
    ended = ONE.replace(",,\n", ",,2025-06-30\n")
    assert counted(await registry.bring(ended, TWO)) == (2, 0, 0, 0)
    offered = "SELECT valid_to FROM offering WHERE service = '9.000001'"
    assert await registry.value(offered) == dt.date(2025, 6, 30)
    again = await registry.bring(ended, TWO)
    assert (counted(again), again.run) == ((0, 0, 2, 0), 0)
    # another last day is a change, and so is none
    assert counted(await registry.bring(ended.replace("06-30", "07-31"), TWO)) == (0, 1, 1, 0)
    assert await registry.value(offered) == dt.date(2025, 7, 31)
    assert counted(await registry.bring(ONE, TWO)) == (0, 1, 1, 0)
    assert await registry.value(offered) is None


async def test_a_replaced_service_that_is_still_listed_stays_ended(registry: Registry) -> None:
    three = "9.000003,Cấp giấy gộp,Hộ tịch,STP,5,,,9.000001,\n"
    await registry.bring(ONE, three)
    again = await registry.bring(ONE, three)
    assert (counted(again), again.run) == ((0, 0, 2, 0), 0)
    assert await registry.value("SELECT valid_to FROM service WHERE code = '9.000001'") == TODAY


async def test_what_fails_in_the_middle_leaves_nothing(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the machine stopped")

    monkeypatch.setattr(importing, "recompute", fails)
    with pytest.raises(RuntimeError):
        await registry.bring(ONE, TWO)
    for table in ("service", "offering"):
        assert await registry.value(f"SELECT count(*) FROM {table} WHERE {table}::text LIKE '%9.00000%'") == 0
    assert await registry.value("SELECT count(*) FROM import_run") == 0
    assert await registry.value("SELECT count(*) FROM agency WHERE code = 'SX-NEW'") == 0


async def test_a_registry_of_another_place_is_refused(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.toml"
    path.write_text(MAPPING.replace('"H26"', '"CA"'), encoding="utf-8")
    registry.mapping = read_mapping(path, Known(("rs-2018",)))
    with pytest.raises(Conflict, match="One installation holds one place"):
        await registry.bring(ONE)


async def test_an_imported_catalogue_is_not_put_back_to_the_files(registry: Registry) -> None:
    from lenmuc.actions.loading import is_loaded, load

    await registry.bring(ONE)
    assert await is_loaded(registry.db, registry.content)
    await registry.value("UPDATE service SET name = 'As imported' WHERE code = '1.001193' RETURNING 1")
    await load(registry.db, registry.content, lambda _: None)
    assert await registry.value("SELECT name FROM service WHERE code = '1.001193'") == "As imported"
