"""Mappings and the files they read: rows of every format become the same records, mistakes are named."""

import gzip
import io
import json
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.content import tables
from lenmuc.content.errors import ContentError
from lenmuc.content.mappings import find_mapping, read_mapping, shipped
from lenmuc.content.tables import Tables, delimiter_of, encoding_of
from lenmuc.core.mappings import Known
from lenmuc.core.registry import Reader, gathered

POINTS = ("account", "authentication", "application", "decision", "issuance", "feedback")
KNOWN = Known(("rs-2018",), {"ca-2024": POINTS})
MAPPING = """\
name = "A list"
unknown = ["-"]

[place]
code = "VN-XX"
name = "Tỉnh X"
name_en = "Province X"

[source]
format = "csv"

[fields]
code = "Mã"
name = "Tên"
agency = { from = "Sở", codes = "bodies" }
fee_in_person = { from = "Lệ phí", codes = { "Không" = "free", "Có" = "charged" }, otherwise = "unknown" }
time_in_person = { from = "Ngày", unit = "wd" }

[tables.bodies]
"Sở Tư pháp" = "STP"
"""
HEADER = ["Mã", "Tên", "Sở", "Lệ phí", "Ngày"]
ROWS = [["1.1", "Cấp phiếu", "Sở Tư pháp", "Có", "5"], ["1.2", "Đổi tên", "Sở Tư pháp", "-", ""]]
CSV = "\n".join(",".join(row) for row in [HEADER, *ROWS])


def mapping(folder: Path, text: str = MAPPING, name: str = "a-list.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def records(folder: Path, file: str, content: bytes, text: str = MAPPING) -> list[tuple[str, str, str, str]]:
    (folder / file).write_bytes(content)
    read = read_mapping(mapping(folder, text), KNOWN)
    given = gathered(Reader(read), Tables(read).rows([folder / file]))
    assert not given.notes
    return [(code, r.service.name, r.service.fee_in_person, r.service.time_in_person)
            for code, (r, _) in given.found.items()]  # fmt: skip


EXPECTED = [("1.1", "Cấp phiếu", "charged", "5 wd"), ("1.2", "Đổi tên", "", "")]


def of(text: str) -> str:
    return MAPPING.replace('format = "csv"', text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_of_a_csv_is_found_out(tmp_path: Path, encoding: str) -> None:
    assert records(tmp_path, "list.csv", CSV.encode(encoding)) == EXPECTED


def test_windows_1258_is_found_out_and_its_marks_are_joined(tmp_path: Path) -> None:
    tones = "\u0300\u0301\u0303\u0309\u0323"  # Windows-1258 writes a letter, and its tone after it
    loose = ""
    for char in CSV:
        parts = unicodedata.normalize("NFD", char)
        letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        loose += letter + "".join(part for part in parts if part in tones)
    assert records(tmp_path, "list.csv", loose.encode("windows-1258")) == EXPECTED


def test_other_signs_between_columns_are_found_out(tmp_path: Path) -> None:
    assert records(tmp_path, "list.csv", CSV.replace(",", ";").encode()) == EXPECTED
    assert delimiter_of('"a,b,c"\td') == "\t"
    assert encoding_of("ấ".encode()[:2], False) == "utf-8"  # cut in the middle of a letter


def test_gzip_zip_and_tar_are_unpacked(tmp_path: Path) -> None:
    assert records(tmp_path, "list.csv.gz", gzip.compress(CSV.encode())) == EXPECTED
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/list.csv", CSV)
        archive.writestr("__MACOSX/in/list.csv", "rubbish")
    assert records(tmp_path, "list.zip", packed.getvalue()) == EXPECTED
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("list.csv")
        member.size = len(CSV.encode())
        tar.addfile(member, io.BytesIO(CSV.encode()))
    assert records(tmp_path, "list.tar.gz", packed.getvalue()) == EXPECTED


def test_json_is_read_from_an_array_at_a_path_and_line_by_line(tmp_path: Path) -> None:
    rows = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    whole = json.dumps({"data": {"items": rows}}).encode()
    assert records(tmp_path, "a.json", whole, of('format = "json"\nrows = "data.items"')) == EXPECTED
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    assert records(tmp_path, "a.jsonl", lines, of('format = "jsonl"')) == EXPECTED


def test_a_workbook_is_read_below_its_header(tmp_path: Path) -> None:
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("Danh sách")
        for at, row in enumerate([["A title"], HEADER, [*ROWS[0][:4], 5], ROWS[1]]):
            sheet.write_row(at, 0, row)
    text = of('format = "xlsx"\nsheet = "Danh sách"\nheader = 2')
    assert records(tmp_path, "a.xlsx", made.getvalue(), text) == EXPECTED


def test_what_unpacks_to_far_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_FREE", 1000)
    bomb = CSV.encode() + b"\n1.3,Ten,S" + b" " * 5_000_000
    for name, packed in (("a.csv.gz", gzip.compress(bomb)), ("a.zip", _zip(bomb))):
        with pytest.raises(ContentError, match="far more than such a file should"):
            records(tmp_path, name, packed)


def _zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", content)
    return packed.getvalue()


def test_broken_files_are_named_with_what_to_do(tmp_path: Path) -> None:
    for name, content in (("a.csv.gz", gzip.compress(CSV.encode() * 50)[:60]), ("a.zip", b"PK\x03\x04 no")):
        with pytest.raises(ContentError, match=name):
            records(tmp_path, name, content)
    with pytest.raises(ContentError, match="no column Lệ phí.*The columns are: Mã, Tên, Sở"):
        records(tmp_path, "a.csv", "Mã,Tên,Sở,Ngày\n1,2,3,4".encode())
    read = read_mapping(mapping(tmp_path), KNOWN)
    with pytest.raises(ContentError, match="there is no such file"):
        list(Tables(read).rows([tmp_path / "none.csv"]))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('code = "Mã"\n', 'code = "Mã"\ncodde = "Mã"\n', "line 14, key fields.codde: no such field"),
        ('codes = "bodies"', 'codes = "bodyes"', r"line 15.*write \[tables.bodyes\]"),
        ('"Không" = "free"', '"Không" = "none"', "line 16.*'none' is none of free, charged"),
        ('unit = "wd"', 'unit = "days"', "line 17.*the unit 'days'"),
        ('unit = "wd"', 'find = "("', "line 17.*the pattern"),
        ('format = "csv"', 'format = "word"', "line 10, key source.format"),
        ('code = "VN-XX"\n', "", "missing required field `code`"),
        ('name = "Tên"\n', "", "say which column holds the name"),
        ('agency = {', '#', 'say which column names the agency'),
        ('[tables', 'declared = "Mức"\n[tables', r"\[declared\] scheme"),
        ('"Province X"\n', '"Province X"\nlanguage = "xx"\n', "line 8, key place.language: no such language"),
        ('[tables.bodies]', '[points]\nset = "xx"\nfields = {}\n[tables.bodies]', "write one of ca-2024"),
        ('[tables.bodies]', '[points]\nset = "ca-2024"\n[points.fields]\nfee = "x"\n[tables.bodies]',
         "line 22.*no such field; the fields are account"),
        ('[tables.bodies]', '[points]\nset = "ca-2024"\n[points.fields]\naccount = {from = "x", becomes ="si"'
         '}\n[tables.bodies]', "line 22.*'si' is none of yes, no"),
        ('[tables.bodies]', '[declared]\nscheme = "rs-1066"\n[tables.bodies]', "write one of rs-2018"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_mapping_is_named_by_line_and_key(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in MAPPING
    with pytest.raises(ContentError, match=told):
        read_mapping(mapping(tmp_path, MAPPING.replace(old, new)), KNOWN)


def test_pieces_of_patterns_are_put_in(tmp_path: Path) -> None:
    text = MAPPING.replace('name = "Tên"', """name = { from = "Tên", find = '{{two}}' }""")
    text = text.replace("[tables.bodies]", "[pieces]\none = 'phi'\ntwo = 'C.p {{one}}.u'\n[tables.bodies]")
    read = read_mapping(mapping(tmp_path, text), KNOWN)
    assert read.fields["name"][0].find == "C.p phi.u"
    assert read.fields["agency"][0].find == ""


def test_the_mappings_that_come_with_the_program_are_whole() -> None:
    found = shipped(paths.catalogue(), KNOWN)
    assert {"tthc-2026", "tthc-lists", "ca-si-2024", "jp-2025"} <= set(found)
    assert find_mapping("jp-2025", paths.catalogue(), KNOWN).place.code == "JP"
    with pytest.raises(ContentError, match="no such mapping"):
        find_mapping("nowhere", paths.catalogue(), KNOWN)


def test_the_example_of_the_documentation_works(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
    text = page.partition("```toml\n")[2].partition("```")[0]
    rows = "Mã,Tên,Lĩnh vực,Sở,Lệ phí,Ngày\n1.1,Cấp phiếu,Hộ tịch,Sở Tư pháp,Có,5\n"
    assert records(tmp_path, "services.csv", rows.encode(), text) == EXPECTED[:1]
