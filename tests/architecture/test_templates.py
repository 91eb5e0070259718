"""Every template against its Page Struct: what it asks of `page`, however deep, is a field (or property)
that is there.
"""

import ast
import importlib
import inspect
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union

import jinja2
import pytest
from jinja2 import nodes

from lenmuc import paths

PAGES = Path(paths.__file__).parent / "pages"
ENV = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
Scope = dict[str, Any]


RENDER = ("render", "fragment")


def rendered() -> Iterator[tuple[str, str, type[Any]]]:
    """(module, template, Page Struct) of every `render(request, "…", page)` in the pages and the API."""
    for path in sorted([*PAGES.rglob("*.py"), *(PAGES.parent / "api").rglob("*.py")]):
        name = "lenmuc." + ".".join(path.relative_to(PAGES.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        )
        module = importlib.import_module(name)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in calls_of_render(function):
                    template = ast.literal_eval(call.args[1])
                    yield name, template, struct_of(call.args[2], function, module)


def calls_of_render(function: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RENDER:
            yield node


def struct_of(page: ast.expr, function: ast.AST, module: types.ModuleType) -> type[Any]:
    """The Struct of the page argument: built in place, kept in a variable, or returned by a typed
    function.
    """
    if isinstance(page, ast.Await):
        page = page.value
    if isinstance(page, ast.Name):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == page.id for target in node.targets
            ):
                return struct_of(node.value, function, module)
            if isinstance(node, ast.arg) and node.arg == page.id and node.annotation is not None:
                return typing.cast(type[Any], eval(ast.unparse(node.annotation), vars(module)))
    if isinstance(page, ast.Call):
        called = eval(ast.unparse(page.func), vars(module))
        if inspect.isclass(called):
            return called
        return typing.cast(type[Any], typing.get_type_hints(called)["return"])
    raise AssertionError(f"{module.__name__}: cannot tell the Struct of {ast.unparse(page)}")


def member(kind: Any, name: str) -> Any:
    """The type of `kind.name`; `None` when it cannot be known. Raises `AttributeError` when there is none."""
    kind = plain(kind)
    if not inspect.isclass(kind) or kind in (Any, object) or kind.__module__ == "builtins":
        return None
    hints = typing.get_type_hints(kind)
    if name in hints:
        return hints[name]
    found = inspect.getattr_static(kind, name)
    if isinstance(found, property):
        return typing.get_type_hints(found.fget).get("return")
    return typing.get_type_hints(found).get("return") if callable(found) else None


def plain(kind: Any) -> Any:
    """The type without `None`."""
    if typing.get_origin(kind) in (Union, types.UnionType):
        rest = [part for part in typing.get_args(kind) if part is not type(None)]
        return rest[0] if len(rest) == 1 else None
    return kind


def element(kind: Any) -> Any:
    """What a loop over `kind` gives, when that is known."""
    kind = plain(kind)
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) in (tuple, list) and (len(arguments) == 1 or arguments[1:] == (Ellipsis,)):
        return arguments[0]
    return None


class Reader:
    """Walks one template and notes what is asked of known types and is not there."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def kind(self, node: nodes.Node, scope: Scope) -> Any:
        if isinstance(node, nodes.Name):
            return scope.get(node.name)
        if isinstance(node, nodes.Getattr):
            owner = self.kind(node.node, scope)
            if owner is None:
                return None
            try:
                return member(owner, node.attr)
            except AttributeError:
                self.faults.append(f"line {node.lineno}: {plain(owner).__name__} has no {node.attr}")
                return None
        for child in node.iter_child_nodes():
            self.kind(child, scope)
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
            return self.kind(node.node, scope)
        return None

    def walk(self, body: list[nodes.Node], scope: Scope) -> None:
        for node in body:
            if isinstance(node, nodes.For):
                inside = dict(scope)
                each = element(self.kind(node.iter, scope))
                if isinstance(node.target, nodes.Name):
                    inside[node.target.name] = each
                else:
                    parts = typing.get_args(each) if typing.get_origin(each) is tuple else ()
                    for place, target in enumerate(node.target.iter_child_nodes()):
                        inside[typing.cast(nodes.Name, target).name] = (
                            parts[place] if place < len(parts) else None
                        )
                self.walk(node.body + node.else_, inside)
            elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
                scope[node.target.name] = self.kind(node.node, scope)
            elif isinstance(node, nodes.Macro):
                self.walk(node.body, {**scope, **{argument.name: None for argument in node.args}})
            elif hasattr(node, "body"):
                bodies = [*node.body, *getattr(node, "else_", []), *getattr(node, "elif_", [])]
                for child in node.iter_child_nodes():
                    if child not in bodies:
                        self.kind(child, scope)
                self.walk(bodies, scope if isinstance(node, nodes.If) else dict(scope))
            else:
                self.kind(node, scope)


def faults_of(source: str, page: type[Any]) -> list[str]:
    reader = Reader()
    reader.walk(ENV.parse(source).body, {"page": page})
    return reader.faults


RENDERED = sorted(set(rendered()), key=str)


@pytest.mark.parametrize(
    ("module", "template", "page"), RENDERED, ids=lambda value: str(value).rpartition("/")[2]
)
def test_a_template_asks_only_for_what_its_page_has(module: str, template: str, page: type[Any]) -> None:
    assert not faults_of((paths.templates() / template).read_text(encoding="utf-8"), page)


def test_every_page_template_is_rendered_by_somebody() -> None:
    used = {template for _, template, _ in RENDERED} | {"base.html", "error.html"}
    there = {p.relative_to(paths.templates()).as_posix() for p in paths.templates().rglob("*.html")}
    assert {name for name in there - used if not name.startswith("parts/") and "/_" not in name} == set()


def test_a_wrong_name_is_found_at_any_depth() -> None:
    class Row:
        name: str

    class Page:
        rows: tuple[Row, ...]

    source = (
        "{% for row in page.rows %}{% if row.name %}{{ row.nmae }}{% endif %}{% endfor %}{{ page.title }}"
    )
    assert faults_of(source, Page) == ["line 1: Row has no nmae", "line 1: Page has no title"]


# Signing in and out, and the first administrator: there is no session yet, or none any more.
WITHOUT_A_KEY = {"base.html": 1, "account/first.html": 1}
_FORM = re.compile(r'<form[^>]*method="post".*?</form>', re.S)


def bare_forms(source: str) -> int:
    """How many forms that post have neither our hidden fields nor a macro around them."""
    return sum("csrf_field()" not in form and "{{ hidden(" not in form for form in _FORM.findall(source))


def test_every_form_that_posts_has_the_token_and_the_key_of_its_page() -> None:
    found = {
        path.relative_to(paths.templates()).as_posix(): bare_forms(path.read_text(encoding="utf-8"))
        for path in paths.templates().rglob("*.html")
    }
    assert {name: count for name, count in found.items() if count} == WITHOUT_A_KEY


def test_a_form_without_the_token_is_found() -> None:
    assert bare_forms('<form class="a" method="post"><input></form><form method="get"></form>') == 1
