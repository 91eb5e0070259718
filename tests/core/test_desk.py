"""Ranking, concentration and what a law would free, by hand."""

from lenmuc.core.desk import first_carry, freed, ranking
from lenmuc.core.figures import Counts, Ratio


def test_equal_agencies_share_a_rank_and_tiny_ones_have_none() -> None:
    found = ranking(
        {
            "A": {2: Counts(8), 3: Counts(2)},
            "B": {2: Counts(4), 4: Counts(1)},
            "C": {0: Counts(9), 3: Counts(1)},
            "D": {4: Counts(4)},
            "E": {0: Counts(5), 2: Counts(3), 3: Counts(2)},
        }
    )
    assert [(row.agency, row.rank) for row in found] == [("A", 1), ("B", 1), ("E", 3), ("C", 4), ("D", None)]


def test_the_shade_of_a_cell_is_its_share_and_none_has_none() -> None:
    (row,) = ranking({"A": {0: Counts(1), 2: Counts(60), 3: Counts(939)}})
    assert row.shades == (1, 0, 1, 5, 0)


def test_the_first_services_carry_their_share() -> None:
    assert first_carry([50, 30, 20], 2) == Ratio(80, 100)


def test_an_offering_that_two_answers_bar_by_one_article_is_freed_once() -> None:
    found = freed(
        [
            ("3.01", "Theo Điều 5 Luật Hộ tịch, phải nộp bản chính", 1, "x", 10),
            ("3.02", "Điều 5 Luật Hộ tịch", 1, "x", 10),
            ("3.02", "Điều 5 Luật Hộ tịch", 2, "y", 5),
            ("4.01", "không rõ", 3, "z", 7),
        ]
    )
    assert [(f.article, f.criteria, f.offerings, f.services, f.filings) for f in found] == [
        ("Điều 5 Luật Hộ tịch", ("3.01", "3.02"), 2, 2, 15),
        ("", ("4.01",), 1, 1, 7),
    ]
