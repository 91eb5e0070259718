"""Whole addresses of this site, for what is read elsewhere: files, feeds, search engines."""

from lenmuc.exports.open.addresses import Addresses
from lenmuc.settings import Settings


def addresses(settings: Settings) -> Addresses:
    """Addresses under the site's own one, or under the port it listens on while it has no other.

    What a request calls the site is not believed: a shared cache would hand it on.
    """
    return Addresses(settings.url or f"http://{settings.host}:{settings.port}")
