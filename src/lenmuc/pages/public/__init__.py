"""What the public sees: the home page, search, services, agencies, schemes and criteria."""

from lenmuc.pages.public import (
    agencies,
    briefings,
    comparison,
    figures,
    home,
    indices,
    registry,
    schemes,
    search,
    service,
    voice,
)

handlers = [
    *home.handlers,
    *search.handlers,
    *service.handlers,
    *agencies.handlers,
    *schemes.handlers,
    *comparison.handlers,
    *figures.handlers,
    *voice.handlers,
    *indices.handlers,
    *registry.handlers,
    *briefings.handlers,
]
