"""Suggestions for what somebody is typing."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from lenmuc.api.replies import ETAG, AnyRequest, Words, for_all, known_query, problems
from lenmuc.api.types.services import SuggestionOut, SuggestionsOut
from lenmuc.core.errors import N_
from lenmuc.store.search import Finder
from lenmuc.web.access import anyone
from lenmuc.web.caching import EVERYBODY


@get(
    "/api/v1/suggestions",
    guards=[anyone, known_query],
    opt=EVERYBODY,
    tags=["services"],
    operation_id="suggest",
    summary=N_("Suggest services while somebody types"),
    response_headers=[ETAG],
    responses=problems(400, 422),
)
async def suggest(
    request: AnyRequest, finder: NamedDependency[Finder], q: Words = ""
) -> Response[SuggestionsOut]:
    """Words that people use and services, the likeliest first."""
    index = await finder.index()
    items = tuple(SuggestionOut(one.text, one.text_en or None, one.code or None) for one in index.suggest(q))
    return for_all(request, SuggestionsOut(items))


handlers: list[Any] = [suggest]
