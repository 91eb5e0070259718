"""The list of pages for search engines. Source: sitemaps.org protocol 0.9; a file holds 50,000 addresses."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

MOST = 50_000
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def parts(total: int, most: int = MOST) -> int:
    """How many files so many addresses need."""
    return max(1, -(-total // most))


def pages(base: str, paths: Sequence[str]) -> bytes:
    """The addresses of these pages, each path without its language, in both languages."""
    lines = [
        f"<url><loc>{escape(f'{base}/{code}{path}')}</loc></url>\n" for path in paths for code in ("vi", "en")
    ]
    return f"{_HEAD}<urlset {_SPACE}>\n{''.join(lines)}</urlset>\n".encode()


def index(base: str, count: int) -> bytes:
    """The list of `count` files."""
    lines = [f"<sitemap><loc>{base}/sitemap.xml?part={n}</loc></sitemap>\n" for n in range(1, count + 1)]
    return f"{_HEAD}<sitemapindex {_SPACE}>\n{''.join(lines)}</sitemapindex>\n".encode()
