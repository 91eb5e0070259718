"""The rules of papers that databases hold: mistakes are named; what is shipped is what the records say."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.content.errors import ContentError
from lenmuc.content.everything import Content
from lenmuc.content.once_only import ASKED, RULES, load_once_only, load_rules

TOP = Path(__file__).resolve().parents[2]
RECORDS = Path(os.environ.get("LENMUC_SHARED", TOP.parent / "shared")) / "data/tthc-2026/raw_json_2642.tar.gz"
GOOD = """lead = ["bản sao"]
unless = []
spares = []
[[database]]
code = "d"
name.vi = "Cơ sở dữ liệu"
name.en = "Database"
basis = ["Luật 1/2020/QH14"]
confidence = "memory"
[[paper]]
code = "p"
database = "d"
name.vi = "Giấy khai sinh"
name.en = "Birth certificate"
begins = ["giấy khai sinh"]
"""
PAPER = GOOD[GOOD.index("[[paper]]") :]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (GOOD.replace('database = "d"', 'database = "x"'), "line 12, key database"),
        (GOOD + PAPER, "line 17, key code"),
        (GOOD + PAPER.replace('"p"', '"q"'), "line 21, key begins"),
        (GOOD.replace('"giấy khai sinh"]', '"–"]'), "line 15, key begins"),
        (GOOD.replace('"memory"', '"sure"'), "line 9, key confidence"),
        (GOOD + "[[paper]\n", ""),
    ],
)
def test_a_mistake_in_the_rules_names_its_line(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / RULES).write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as said:
        load_rules(tmp_path)
    assert (said.value.file, said.value.where) == (RULES, where)


@pytest.mark.parametrize("row", ["9.9,p,1,0", "1.1,x,1,0", "1.1,p,1,2", "1.1,p,many,0"])
def test_a_finding_that_cannot_be_is_refused(tmp_path: Path, row: str) -> None:
    (tmp_path / RULES).write_text(GOOD, encoding="utf-8")
    (tmp_path / ASKED).write_text(f"service,paper,rows,spared\n1.1,p,1,1\n{row}\n", encoding="utf-8")
    with pytest.raises(ContentError) as said:
        load_once_only(tmp_path, frozenset({"1.1"}))
    assert (said.value.file, said.value.where) == (ASKED, "row 3")


def test_what_is_shipped_speaks_of_known_services(content: Content) -> None:
    assert len(content.once_only.asked) > 200
    assert {each.service for each in content.once_only.asked} <= content.once_only.listed


@pytest.mark.skipif(not RECORDS.is_file(), reason="the national records are not here")
def test_what_is_shipped_is_what_the_rules_find_in_the_records(tmp_path: Path) -> None:
    for name in (RULES, "services.csv"):
        (tmp_path / name).write_bytes((paths.catalogue() / name).read_bytes())
    asked = [sys.executable, "tools/build_once_only.py", "--raw", str(RECORDS), "--into", str(tmp_path)]
    subprocess.run(asked, cwd=TOP, check=True, capture_output=True, timeout=60)
    folders = (tmp_path, paths.catalogue())
    built, shipped = ((folder / ASKED).read_text(encoding="utf-8") for folder in folders)
    assert built == shipped
    assert len(list(csv.reader(built.splitlines()))) > 200
