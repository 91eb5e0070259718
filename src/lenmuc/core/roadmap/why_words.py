"""Sentences about one work item and its team: what it unlocks, a quarter sooner, what a day more brings."""

from lenmuc.core.errors import N_, Message
from lenmuc.core.roadmap.day_worth import NextDays
from lenmuc.core.roadmap.explain import Start
from lenmuc.core.roadmap.sentences import number_words, quarter_words
from lenmuc.core.roadmap.studies import Unit
from lenmuc.core.roadmap.view import Line, RoadmapView
from lenmuc.core.roadmap.what_if import Sooner

_AMOUNTS: dict[Unit, str] = {
    "trips": N_("%(number)s trips"),
    "filings": N_("%(number)s filings, counted in each quarter in which they are online"),
    "offerings": N_("%(number)s offerings, counted in each quarter from the lift on"),
    "points": N_("%(number)s points (trips, and what else this plan aims for)"),
}
_NOTHING = 0.05  # less than this is written as 0.0


def amount(unit: Unit, value: float) -> Message:
    """So much of what a plan aims for; small numbers to a tenth."""
    value = abs(value)
    return Message(
        _AMOUNTS[unit], {"number": number_words(f"{value:.0f}" if value >= 100 else f"{value:.1f}")}
    )


def unlock_sentences(line: Line) -> tuple[Message, ...]:
    """Whom an item serves, and what there would not be without it."""
    serves = line.serves
    if not serves.offerings:
        return (Message(N_("No offering of this plan needs it.")),)
    found = [
        Message(
            N_(
                "%(offerings)s offerings with %(filings)s filings a year need it; the plan lifts %(lifted)s "
                "of them. Without it none of them rises to the level that needs it."
            ),
            {
                "offerings": number_words(str(serves.offerings)),
                "filings": number_words(str(serves.filings)),
                "lifted": number_words(str(serves.lifted)),
            },
        )
    ]
    if serves.items:
        found.append(
            Message(
                N_("Without it %(items)s other work items cannot be finished."),
                {"items": number_words(str(serves.items))},
            )
        )
    return tuple(found)


def sooner_sentence(view: RoadmapView, line: Line, unit: Unit, answer: Sooner) -> Message:
    """What it would take to have an item a quarter sooner, with the proof that there is."""
    if answer.quarter < 0 or isinstance(line.reason, Start):
        return Message(N_("It stands in the first quarter of the plan: it cannot be sooner."))
    values: dict[str, object] = {"quarter": quarter_words(view.quarters[answer.quarter])}
    if not answer.known:
        return Message(
            N_("Whether it can be finished in %(quarter)s was not found out in the time there was."), values
        )
    if not answer.possible:
        text = N_(
            "There is no plan in which it is finished in %(quarter)s, while the shared work and the work of "
            "other teams stand as planned."
        )
        return Message(text, values)
    values["count"] = number_words(str(len(answer.displaced)))
    if answer.loss < -_NOTHING:
        values["gain"] = amount(unit, answer.loss)
        text = N_(
            "It could be finished in %(quarter)s, and that plan would bring %(gain)s more: this roadmap was "
            "not computed to the very best. %(count)s items would be done later."
        )
        return Message(text, values)
    if answer.loss <= _NOTHING:
        text = N_(
            "It could be finished in %(quarter)s without any loss; %(count)s items would be done later."
        )
        return Message(text, values)
    values["loss"] = amount(unit, answer.loss)
    if answer.loss - answer.least <= _NOTHING:
        text = N_(
            "It could be finished in %(quarter)s, but the best such plan brings %(loss)s less, and %(count)s "
            "items are done later or not at all: those days do more good elsewhere."
        )
        return Message(text, values)
    values["least"] = amount(unit, max(0.0, answer.least))
    text = N_(
        "It could be finished in %(quarter)s. The plan found for that brings %(loss)s less and does "
        "%(count)s items later or not at all; it is proven that no such plan loses less than %(least)s."
    )
    return Message(text, values)


def most_sentence(view: RoadmapView, days: tuple[NextDays, ...], unit: Unit) -> Message | None:
    """The quarter in which a day more brings the most, in one sentence; `None` when it brings nothing."""
    best = max(days, key=lambda each: each.worth, default=None)
    if best is None or best.worth <= _NOTHING:
        return None
    return Message(
        N_(
            "Each person-day more in %(quarter)s brings %(worth)s over the whole plan; that holds for "
            "%(days)s."
        ),
        {
            "quarter": quarter_words(view.quarters[best.quarter]),
            "worth": amount(unit, best.worth),
            "days": range_words(best.days),
        },
    )


def range_words(days: float) -> Message:
    """For how many more days a worth holds."""
    if days >= 1024:
        return Message(N_("the next 1,024 days at least"))
    if days < 1:
        return Message(N_("the next %(days)s of a day"), {"days": number_words(f"{days:g}")})
    if days == 1:
        return Message(N_("the next day"))
    return Message(N_("the next %(days)s days"), {"days": number_words(f"{days:g}")})
