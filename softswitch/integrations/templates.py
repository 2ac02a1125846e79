"""Texts of mails and messages with variables, as menus write them: ``{{CUSTOMER.NAME|default:"klient"}}``.

The language is Jinja's, cut down to what a text needs: variables, a few filters, ``{% if %}``. There are no
loops, calls, sums or attributes, so the time and size of a result are bounded by those of the template and
of its values, whoever wrote either. A value is never read as a template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from jinja2 import Template, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from softswitch.integrations.errors import TemplateFault
from softswitch.ivr.expressions import SAID_AS, SHORT_NAMES
from softswitch.written_forms import written_form

LONGEST_TEMPLATE: Final = 20_000
"""Letters: some ten pages, more than a mail of a telephone line says."""
LONGEST_VALUE: Final = 2_000
"""Letters of a variable that get into a text: a caller's or customer's data must not blow it up."""

Lookup = Callable[[str], str | None]
"""Gives the value of a variable by its name in capitals, None where there is none. Secrets have none."""

_VALUES: Final = "values"
_LANGUAGE: Final = "language"
"""Under these names a template finds what it is filled with; its own all become look-ups in the former."""
_BRACES: Final = re.compile(r"\{\{([^{}]*)\}\}")
_SHORT: Final = re.compile(r"%%([^%\s]{1,40})%%")
_MENU_FILTER: Final = re.compile(r'\|\s*(default|yes|no)\s*:\s*"([^"]*)"')
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
# From the first space of a row only: each would be tried to the end of the row.
_SPACE_BEFORE_STOP: Final = re.compile(r"(?<![ \t])[ \t]+([.,;:!?])")
_SPACES: Final = re.compile(r"(?<=\S)[ \t]{2,}")

_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Filter,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
)
"""Each is done once, in a time that does not depend on what it says."""


def _spell(value: object) -> str:
    return " ".join(str(value).replace(" ", ""))


def _default(value: object, text: str = "") -> str:
    return str(value) or text


def _yes(value: object, text: str = "") -> str:
    return text if value == "yes" else str(value)


def _no(value: object, text: str = "") -> str:
    return text if value == "no" else str(value)


def _upper(value: object) -> str:
    return str(value).upper()


def _lower(value: object) -> str:
    return str(value).lower()


class _Sum(str):
    """A sum, and its currency where that stands beside it."""

    currency: str

    def __new__(cls, text: str, currency: str) -> _Sum:
        """Return the text with its currency."""
        made = super().__new__(cls, text)
        made.currency = currency
        return made


def _as_read(form: str) -> Callable[[Context, object], str]:
    """Return the filter of a form in which a value is read, in the language of the text."""

    @pass_context
    def read(context: Context, value: object) -> str:
        return written_form(form, str(value), str(context[_LANGUAGE]), getattr(value, "currency", ""))

    return read


_FILTERS: Final = {
    "spell": _spell,
    "default": _default,
    "yes": _yes,
    "no": _no,
    "upper": _upper,
    "lower": _lower,
    **{form: _as_read(form) for form in SAID_AS},
}


@dataclass(frozen=True, slots=True)
class Text:
    """A template ready to be filled in; ``names`` are its variables, in capitals."""

    template: Template
    names: tuple[str, ...]
    escaped: bool

    def fill(self, lookup: Lookup, default: str = "", language: str = "") -> str:
        """Return the text; a variable without a value is its own default text, else ``default``.

        ``language`` is that in which sums and days are written, "" leaves them as programs write them.
        """
        found = {name: _value(name, lookup) for name in self.names}
        given = {name: value or default for name, value in found.items()}
        whole = self.template.render({_VALUES: given, _LANGUAGE: language})
        if self.escaped or all(given.values()):
            return whole
        # "Dzień dobry {{NAME}}." without a name is not to be read with a hole before the full stop.
        return _SPACES.sub(" ", _SPACE_BEFORE_STOP.sub(r"\1", whole))


def _value(name: str, lookup: Lookup) -> str:
    value = (lookup(name) or "")[:LONGEST_VALUE]
    family, _, last = name.rpartition(".")
    return _Sum(value, lookup(f"{family}.CURRENCY") or "") if value and last == "TOTAL" else value


def compiled(source: str, *, html: bool = False, known: Collection[str] | None = None) -> Text:
    """Return a template made ready; in ``html`` all values are escaped.

    ``known`` are the variables there are; one that ends with a dot stands for all names below it. Raises
    TemplateFault for a template that is not well written, or says more than a text may.
    """
    if len(source) > LONGEST_TEMPLATE:
        raise TemplateFault(f"the text has {len(source)} letters, {LONGEST_TEMPLATE} at most")
    environment = ImmutableSandboxedEnvironment(autoescape=html)
    environment.filters = dict(_FILTERS)
    environment.tests = {}
    environment.globals = {}
    try:
        tree = environment.parse(_as_jinja(source))
        tree = _checked(tree)
        names = _Names(known)
        tree = names.visit(tree)
        code = environment.compile(tree)
    except TemplateSyntaxError as error:
        raise TemplateFault(f"line {error.lineno}: {error.message}") from error
    except (RecursionError, SyntaxError) as error:
        # The latter is Python's about the code that was made of it.
        raise TemplateFault("it is nested too deep") from error
    except ValueError as error:
        # Python reads no whole number of more than 4300 digits.
        raise TemplateFault("a number in it has too many digits") from error
    template = Template.from_code(environment, code, {})
    return Text(template, tuple(dict.fromkeys(names.found)), html)


def _as_jinja(source: str) -> str:
    """Return the source with the menus' way of writing made Jinja's."""
    return _BRACES.sub(_braces, _SHORT.sub(_short, source))


def _short(found: re.Match[str]) -> str:
    name = SHORT_NAMES.get(found[1].lower())
    if name is None:
        raise TemplateFault(f"unknown variable {found[0]}: there are %%{'%%, %%'.join(SHORT_NAMES)}%%")
    return f"{{{{{name}}}}}"


def _braces(found: re.Match[str]) -> str:
    if not found[1].strip():
        raise TemplateFault("'{{}}' names no variable")
    inside = _MENU_FILTER.sub(
        lambda one: '|{}("{}")'.format(one[1], one[2].replace("\\", "\\\\")),
        found[1],
    )
    return f"{{{{{inside}}}}}"


def _checked(tree: nodes.Template) -> nodes.Template:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__.lower()
            raise TemplateFault(f"line {node.lineno}: a text may not hold this ({what})")
        if isinstance(node, nodes.Filter):
            _checked_filter(node)
        if isinstance(node, nodes.Name) and node.ctx != "load":
            raise TemplateFault(f"line {node.lineno}: a text sets no variables")
    return tree


def _checked_filter(node: nodes.Filter) -> None:
    if node.name not in _FILTERS:
        raise TemplateFault(
            f"line {node.lineno}: unknown filter '{node.name}'{_nearest(node.name, _FILTERS)}"
        )
    constant = all(isinstance(one, nodes.Const) and isinstance(one.value, str) for one in node.args)
    wanted = 1 if node.name in {"default", "yes", "no"} else 0
    if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise TemplateFault(f"line {node.lineno}: the filter '{node.name}' is not written so")
    if not constant or len(node.args) != wanted:
        wants = "wants one text" if wanted else "takes no text"
        raise TemplateFault(f"line {node.lineno}: the filter '{node.name}' {wants}")


class _Names(NodeTransformer):
    """Puts a look-up in a plain dictionary in the place of every name: nothing else can be reached."""

    def __init__(self, known: Collection[str] | None) -> None:
        self.found: list[str] = []
        self._known = known

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        return self._looked_up(node, node.name)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        parts = [node.attr]
        inner: nodes.Node = node.node
        while isinstance(inner, nodes.Getattr):
            parts.append(inner.attr)
            inner = inner.node
        if not isinstance(inner, nodes.Name):
            raise TemplateFault(f"line {node.lineno}: '.{node.attr}' belongs to no variable")
        return self._looked_up(node, ".".join([inner.name, *reversed(parts)]))

    def _looked_up(self, node: nodes.Node, written: str) -> nodes.Node:
        name = written.upper()
        if not all(_NAME.match(part) for part in name.split(".")) or not self._is_known(name):
            hint = _nearest(name, self._known or ())
            raise TemplateFault(f"line {node.lineno}: unknown variable {{{{{written}}}}}{hint}")
        self.found.append(name)
        values = nodes.Name(_VALUES, "load", lineno=node.lineno)
        return nodes.Getitem(values, nodes.Const(name), "load", lineno=node.lineno)

    def _is_known(self, name: str) -> bool:
        if self._known is None or name in self._known:
            return True
        return any(one.endswith(".") and name.startswith(one) and name != one for one in self._known)


def _nearest(word: str, known: Collection[str]) -> str:
    match = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean '{match[0]}'?" if match else ""
