"""Two schemes side by side: new, gone, changed, and which answers carry over."""

import msgspec
import pytest

from lenmuc.core.checklists import Condition, Criterion, Scheme, Words
from lenmuc.core.comparison import BESIDE, MEANING, compare
from tests.core.published import SCHEMES

OLD = SCHEMES["rs-2018"]


def with_criterion(changed: Criterion) -> Scheme:
    criteria = tuple(changed if c.id == changed.id else c for c in OLD.criteria)
    return msgspec.structs.replace(OLD, criteria=criteria)


def test_every_key_of_a_criterion_is_compared() -> None:
    assert sorted((*MEANING, *BESIDE, "id")) == sorted(Criterion.__struct_fields__)


def test_a_scheme_compared_with_itself_has_no_difference() -> None:
    same = compare(OLD, OLD)
    assert (same.new, same.gone, same.changed, same.to_ask) == ((), (), (), ())
    assert same.carried == same.same == tuple(OLD.index)


@pytest.mark.parametrize(
    ("key", "value", "asks_again"),
    [
        ("text", Words("khác", "other"), True),
        ("role", "duty", True),
        ("scope", "agency", True),
        ("not_applicable_when", (Condition("has_fee", False),), True),
        ("met_when", (Condition("has_fee", False),), True),
        ("basis", ("Luật 1",), False),
        ("level", 4, False),
        ("strength", "advisory", False),
        ("evidence", Words("khác", "other"), False),
        ("help", Words("khác", "other"), False),
        ("work", None, False),
    ],
)
def test_only_another_meaning_asks_again(key: str, value: object, asks_again: bool) -> None:
    found = compare(OLD, with_criterion(msgspec.structs.replace(OLD.criterion("3.05"), **{key: value})))
    [change] = found.changed
    assert (change.after.id, change.keys, change.asks_again) == ("3.05", (key,), asks_again)
    assert ("3.05" in found.to_ask, "3.05" in found.carried) == (asks_again, not asks_again)


def test_new_and_gone_are_mirror_images() -> None:
    there, back = compare(OLD, SCHEMES["rs-2026"]), compare(SCHEMES["rs-2026"], OLD)
    assert (there.new, there.gone) == (back.gone, back.new)
    assert [change.keys for change in there.changed] == [change.keys for change in back.changed]


def test_every_criterion_is_in_one_place_only() -> None:
    for before in SCHEMES.values():
        for after in SCHEMES.values():
            found = compare(before, after)
            assert sorted((*found.carried, *found.to_ask)) == sorted(after.index)
            kept = {*found.carried, *(c.after.id for c in found.changed)}
            assert sorted((*kept, *(c.id for c in found.gone))) == sorted(before.index)


def test_from_2018_to_2023_only_the_gate_and_two_texts_are_asked() -> None:
    found = compare(OLD, SCHEMES["rs-2023"])
    assert [c.id for c in found.new] == ["G.01", "G.02", "G.03", "G.04", "G.05", "G.06"]
    assert found.to_ask == ("3.39", "3.71", "G.01", "G.02", "G.03", "G.04", "G.05", "G.06")
    assert len(found.gone) == 36


def test_proactive_levels_share_nothing_with_online_levels() -> None:
    found = compare(OLD, SCHEMES["proactive-2026"])
    assert (len(found.new), len(found.gone), found.carried) == (4, 114, ())
