"""The file of what people say: a mistake is refused with the key where it stands."""

from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.content.errors import ContentError
from lenmuc.content.synonyms import load_words

GOOD = '[[synonym]]\nsay = ["sổ đỏ"]\nmeans = ["quyền sử dụng đất"]\n'


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[[synonym]]\nsay = "sổ đỏ"\nmeans = ["đất"]', "synonym[0].say"),
        ('[[synonym]]\nsays = ["sổ đỏ"]\nmeans = ["đất"]', "synonym[0]"),
        ('[[synonym]]\nsay = ["sổ đỏ"]\nmeans = []', "synonym[0].means"),
        ('[[synonym]]\nsay = ["–"]\nmeans = ["đất"]', "synonym[0].say"),
        (GOOD + GOOD.replace("sổ đỏ", "SO DO"), "synonym[1].say"),
        ('ignore = [""]\n' + GOOD, "ignore"),
        ("[[synonym]\n", ""),
    ],
)
def test_a_mistake_names_the_file_and_the_key(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "synonyms.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as said:
        load_words(path)
    assert (said.value.file, said.value.where) == ("synonyms.toml", where)


def test_an_entry_that_somebody_adds_is_read(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_words(path).synonym[0].say == ("sổ đỏ",)
    assert len(load_words(paths.catalogue() / "synonyms.toml").synonym) > 40
