"""Open data: tables and linked data to take along, feeds, badges, and the page that lists them."""

from lenmuc.pages.open_data import about, badges, feeds, files, records, robots

handlers = [
    *about.handlers,
    *files.handlers,
    *records.handlers,
    *feeds.handlers,
    *badges.handlers,
    *robots.handlers,
]
