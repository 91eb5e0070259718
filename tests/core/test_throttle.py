"""Who counts as one sender, and that nobody reads an address back."""

import pytest

from lenmuc.core.throttle import TooManyPosts, network, sender


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.7", "::ffff:203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("fe80::1%eth0", "fe80::2"),
        ("", "unix socket"),
    ],
)
def test_these_are_one_sender(one: str, other: str) -> None:
    assert network(one) == network(other)


@pytest.mark.parametrize(
    ("one", "other"), [("203.0.113.7", "203.0.113.8"), ("2001:db8:1:2::1", "2001:db8:1:3::1")]
)
def test_these_are_two(one: str, other: str) -> None:
    assert network(one) != network(other)


def test_another_day_or_another_purpose_makes_another_name() -> None:
    names = {
        sender(key, kind, "203.0.113.7") for key in (b"k" * 32, b"l" * 32) for kind in ("short", "demand 1")
    }
    assert len(names) == 4
    assert all(len(name) == 32 and b"203" not in name for name in names)


def test_it_says_in_minutes_when_to_come_back() -> None:
    error = TooManyPosts(61)
    assert (error.retry_after, error.message.params["minutes"]) == (61, 2)
    assert TooManyPosts(-3).retry_after == 1
