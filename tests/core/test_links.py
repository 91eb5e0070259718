"""Which links a machine may open, and which network addresses are public."""

import pytest

from lenmuc.core.links import Link, Unfit, follow, is_public, read_link

INSIDE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "5f00::1",
]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "103.9.200.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "2405:4800::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_the_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_world_is_public(address: str) -> None:
    assert is_public(address)


def test_what_is_no_address_is_not_public() -> None:
    for text in ("", "localhost", "8.8.8", "0x7f000001", "2130706433", "127.0.0.1:80", "1.2.3.4 "):
        assert not is_public(text), text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://example.org/", "http"),
        ("http://169.254.169.254/latest/meta-data", "http"),
        ("https://127.0.0.1/", "inside"),
        ("https://[::1]/", "inside"),
        ("https://[::ffff:10.0.0.1]/", "inside"),
        ("https://somebody:secret@example.org/", "login"),
        ("https://@example.org/", "login"),
        ("https://example.org:8443/", "port"),
        ("https://example.org:80/", "port"),
        ("https://example.org:99999/", "form"),
        ("ftp://example.org/", "form"),
        ("file:///etc/passwd", "form"),
        ("gopher://example.org/", "form"),
        ("javascript:alert(1)", "form"),
        ("https:///nothing", "form"),
        ("https://exa mple.org/", "form"),
        ("https://example.org\\@127.0.0.1/", "form"),
        ("https://example.org/\r\nHost: inside", "form"),
        ("https://exam\u2024ple..org/", "form"),
        ("https://[::1/", "form"),
        ("https://example.org/" + "a" * 2000, "form"),
    ],
)
def test_an_unfit_link_is_refused_with_its_reason(text: str, why: str) -> None:
    assert read_link(text) == Unfit(why)


def test_a_link_keeps_its_path_and_query_and_loses_its_fragment() -> None:
    assert read_link("https://Example.org/a/b?c=d#e") == Link("example.org", "/a/b?c=d")
    assert read_link("https://example.org") == Link("example.org", "/")
    assert read_link("https://example.org:443/") == Link("example.org", "/")


def test_vietnamese_letters_in_a_link_are_written_as_the_network_wants_them() -> None:
    assert read_link("https://thủ-đô.vn/mẫu đơn") == Unfit("form")  # a space is no part of a link
    found = read_link("https://thủ-đô.vn/mẫu%20đơn.docx")
    assert isinstance(found, Link)
    assert found.host.isascii()
    assert found.target == "/m%E1%BA%ABu%20%C4%91%C6%A1n.docx"


def test_a_redirect_is_read_by_the_same_rules() -> None:
    here = Link("example.org", "/a/b")
    assert follow(here, "c") == Link("example.org", "/a/c")
    assert follow(here, "//other.org/x") == Link("other.org", "/x")
    assert follow(here, "http://example.org/") == Unfit("http")
    assert follow(here, "https://169.254.169.254/latest") == Unfit("inside")
    assert follow(here, "file:///etc/passwd") == Unfit("form")


def test_a_link_to_an_address_is_written_with_its_brackets() -> None:
    assert read_link("https://[2606:4700::1111]/x") == Link("2606:4700::1111", "/x")
    assert Link("2606:4700::1111", "/x").url == "https://[2606:4700::1111]/x"
