"""A small plan to look at: a portal, two wards' preparation and two services, over two quarters."""

from lenmuc.core.checklists import Words
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Solution, Upgrade
from lenmuc.core.roadmap.solve import solve
from lenmuc.core.roadmap.view import Names, RoadmapView, view_of

PROBLEM = Problem(
    quarters=("2027Q1", "2027Q2"),
    pools=(Pool("central", (10.0, 10.0)), Pool("A", (3.0, 3.0)), Pool("B", (0.0, 3.0))),
    items=(
        Item("3.55", "central", 8.0, criterion="3.55"),
        Item("3.79@A", "A", 3.0, criterion="3.79", target="@A"),
        Item("3.79@B", "B", 3.0, criterion="3.79", target="@B", confirm=True),
        Item("3.01#birth", "central", 2.5, ("3.55",), "3.01", "birth"),
        Item("4.01#birth", "central", 2.0, ("3.55",), "4.01", "birth"),
        Item("3.01#kite", "central", 60.0, ("3.55",), "3.01", "kite", True),
    ),
    upgrades=(
        Upgrade("L3#birth@A+1", 3, 30.0, ("3.01#birth", "3.79@A"), "", 2, 120, {"A": 100, "B": 20}),
        Upgrade("L4#birth@A+1", 4, 30.0, ("4.01#birth",), "L3#birth@A+1", 2, 120, {"A": 100, "B": 20}),
        Upgrade("L3#kite@B", 3, 1.0, ("3.01#kite", "3.79@B"), "", 1, 4),
    ),
)


def names(service: str = "Khai sinh") -> Names:
    """What the ids are called; `service` is the name of the service that rises."""
    return Names(
        {
            "3.55": Words("Cổng Dịch vụ công", "A portal"),
            "3.79": Words("Đủ người xử lý", "Enough staff"),
            "3.01": Words("Biểu mẫu điện tử", "Electronic form"),
            "4.01": Words("Thanh toán trực tuyến", "Online payment"),
        },
        {"birth": Words(service, service), "kite": Words("Thả diều", "Kite flying")},
        {"A": Words("Phường A", "Ward A"), "B": Words("Phường B", "Ward B")},
    )


def plan() -> Solution:
    """The best plan of the problem."""
    return solve(PROBLEM)


def view(service: str = "Khai sinh") -> RoadmapView:
    """The plan as people read it; five offerings were looked at, one of them at level 3 already."""
    return view_of(PROBLEM, plan(), names(service), 5, 1, 0)
