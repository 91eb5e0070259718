"""The roadmap plans by the main set of rules alone, though levels are kept by several."""

from lenmuc.content.everything import load_content
from lenmuc.core.readiness import settle
from lenmuc.core.roadmap.gaps import offering_gaps
from lenmuc.core.roadmap.gather import PlanSettings, gather
from lenmuc.core.services import facts


def test_every_work_item_is_a_criterion_of_the_main_scheme_that_decides_its_level() -> None:
    content = load_content()
    main = content.scheme
    services = content.catalogue.services[:200]
    offerings = [(service.code, "STP", 100) for service in services]
    settled = {service.code: settle(main, facts(service)) for service in services}
    gaps = offering_gaps(main, offerings, settled, [])
    quarters = ("2027Q1", "2027Q2")
    days = (100.0, 100.0)
    settings = PlanSettings(quarters=quarters, central=days, others=days, agencies={}, gap=0.01, seconds=5.0)
    found = gather(main, gaps, settings, frozenset())
    planned = {item.criterion for item in found.problem.items if item.criterion}
    deciding = {criterion.id for criterion in main.criteria if criterion.role == "defines"}
    other = {c.id for scheme in content.kept[1:] for c in scheme.criteria if c.role == "defines"} - deciding
    assert planned
    assert not planned & other, "only other sets of rules ask for these"
    assert planned <= {criterion.id for criterion in main.criteria}
    assert other, "nothing would be shown"
