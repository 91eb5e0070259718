"""Pages from templates: one environment a language, strict about every name, everything escaped."""

import datetime as dt
import functools
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import jinja2
import msgspec
from litestar import MediaType, Response
from litestar.connection import Request
from markupsafe import Markup

from lenmuc.core.evidence import Piece
from lenmuc.settings import LANGUAGES
from lenmuc.web.assets import Assets
from lenmuc.web.language import HANOI, Language
from lenmuc.web.twice import fresh_key
from lenmuc.web.visits import Visit, of_scope

_KEY = "lenmuc.templates"
HTML = "text/html; charset=utf-8"


def environment(
    folder: Path, language: Language, compiled: jinja2.BytecodeCache | None = None
) -> jinja2.Environment:
    """The templates of `folder` with the words, numbers and dates of `language`.

    Texts in `_("…")` are format strings even without values, as the extractors of translators expect:
    a per cent sign in them is written twice.
    """
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=compiled,
        extensions=["jinja2.ext.i18n"],
    )
    cast(Any, env).install_gettext_callables(_plain(language), _counted(language), newstyle=True)
    env.globals["_"] = env.globals["gettext"] = _said(language)
    env.policies["ext.i18n.trimmed"] = True
    env.filters.update(
        number=language.number,
        date=language.date,
        datetime=language.datetime,
        message=language.message,
        pick=language.pick,
        standing=_standing,
        named=_named(language),
    )
    env.globals.update(share=language.share, lang=language)  # macros that ask for no more are made once
    env.filters["share"] = language.share
    return env


def _named(language: Language) -> Callable[[Any], str]:
    """The macro `words.named` as a filter, for long lists."""
    if language.code == "vi":
        return lambda thing: str(thing.name)
    return lambda thing: str(thing.name_en or thing.name)


def _standing(piece: Piece) -> str:
    """How evidence stands today in Viet Nam: see `Piece.standing`."""
    return piece.standing(dt.datetime.now(HANOI).date())


def _plain(language: Language) -> Any:
    return lambda text: language.one.get(text, text)


def _said(language: Language) -> Callable[..., Markup]:
    """What the extension makes of `_plain`, without asking the context again at each of the hundred texts of
    a page: a fifth of the time that a page takes. Values are escaped.
    """

    @functools.lru_cache(4096)
    def whole(text: str) -> Markup:
        return Markup(language.one.get(text, text)) % {}

    def gettext(text: str, /, **values: Any) -> Markup:
        return Markup(language.one.get(text, text)) % values if values else whole(text)

    return gettext


def _counted(language: Language) -> Any:
    def ngettext(single: str, plural: str, count: int) -> str:
        forms = language.many.get(single)
        return forms[language.plural(count)] if forms else (single if count == 1 else plural)

    return ngettext


class Templates:
    """Every template in every language."""

    def __init__(
        self,
        folder: Path,
        languages: dict[str, Language],
        assets: Assets,
        site: str,
        evidence_mib: int = 25,
        compiled: jinja2.BytecodeCache | None = None,
    ) -> None:
        self._by_language = {
            code: environment(folder, language, compiled) for code, language in languages.items()
        }
        for env in self._by_language.values():
            env.globals["asset"] = assets.address
            env.globals["site"] = site
            env.globals["evidence_mib"] = evidence_mib

    def load_all(self, stop: threading.Event, rest: float = 0) -> None:
        """Load each template in each language, compiled if it has to be, until `stop` is set: 157 of them
        take seconds when they were never compiled, and nobody's first page has to wait for one.

        `rest` times as long as one took, nothing is done: where requests are answered meanwhile, they would
        stand still otherwise.
        """
        for name in next(iter(self._by_language.values())).list_templates():
            for env in self._by_language.values():
                began = time.monotonic()
                env.get_template(name)
                if stop.wait(rest * (time.monotonic() - began)):
                    return

    def html(self, visit: Visit, template: str, page: msgspec.Struct) -> str:
        """The page as text. Raises `jinja2.TemplateError` for a template that is missing or wrong."""
        return (
            self._by_language[visit.language.code]
            .get_template(template)
            .render(
                page=page,
                lang=visit.language,
                other_lang_url=visit.address_in(visit.other_language),
                both_languages=[(code, visit.address_in(code)) for code in LANGUAGES],
                person=visit.session,
                csrf=visit.csrf,
                once=fresh_key() if visit.session else "",
                path=visit.path,
            )
        )


def put(scope: dict[str, Any], templates: Templates) -> None:
    """Keep the templates with the request."""
    scope.setdefault("state", {})[_KEY] = templates


def fragment(request: Request[Any, Any, Any], template: str, page: msgspec.Struct) -> Markup:
    """A part of a page as text that may be kept and shown to others: it is made as for the public, without a
    person, a token or an address.
    """
    scope = cast(dict[str, Any], request.scope)
    templates = cast(Templates, scope["state"][_KEY])
    visit = msgspec.structs.replace(of_scope(scope), session=None, path="", query="")
    return Markup(templates.html(visit, template, page))


def render(
    request: Request[Any, Any, Any],
    template: str,
    page: msgspec.Struct,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    """A reply with `template` filled from `page`, in the language and for the person of the request.

    A template sees: `page`; `lang` (a `Language`); `other_lang_url`; `both_languages`, (code, address) of
    this page in each; `site`, the address before all addresses; `person` (a `Session`, or none); `csrf`;
    `once`, the key of its forms; `path`; `asset("site.css")`; `evidence_mib`; the filters number, date,
    datetime, message, pick, share, standing and named.
    """
    scope = cast(dict[str, Any], request.scope)
    templates = cast(Templates, scope["state"][_KEY])
    text = templates.html(of_scope(scope), template, page)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)
