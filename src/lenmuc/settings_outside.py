"""What the environment says of systems outside: the identity provider, the mail server."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

_HERE = ("127.0.0.1", "localhost", "::1")
_MAIL_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
PROVIDER_LINKS = ("by-hand", "email")


class BadSetting(ValueError):
    """A variable of the environment cannot be used. The text names it and says what to write instead."""


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The identity provider (OpenID Connect) through which people may sign in."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    """What the provider is called on the sign-in page."""
    link: str = "by-hand"
    """by-hand: somebody links each person; email: the first sign-in of staff, leads and auditors does."""
    strong: tuple[str, ...] = ()
    """Values of `acr` or `amr`, such as amr:mfa, that count as a second factor; empty: none does."""

    def __repr__(self) -> str:  # settings may be printed; the secret may not
        return f"ProviderSettings(issuer={self.issuer!r}, client_id={self.client_id!r})"


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The mail server. `security` is smtp, smtps or smtp+starttls."""

    security: str
    host: str
    port: int
    user: str = ""
    password: str = ""
    sender: str
    """The address that mail comes from."""
    every: int = 10
    """Minutes in which what happens to one person is gathered into one mail."""

    def __repr__(self) -> str:  # as above
        return f"MailSettings(host={self.host!r}, port={self.port})"


def web_address(env: Mapping[str, str], name: str, *, example: str) -> str:
    """An address of the web without a `/` at its end, HTTPS unless on this computer; empty when not set.

    Raises `BadSetting`.
    """
    raw = env.get(name, "").strip()
    if not raw:
        return ""
    try:
        parts = urlsplit(raw)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    plain = not (parts.username or parts.query or parts.fragment) and raw.isascii() and raw.isprintable()
    if not host or not plain or " " in raw or "\\" in raw:
        # not repeated: it may hold a password
        raise BadSetting(f"{name} is no plain address of the web. Write an address such as {example}.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _HERE):
        raise BadSetting(f"{name} is “{raw}”, which is not HTTPS. Write an address such as {example}.")
    return raw


def secret(env: Mapping[str, str], name: str) -> str:
    """The value of `name`, or what the file that `name`_FILE names holds. Raises `BadSetting`."""
    given, file = env.get(name, "").strip(), env.get(f"{name}_FILE", "").strip()
    if given and file:
        raise BadSetting(f"{name} and {name}_FILE are both set. Keep one of them.")
    if not file:
        return given
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise BadSetting(f"{name}_FILE names “{file}”, which cannot be read. ({error})") from error


def provider(env: Mapping[str, str], url: str) -> ProviderSettings | None:
    """The identity provider, or None when there is none. `url` is the site's own. Raises `BadSetting`."""
    names = ("ISSUER", "CLIENT_ID", "NAME", "LINK", "STRONG")
    given = {name: env.get(f"LENMUC_OIDC_{name}", "").strip() for name in names}
    issuer = web_address(env, "LENMUC_OIDC_ISSUER", example="https://login.example.gov.vn")
    client_secret = secret(env, "LENMUC_OIDC_CLIENT_SECRET")
    if not issuer:
        left = [name for name in names if given[name]] + (["CLIENT_SECRET"] if client_secret else [])
        if left:
            raise BadSetting(
                f"LENMUC_OIDC_{left[0]} is set, but LENMUC_OIDC_ISSUER is not. Set both or neither."
            )
        return None
    if not given["CLIENT_ID"] or not client_secret:
        raise BadSetting(
            "LENMUC_OIDC_ISSUER needs LENMUC_OIDC_CLIENT_ID and LENMUC_OIDC_CLIENT_SECRET "
            "(or LENMUC_OIDC_CLIENT_SECRET_FILE) beside it."
        )
    if not url:
        raise BadSetting(
            "LENMUC_OIDC_ISSUER needs LENMUC_URL, the address of this site, such as https://lenmuc.example.gov.vn."
        )
    link = given["LINK"] or PROVIDER_LINKS[0]
    if link not in PROVIDER_LINKS:
        raise BadSetting(f"LENMUC_OIDC_LINK is “{link}”. Write one of: {', '.join(PROVIDER_LINKS)}.")
    strong = tuple(given["STRONG"].split())
    if not all(value.startswith(("acr:", "amr:")) and len(value) > 4 for value in strong):
        raise BadSetting("LENMUC_OIDC_STRONG holds more than acr:… and amr:…. Write such as amr:mfa.")
    return ProviderSettings(
        issuer=issuer,
        client_id=given["CLIENT_ID"],
        client_secret=client_secret,
        name=given["NAME"] or urlsplit(issuer).hostname or issuer,
        link=link,
        strong=strong,
    )


def mail(env: Mapping[str, str], url: str) -> MailSettings | None:
    """The mail server, or None when there is none. `url` is the site's own. Raises `BadSetting`."""
    raw = secret(env, "LENMUC_SMTP_URL")
    sender = env.get("LENMUC_MAIL_FROM", "").strip()
    every = env.get("LENMUC_MAIL_EVERY", "").strip() or "10"
    if not raw:
        if sender:
            raise BadSetting("LENMUC_MAIL_FROM is set, but LENMUC_SMTP_URL is not. Set both or neither.")
        return None
    # The address is never repeated: it may hold a password.
    wrong = BadSetting(
        "LENMUC_SMTP_URL is no address of a mail server. "
        "Write such as smtp+starttls://user:password@mail.example.gov.vn:587."
    )
    try:
        parts = urlsplit(raw)
        host, port = parts.hostname or "", parts.port or _MAIL_PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in _MAIL_PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise wrong
    if parts.scheme == "smtp" and parts.password and host not in _HERE:
        raise BadSetting(
            "LENMUC_SMTP_URL would send a password over an open line. Write smtp+starttls:// instead."
        )
    local, _, domain = sender.partition("@")
    if not local or "." not in domain or not sender.isascii() or not sender.isprintable() or " " in sender:
        raise BadSetting(f"LENMUC_MAIL_FROM is “{sender}”. Write an address such as lenmuc@example.gov.vn.")
    if not (every.isascii() and every.isdigit() and len(every) <= 4 and int(every) <= 1440):
        raise BadSetting(f"LENMUC_MAIL_EVERY is “{every}”. Write a number of minutes from 0 to 1440.")
    if not url:
        raise BadSetting("LENMUC_SMTP_URL needs LENMUC_URL, the address of this site. Set it too.")
    return MailSettings(
        security=parts.scheme,
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
        every=int(every),
    )
