"""Forms that were sent, by their hash, and the page that followed each; for an hour."""

from lenmuc.store.queries import Connection, queries

Q = queries("sent_forms")


async def take(conn: Connection, form: bytes, request: str) -> bool:
    """Note that this request does what the form asks; False when another one has done it within the hour.

    Waits while another transaction does it at this moment.
    """
    await Q.run(conn, "forget_old")
    return bool(await Q.value(conn, "take", form, request))


async def location_of(conn: Connection, form: bytes) -> str | None:
    """The page that followed, empty while it is not known; None when no such form was done."""
    found = await Q.value(conn, "location_of", form)
    return None if found is None else str(found)


async def keep_location(conn: Connection, form: bytes, request: str, location: str) -> None:
    """Note the page that follows."""
    await Q.run(conn, "keep_location", form, request, location)


async def forget(conn: Connection, form: bytes, request: str) -> None:
    """What the form asks was not done: it may be sent again."""
    await Q.run(conn, "forget", form, request)
