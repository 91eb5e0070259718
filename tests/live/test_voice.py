"""The throttle of the public behind a server that stands in front: it counts whom that server names."""

import httpx

from lenmuc.core.throttle import SHORT
from tests.live.site import Site


def test_behind_a_server_in_front_each_address_has_its_own_room(site: Site) -> None:
    def rate(forwarded: str) -> int:
        reply = httpx.post(
            f"{site.address}/vi/services/1.001193/rate",
            data={"agency": "X00070", "overall": "2"},
            headers={"X-Forwarded-For": forwarded},
            timeout=20,
        )
        return reply.status_code

    assert [rate("198.51.100.40") for _ in range(SHORT.posts + 2)] == [303] * SHORT.posts + [429] * 2
    # Who writes addresses into the header beforehand gains nothing: the last one is the one that was seen.
    assert rate("203.0.113.200, 198.51.100.40") == 429
    assert rate("198.51.100.41") == 303
