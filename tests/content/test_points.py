"""Sets of points are read whole or refused, with the place of the mistake."""

import shutil
from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.content.errors import ContentError
from lenmuc.content.locks import LOCK
from lenmuc.content.points import FOLDER, load_points
from lenmuc.content.schemes import load_schemes

SCHEMES = load_schemes(paths.assessments())
FILE = "ca-2024.toml"


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ('id = "ca-2024"', 'id = "ca"', "key id", "the file is called"),
        ('scheme = "rs-2018"', 'scheme = "rs-1"', "key scheme", "rs-2018"),
        ('criterion = "3.03"', 'criterion = "3.02"', "key criterion", "decides no level"),
        ('point = "application"', 'point = "applying"', "key point", "applying"),
        ('id = "decision"', 'id = "account"', "key id", "stands twice"),
        ('answer = "no"', 'answer = "never"', "key answer", "never"),
        ("place =", "[place", "", "TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, where: str, why: str) -> None:
    text = (paths.assessments() / FOLDER / FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as wrong:
        load_points(tmp_path, SCHEMES)
    assert where in wrong.value.where
    assert why in str(wrong.value)


def test_a_published_set_cannot_change(tmp_path: Path) -> None:
    shutil.copytree(paths.assessments() / FOLDER, tmp_path, dirs_exist_ok=True)
    assert (tmp_path / LOCK).is_file()
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write("# one more word\n")
    with pytest.raises(ContentError, match="published and was altered"):
        load_points(tmp_path, SCHEMES)
