"""The throttle of the public behind a server that stands in front: it counts whom that server names."""

from itertools import count

import httpx

from lenmuc.core.throttle import SHORT
from tests.live.site import Site


def test_behind_a_server_in_front_each_address_has_its_own_room(site: Site) -> None:
    # No two say the same: what somebody sends once more is answered as it was the first time.
    texts = (f"Sai {number}" for number in count(1))

    def report(forwarded: str) -> int:
        reply = httpx.post(
            f"{site.address}/vi/services/1.001193/wrong",
            data={"agency": "X00070", "text": next(texts)},
            headers={"X-Forwarded-For": forwarded},
            timeout=20,
        )
        return reply.status_code

    assert [report("198.51.100.40") for _ in range(SHORT.posts + 2)] == [303] * SHORT.posts + [429] * 2
    # Who writes addresses into the header beforehand gains nothing: the last one is the one that was seen.
    assert report("203.0.113.200, 198.51.100.40") == 429
    assert report("198.51.100.41") == 303
