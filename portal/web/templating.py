"""How templates are compiled: once for each language, so that a page does not look its own words up while it is drawn.

Each language has an environment of its own over the same filters and globals, with its own compiled templates. While one is
parsed, `_("…")` becomes the translated words, `N_("…")` the words as they are. What comes from Python is translated when it is
made, as everywhere. Calls in a template go straight to what is called, for a page makes some hundred and fifty, and Jinja's own
way through each took longer than what it drew. Keeps no page and nothing of a person: `drawn_once` keeps what a macro draws for a
value, `drawn_for` a piece of the frame.
"""

import re
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from keyword import iskeyword
from types import BuiltinFunctionType, FunctionType
from typing import Any

import markupsafe
from flask import current_app, request
from flask.templating import Environment as FlaskEnvironment
from flask_babel.speaklater import LazyString
from jinja2 import Template, nodes, runtime
from jinja2.compiler import CodeGenerator, Frame, MacroRef, optimizeconst
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from portal.web import languages

MOST_KEPT = 500
NUMBER = 9_876_543_210
"""Stands for a number in what is kept and only filled in; the second number of an address is the next one."""
_escaped: Callable[[str], str] = getattr(markupsafe, "_escape_inner", escape)
"""The part of escape() that does the work, where this release has it under that name."""


_PLACE = re.compile(r"%(?:\((\w+)\)s|(%))")


def _in_pieces(words: str) -> list[tuple[str, str | None]] | None:
    """A sentence as texts, each with the name of the value behind it; None for one that holds more than plain values."""
    pieces: list[tuple[str, str | None]] = []
    text, at = "", 0
    for place in _PLACE.finditer(words):
        text += words[at : place.start()]
        at = place.end()
        if place[2]:
            text += "%"
        else:
            pieces.append((text, place[1]))
            text = ""
    pieces.append((text + words[at:], None))
    return None if "%" in _PLACE.sub("", words) else pieces


def _spoken(pieces: list[tuple[str, str | None]], values: dict[str, nodes.Expr]) -> Iterator[nodes.Expr]:
    for text, name in pieces:
        if text:
            yield nodes.Const(Markup(text))  # noqa: S704 - the catalogue is ours
        if name:
            yield values[name]


class _Words(NodeTransformer):
    """Puts translated words in the place of calls that ask for them. `html`: whether what it gives is escaped already."""

    def __init__(self, language: str, html: bool) -> None:
        self.catalogue, self.html = languages.catalogue(language), html

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        node = self.generic_visit(node)  # type: ignore[assignment]
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs or len(node.args) != 1:
            return node
        said = node.args[0]
        if not isinstance(said, nodes.Const) or not isinstance(said.value, str):
            return node
        if node.node.name == "N_" and not node.kwargs:
            return said
        if node.node.name != "_":
            return node
        words = self.catalogue.gettext(said.value)
        # As Jinja's own gettext does it: safe HTML where values are escaped, and always a format.
        form: Any = Markup(words) if self.html else words  # noqa: S704 - the catalogue is ours
        line = node.lineno
        if not node.kwargs:
            return nodes.Const(form % {}, lineno=line)
        if self.html and (parts := _in_pieces(words)) is not None:
            given = {kwarg.key: kwarg.value for kwarg in node.kwargs}
            if {name for _text, name in parts if name} <= given.keys():
                return nodes.Call(
                    nodes.EnvironmentAttribute("said"),
                    list(_spoken(parts, given)),
                    [],
                    None,
                    None,
                    lineno=line,
                )
        values = [nodes.Pair(nodes.Const(k.key, lineno=line), k.value, lineno=line) for k in node.kwargs]
        return nodes.Mod(nodes.Const(form, lineno=line), nodes.Dict(values, lineno=line), lineno=line)


def shown(value: Any) -> str:
    """What a `{{ … }}` becomes in HTML: as markupsafe escapes it, but not wrapped as Markup once more, for it is joined to the
    page at once. A list of the desk shows a thousand values."""
    kind = type(value)
    if kind is str:
        return _escaped(value)
    if kind is Markup:
        return str.__str__(value)
    if kind is int:
        return str(value)
    return _escaped(str(value)) if kind is LazyString else escape(value)


def said(*parts: Any) -> Markup:
    """A sentence with its values in it."""
    return Markup("".join(map(shown, parts)))  # noqa: S704 - its words are ours, its values are escaped


class Macro(runtime.Macro):
    """A macro that is always as safe as its template: escaping is never switched within one here, so it need not be told."""

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        names, given = self.arguments, len(args)
        if self.catch_kwargs or self.catch_varargs or given > len(names):
            return super().__call__(*args, **kwargs)
        if given < len(names) or kwargs or self.caller:
            left = dict(kwargs) if kwargs else {}
            values = [*args, *(left.pop(name, missing) for name in names[given:])]
            if self.caller and not self.explicit_caller:
                caller = left.pop("caller", None)
                nobody = self._environment.undefined("No caller defined", name="caller")
                values.append(nobody if caller is None else caller)
            if left:  # it has the words for what is wrong
                return super().__call__(*args, **kwargs)
            drawn = self._func(*values)
        else:
            drawn = self._func(*args)
        return Markup(drawn) if self._default_autoescape else drawn  # noqa: S704 - a template escapes what it is given


class Context(runtime.Context):
    """What a template knows, as it calls."""

    def callee(self, called: Any) -> Any:
        """A function that wants nothing of Jinja's, or a macro, itself; else Jinja's way to it."""
        kind = type(called)
        if kind is Macro or kind is BuiltinFunctionType or (kind is FunctionType and not called.__dict__):
            return called
        return partial(self.call, called)


class _Written(CodeGenerator):
    """Compiles a value that is shown to a call of `shown`, a call to one of what `callee` gives, a macro to ours.

    Jinja hands each call what `set` has made in the loop and block around it, for functions that read the context: nobody here
    does."""

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if node.dyn_args or node.dyn_kwargs or any(iskeyword(kwarg.key) for kwarg in node.kwargs):
            return super().visit_Call(node, frame, forward_caller=forward_caller)
        if isinstance(node.node, nodes.EnvironmentAttribute):
            self.visit(node.node, frame)
            self.write("(")
        else:
            self.write("context.callee(")
            self.visit(node.node, frame)
            self.write(")(")
        for value in (*node.args, *node.kwargs):
            self.visit(value, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")
        return None

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        self.write("environment.")
        super().macro_def(macro_ref, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class Environment(FlaskEnvironment):
    """Flask's own, which hands each template out in the language of who reads."""

    code_generator_class = _Written
    context_class = Context
    Macro = Macro
    shown = staticmethod(shown)
    said = staticmethod(said)

    spoken: str | None = None
    """The language that this one compiles for; None for the one that hands on."""

    def speaking(self, language: str) -> "Environment":
        known: dict[str, Environment] = self.__dict__.setdefault("languages", {})
        if language not in known:
            known[language] = self.overlay()
            known[language].spoken = language
        return known[language]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Jinja lays a map over the globals for each template, and walks through it at each import; nobody here fills it."""
        return super().make_globals(d) if d else self.globals

    def _load_template(self, name: str, globals: Any) -> Template:
        if self.spoken is None:
            return self.speaking(languages.written())._load_template(name, globals)
        if self.auto_reload:
            return super()._load_template(name, globals)
        known: dict[str, Template] = self.__dict__.setdefault("known", {})
        found = known.get(name)
        if found is None:  # Jinja's own store asks for a lock and a weak reference at each include
            found = known[name] = super()._load_template(name, globals)
        return found

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self.spoken is None:
            return tree
        html = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        found: nodes.Template = _Words(self.spoken, html).visit(tree)
        return found


def drawn_once(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """A macro that draws the same for the same values: what it drew is kept, MOST_KEPT values at most. In its template's
    language, for a template that is imported without context is evaluated once for each."""
    known: dict[Any, Markup] = {}

    def draw(*values: Any, **named: Any) -> Markup:
        key = (values, tuple(named.items())) if named else values
        found = known.get(key)
        if found is None:
            found = macro(*values, **named)
            keep(known, key, found)
        return found

    return draw


def keep(known: dict[Any, Markup], key: Any, drawn: Markup) -> None:
    """Begin anew when there are too many: what is in use is soon there again."""
    if len(known) >= MOST_KEPT:
        known.clear()
    known[key] = drawn


def drawn_for(*depends_on: Any, number: int | None = None, caller: Callable[..., Markup]) -> Markup:
    """{% call drawn_for("places", role, …) %} … {% endcall %}: a piece of the frame that is the same for many pages and people.
    It is drawn once for each combination of what it depends on; the language and the page that is open are among it unsaid.

    {% call(n) drawn_for("ticket menu", …, number=ticket.number) %} is the same for all tickets but for the number: it is drawn
    with a mark, `n`, in whose place each ticket's number is put.

    Name everything that the piece reads. Nothing of one person, and no token of a form, may stand in it.
    """
    known: dict[Any, Markup] = current_app.extensions["drawn"]
    key = (languages.written(), request.script_root, request.endpoint, depends_on)
    found = known.get(key)
    if found is None or current_app.config["TEMPLATES_AUTO_RELOAD"]:
        found = caller() if number is None else caller(NUMBER)
        keep(known, key, found)
    # Whole numbers need no escaping.
    return found if number is None else Markup(str.replace(found, str(NUMBER), str(number)))  # noqa: S704
