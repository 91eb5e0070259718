"""The first sentence of a roadmap says the days of the central team that there are."""

import html
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from lenmuc.core.roadmap.problem import Holiday
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.view import view_of
from lenmuc.paths import locale, templates
from lenmuc.web.language import read_language
from lenmuc.web.templating import environment
from tests.core.roadmap.small_view import PROBLEM, names


@pytest.mark.parametrize(
    ("code", "holidays", "said"),
    [
        ("en", (), "With <strong>10 person-days</strong> a quarter of the central team,"),
        ("en", (Holiday(1, 0.25),), "With <strong>12.50 person-days</strong> of the central team in all,"),
        ("vi", (), "Với <strong>10 ngày công</strong> mỗi quý của nhóm trung tâm,"),
        ("vi", (Holiday(1, 0.5),), "Với tổng cộng <strong>15 ngày công</strong> của nhóm trung tâm,"),
    ],
)
def test_where_a_freeze_takes_days_it_says_how_many_there_are_in_all(
    code: str, holidays: tuple[Holiday, ...], said: str
) -> None:
    problem = replace(PROBLEM, holidays=holidays)
    view = view_of(problem, solve(problem), names(), 5, 1, 0)
    roadmap = SimpleNamespace(agency="", settings=SimpleNamespace(central_days=10.0, aim="trips", goals=()))
    it = SimpleNamespace(
        view=view, roadmap=roadmap, agency="", filings_all=0, outside_count=0, scope=None,
        quarters=[SimpleNamespace(year=2027, number=n) for n in (1, 2)],
    )  # fmt: skip
    env = environment(templates(), read_language(locale(), code))
    parts = env.get_template("public/_roadmap.html").make_module({"page": None})
    assert said in html.unescape(parts.hero(it))
