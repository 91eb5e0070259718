"""A briefing: moves, ranks, late work with one reason each, and the same bytes for ever."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from lenmuc.actions.briefings import Opened
from lenmuc.content.everything import Content, load_content
from lenmuc.core.briefing.afterwards import Correction, frozen, since
from lenmuc.core.briefing.closing import closing
from lenmuc.core.briefing.count import (
    AgencyIn,
    Moved,
    Reasons,
    bodies_of,
    late_groups,
    levels_of,
    moves_of,
    next_of,
    plan_of,
)
from lenmuc.core.briefing.sections import paper
from lenmuc.core.briefing.state import Aim, Briefing, Decisions, FigureAt, Given, Plan, decode, encode
from lenmuc.core.checklists import Words
from lenmuc.core.figures import Counts, Ratio
from lenmuc.core.papers import Change
from lenmuc.core.quarters import after, before, begin_of, is_quarter, last_day, quarter_of
from lenmuc.core.roadmap.follow import Open, Verified, late_work, stands_of
from lenmuc.core.roadmap.gaps import Said
from lenmuc.core.roadmap.gather import OfferingGap
from lenmuc.core.roadmap.reports import Report, standing
from lenmuc.exports.papers import cell, written
from lenmuc.web.language import Language
from tests.core.roadmap.small_view import view

EN = Language("en")
MADE = dt.datetime(2027, 4, 3, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def scheme() -> Any:
    found: Content = load_content()
    return found.scheme


def agency(code: str, tier: str = "commune") -> AgencyIn:
    return AgencyIn(code, Words(f"Phường {code}", f"Ward {code}"), tier)


def tally(*offerings: int) -> dict[int, Counts]:
    return {
        level: Counts(offerings=count, filings=10 * count) for level, count in enumerate(offerings) if count
    }


def gap(scheme: Any, service: str, agency: str, *unmet: str, law: str = "") -> OfferingGap:
    bits = sum(1 << scheme.index[criterion] for criterion in unmet)
    return OfferingGap(service, agency, 100, 2, bits, bits, 1 << scheme.index[law] if law else 0)


def briefing(**changed: Any) -> Briefing:
    now = tally(1, 2, 3, 4)
    made = Briefing(
        form=1, quarter="2027Q1", day=dt.date(2027, 3, 31), draft=False, made=MADE,
        place=Words("Hà Nội", "Hanoi"),
        scheme="rs-2018", scheme_name=Words("Bộ quy tắc", "Rules"), first=dt.date(2027, 2, 1),
        now=levels_of(now), before=None, illustrative=True,
        figures=(FigureAt("level-4", Words("Mức 4", "Level 4"), Ratio(0, 10), None),),
        moves=moves_of([Moved("A", 2, 3, 4, 40)]), rose=4, fell=0, entered=0, verified=2,
        bodies=bodies_of([agency("A")], {"A": now}, {}, [], {}), plan=None, decisions=Decisions(),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changed)


def test_a_quarter_has_its_days_and_its_neighbours() -> None:
    assert (begin_of("2026Q4"), last_day("2026Q4")) == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
    assert [quarter_of(dt.date(2027, month, 1)) for month in (1, 3, 4, 12)] == [
        "2027Q1", "2027Q1", "2027Q2", "2027Q4",
    ]  # fmt: skip
    assert (before("2027Q1"), after("2026Q4")) == ("2026Q4", "2027Q1")
    assert [is_quarter(each) for each in ("2026Q4", "2026Q5", "Q42026", "02026Q1")] == [
        True,
        False,
        False,
        False,
    ]


def test_moves_are_added_up_over_agencies_and_what_is_new_is_none() -> None:
    moved = [
        Moved("A", 2, 3, 5, 50), Moved("B", 2, 3, 1, 10), Moved("A", 4, 2, 2, 20), Moved("A", 2, 2, 9, 90, 9),
        Moved("B", 3, 3, 7, 70),
    ]  # fmt: skip
    assert [(each.was, each.became, each.offerings, each.filings) for each in moves_of(moved)] == [
        (2, 3, 6, 60), (4, 2, 2, 20),
    ]  # fmt: skip


def test_agencies_are_ranked_in_their_tier_beside_the_rank_before() -> None:
    agencies = [agency("A"), agency("B"), agency("S", "province"), agency("NONE")]
    now = {"A": tally(0, 0, 5, 5), "B": tally(0, 0, 9, 1), "S": tally(0, 0, 0, 10)}
    then = {"A": tally(0, 0, 10), "B": tally(0, 0, 9, 1)}
    found = bodies_of(agencies, now, then, [Moved("A", 2, 3, 5, 0), Moved("B", 3, 1, 2, 0)], {"B": 3})
    assert [(body.code, body.rank, body.rank_before) for body in found] == [
        ("S", 1, None), ("A", 1, 2), ("B", 2, 1),
    ]  # fmt: skip
    assert [(body.rose, body.fell, body.verified) for body in found] == [(0, 0, 0), (5, 0, 0), (0, 2, 3)]


def test_work_is_late_where_its_criterion_is_not_met_in_its_own_place(scheme: Any) -> None:
    gaps = [gap(scheme, "birth", "A", "3.79"), gap(scheme, "kite", "B", "3.01")]
    late = late_work(scheme, view(), Open(scheme, gaps), 2)
    assert {each.line.id for each in late} == {"3.79@A"}  # kite is not in the plan; ward B has met 3.79


def test_each_late_item_has_one_reason(scheme: Any) -> None:
    gaps = [gap(scheme, "birth", "A", "3.55", "3.79", "3.01", "4.01", law="4.01")]
    open_ = Open(scheme, gaps)
    said = [Said("3.79", "A", "", "not_met", "no_budget"), Said("3.01", "", "birth", "not_met", "")]
    groups = late_groups(view(), late_work(scheme, view(), open_, 2), Reasons(said, open_))
    reasons = {group.criterion: group.why for group in groups}
    assert reasons["3.79"] == (("no_budget", 1),)
    assert reasons["4.01"] == (("law", 1),)
    assert reasons["3.55"] == (("confirm", 1),)
    assert reasons["3.01"][0][0] in ("waits", "unfinished")


def report(item: str, says: Any, cause: str = "", text: str = "", version: int = 1) -> Report:
    return Report(item, "A", version, says, cause, text, 7, "2027Q1", "Lan", MADE)


def test_what_people_write_of_late_work_is_its_reason_and_stands_in_the_briefing_in_their_words(
    scheme: Any,
) -> None:
    open_ = Open(scheme, [gap(scheme, "birth", "A", "3.55", "3.79")])
    reports = standing(
        [
            report("3.79@A", "late", "no_data", "An earlier word"),
            report("3.79@A", "late", "no_budget", "Two posts are not filled", 2),
            report("3.55", "finished"),
        ]
    )
    plan, *_ = plan_of(
        7, "Lộ trình", dt.date(2026, 12, 1), scheme, view(), "2027Q2", dt.date(2027, 6, 30), open_, [],
        reports, Verified(scheme, [("birth", "A", 3), ("birth", "B", 3)]), dt.UTC,
    )  # fmt: skip
    assert {group.criterion: group.why for group in plan.work} == {
        "3.55": (("reported", 1),),
        "3.79": (("no_budget", 1),),
    }
    assert plan.verified == 1  # the form of the service, at both wards; the others are not met
    said = [each for each in written(paper(briefing(plan=plan)), EN).sections if each.id == "late"][0]
    row = [cell.text for cell in said.tables[2].rows[0]]
    assert row[1] == "Ward A"
    assert row[3] == "There is no money for it: Two posts are not filled"
    assert row[4] == "Lan, 3 April 2027"
    public = Opened(briefing(plan=plan)).paper(public=True)
    assert "Two posts" not in str(written(public, EN))


def test_a_word_that_was_taken_back_is_not_said_any_more() -> None:
    taken = [
        report("3.79@A", "withdrawn", version=2),
        report("3.79@A", "late", "other", "x"),
        report("3.55", "finished"),
    ]
    assert set(standing(taken)) == {"3.55"}


def test_work_counts_as_verified_where_a_reviewer_has_verified_its_level_everywhere(scheme: Any) -> None:
    open_ = Open(scheme, [gap(scheme, "birth", "A", "3.79")])
    lines = [view().by_id[id] for id in ("3.79@A", "3.01#birth", "4.01#birth", "3.55")]
    one = Verified(scheme, [("birth", "A", 3)])
    both = Verified(scheme, [("birth", "A", 3), ("birth", "B", 4)])
    finished = {"3.79@A": report("3.79@A", "finished")}
    states = [[each.state for each in stands_of(lines, open_, seen, finished)] for seen in (one, both)]
    assert states == [
        ["reported", "met", "met", "met"],  # said to be finished, yet its criterion is not met
        ["reported", "verified", "met", "met"],  # ward A is verified at level 3 only; the portal serves more
    ]


def test_the_plan_counts_what_is_due_and_asks_for_the_next_quarter(scheme: Any) -> None:
    open_ = Open(scheme, [gap(scheme, "birth", "A", "3.55")])
    plan, late, asked = plan_of(
        7, "Lộ trình", dt.date(2026, 12, 1), scheme, view(), "2027Q1", dt.date(2027, 3, 31), open_, []
    )
    due = [line for line in view().lines if line.quarter == 0]
    assert (plan.due, plan.late) == (len(due), 1)
    assert late == {"central": 1}
    assert plan.planned_3 == view().steps[0].at_3
    coming = [line for line in view().lines if line.quarter == 1]
    assert plan.next
    assert (plan.next.quarter, plan.next.items) == ("2027Q2", len(coming))
    assert sum(items for items, _ in asked.values()) == len(coming)
    assert next_of(view(), "2027Q2") is None


def test_while_a_quarter_lasts_its_own_work_is_not_late(scheme: Any) -> None:
    open_ = Open(scheme, [gap(scheme, "birth", "A", "3.55")])
    plan, *_ = plan_of(
        7, "Lộ trình", dt.date(2026, 12, 1), scheme, view(), "2027Q1", dt.date(2027, 3, 30), open_, []
    )
    assert (plan.due, plan.late) == (0, 0)


def test_what_was_frozen_is_read_back_and_gives_the_same_bytes() -> None:
    kept = encode(briefing())
    assert decode(kept) == briefing()
    assert encode(decode(kept)) == kept


def test_a_form_that_this_version_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="form 2"):
        decode(encode(briefing(form=2)))


def test_what_is_not_known_is_said_and_never_none() -> None:
    state = written(paper(briefing()), EN).sections[0]
    levels = [[each.text for each in row] for row in state.tables[0].rows]
    assert levels[1] == ["Level 3", "4", "40.0%", "not known", "not known", "40"]
    assert any("is not known" in sentence for sentence in state.text)
    assert state.tables[1].rows[0][3].text == "not known"


def test_filings_that_nobody_counted_say_so() -> None:
    said = written(paper(briefing()), EN)
    assert "illustrative" in said.sections[0].tables[0].columns[5].text
    assert "illustrative" not in str(written(paper(briefing(illustrative=False)), EN))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Change(12.0), "+12"), (Change(-1.25, points=True), "−1.3"), (Change(0.0), "0"),
        (Change(0.01, points=True), "+<0.1"), (Ratio(0, 0), "not known"), (None, "not known"),
    ],
)  # fmt: skip
def test_a_change_has_its_sign(value: Any, text: str) -> None:
    assert cell(value, EN).text == text


def test_a_chart_says_in_words_what_it_shows() -> None:
    chart = written(paper(briefing()), EN).sections[0].chart
    assert chart
    assert "Level 3 40.0%" in chart.alt
    assert sum(piece.width for piece in chart.bars[0].pieces) == 1000


def test_corrections_stand_before_what_was_frozen_and_leave_it_as_it_was() -> None:
    before_it = paper(briefing())
    note = Correction("achieved", "4, not 5", "Lan", MADE)
    noted = frozen(before_it, MADE, "ab12", [note])
    assert noted.sections[0].id == "corrections"
    assert noted.sections[1:-1] == before_it.sections
    assert "4, not 5" in str(written(noted, EN).sections[0])
    assert frozen(before_it, MADE, "ab12", []).sections[:-1] == before_it.sections


def test_a_day_that_counts_otherwise_now_is_marked() -> None:
    made = briefing()
    same = since(made, [FigureAt("level-4", Words("", ""), Ratio(0, 10), Ratio(3, 10))], dt.date(2027, 4, 9))
    other = since(made, [FigureAt("level-4", Words("", ""), Ratio(1, 10), Ratio(3, 10))], dt.date(2027, 4, 9))
    texts = [
        [each.text for each in written(msgspec.structs.replace(paper(made), sections=(one,)), EN).sections[0]
         .tables[0].rows[0]]
        for one in (same, other)
    ]  # fmt: skip
    assert texts[0] == ["Level 4", "0.0%", "0.0%", "the same", "30.0%", "+30.0"]
    assert texts[1][2:4] == ["10.0%", "differs"]


def aim(name: str, state: Any, *, now: float | None, public: bool = True) -> Aim:
    return Aim(
        Words("Chương trình", "Programme"), Words(name, name), "at_least", "percent", 80.0, dt.date(2027, 6,
        30),
        state, now, None, public,
    )  # fmt: skip


def test_targets_stand_with_what_needs_somebody_first_and_unknown_is_no_zero() -> None:
    aims = (aim("A", "reached", now=81.5), aim("B", "unknown", now=None), aim("C", "late", now=0.0))
    section = next(each for each in written(paper(briefing(aims=aims)), EN).sections if each.id == "targets")
    rows = [[cell.text for cell in row] for row in section.tables[0].rows]
    assert [row[0] for row in rows] == ["C", "B", "A"]
    assert [row[3] for row in rows] == ["0.0%", "not known", "81.5%"]
    assert rows[0][1] == "at least 80.0%"
    assert "Of 3 targets 1 are reached, 0 on course, 0 at risk and 1 late; how 1 stand" in section.text[0]


def test_tasks_that_are_done_are_counted_and_not_listed() -> None:
    tasks = tuple(
        Given(Words("P", "P"), name, Words("Sở A", "A"), dt.date(2027, 3, 1), state, late)
        for name, state, late in (("one", "done", 0), ("two", "open", 0), ("three", "late", 30))
    )
    section = next(each for each in written(paper(briefing(tasks=tasks)), EN).sections if each.id == "tasks")
    assert [row[0].text for row in section.tables[0].rows] == ["Three", "Two"]
    assert section.tables[0].rows[0][4].text == "30"


def test_the_public_reads_no_task_and_no_target_of_a_programme_that_is_not_public() -> None:
    aims = (aim("Open", "reached", now=81.5), aim("Secret", "reached", now=81.5, public=False))
    task = Given(Words("P", "P"), "Hidden", Words("Sở A", "A"), dt.date(2027, 3, 1), "late", 3)
    opened = Opened(briefing(aims=aims, tasks=(task,)))
    said = str(written(opened.paper(public=True), EN))
    assert "Open" in said
    assert "Secret" not in said
    assert "Hidden" not in said
    assert "Secret" in str(written(opened.paper(), EN))


def test_a_closing_review_says_what_was_reached_what_was_missed_and_what_was_not_frozen() -> None:
    plan = Plan(1, "Lộ trình", dt.date(2026, 12, 1), 5, 3, 10, 2)
    first = briefing(plan=plan)
    last = briefing(
        quarter="2027Q3", plan=msgspec.structs.replace(plan, planned_3=9), now=levels_of(tally(1, 1, 1, 8)),
        aims=(aim("A", "late", now=70.0),),
    )  # fmt: skip
    said = written(closing([first, last], {"2027Q1": [Correction("", "Sai", "Lan", MADE)]}), EN)
    course = next(each for each in said.sections if each.id == "course")
    assert [[cell.text for cell in row][:4] for row in course.tables[0].rows] == [
        ["Q1 2027", "5", "4", "missed by 1"],
        ["Q2 2027", "not known", "not known", "not frozen"],
        ["Q3 2027", "9", "8", "missed by 1"],
    ]
    levels = [[cell.text for cell in row] for row in said.sections[0].tables[0].rows]
    assert levels[1] == ["Level 3", "4", "8", "+4"]
    assert "Sai" in str(said.sections[-1])


def test_levels_by_two_sets_of_rules_are_not_compared() -> None:
    other = briefing(quarter="2027Q2", scheme="rs-2026")
    rows = written(closing([briefing(), other], {}), EN).sections[0].tables[0].rows
    assert {row[-1].text for row in rows} == {"not known"}
