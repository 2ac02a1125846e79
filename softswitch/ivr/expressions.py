"""Variables in texts: ``{{CALL.SRC_NUMBER}}``, ``{{VARIABLE.PIN|spell}}``, ``{{X|default:"..."}}``.

The form is closed by construction: a name, then filters from a fixed set. There are no operators,
calls or attributes, so a text can neither run code nor read anything but the values handed in.

Filters: ``spell`` (one character at a time), ``default:"text"`` (when there is no value), and for
values that are yes or no, ``yes:"text"`` and ``no:"text"``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from softswitch.ivr.errors import TemplateError

MASK = "***"
"""What logs show in place of a secret value."""

YES, NO = "yes", "no"
"""The two values of a fact that is either so or not."""

FILTERS = ("spell", "default", "yes", "no")
_WITH_TEXT = ("default", "yes", "no")

# No braces inside: else a text of nothing but "{{" is read to its end from each of them. None beside, which
# could meet others where a variable without a value was left out.
_OPENING = re.compile(r"(?<!\{)\{\{([^{}]*)\}\}(?!\})")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
_FILTER = re.compile(r'\s*\|\s*([a-z_]+)\s*(?::\s*"([^"]*)")?\s*')
# From the first space of a row only: each would be tried to the end of the row.
_SPACE_BEFORE_STOP = re.compile(r"(?<!\s)\s+([.,;:!?])")
_SPACES = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a variable; a private one is spoken but never written down."""

    text: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text ready to be spoken, and the same text as logs may show it."""

    text: str
    logged: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One ``{{...}}``: the variable's name in capitals and its filters in order."""

    name: str
    filters: tuple[tuple[str, str], ...] = ()


Lookup = Callable[[str], Value | None]


def parse_template(text: str) -> tuple[str | Placeholder, ...]:
    """Return the plain pieces and placeholders of ``text``, in order.

    Raise :class:`TemplateError` for braces that do not close, empty ones and unknown filters.
    """
    pieces: list[str | Placeholder] = []
    end = 0
    for found in _OPENING.finditer(text):
        pieces.append(_plain(text[end : found.start()]))
        pieces.append(_parse_placeholder(found.group(1)))
        end = found.end()
    pieces.append(_plain(text[end:]))
    return tuple(piece for piece in pieces if piece)


def names_in(text: str) -> Iterator[str]:
    """Yield the names of the variables in ``text``; raise :class:`TemplateError` as parsing does."""
    for piece in parse_template(text):
        if isinstance(piece, Placeholder):
            yield piece.name


def render(text: str, lookup: Lookup, default: str = "") -> Rendered:
    """Return ``text`` with its variables filled in.

    A variable without a value becomes its own default text, else ``default``, else nothing; the
    braces are never spoken. Raise :class:`TemplateError` as parsing does.
    """
    spoken: list[str] = []
    logged: list[str] = []
    private = left_out = False
    for piece in parse_template(text):
        if isinstance(piece, str):
            spoken.append(piece)
            logged.append(piece)
            continue
        value = lookup(piece.name)
        filled = fill(piece, value, default)
        secret = value is not None and value.private
        private |= secret
        left_out |= not filled
        spoken.append(filled)
        logged.append(MASK if secret else filled)
    return Rendered(_joined(spoken, left_out), _joined(logged, left_out), private)


def nearest(word: str, known: list[str]) -> str:
    """Return ``; did you mean 'x'?`` for the known word most like ``word``, or nothing."""
    match = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean '{match[0]}'?" if match else ""


def _plain(text: str) -> str:
    if "{{" in text or "}}" in text:
        raise TemplateError("the braces of a variable do not match: write {{NAME}}")
    return text


def _parse_placeholder(inside: str) -> Placeholder:
    body = inside.strip()
    name = _NAME.match(body)
    if name is None:
        raise TemplateError(f"'{{{{{inside}}}}}' names no variable")
    filters: list[tuple[str, str]] = []
    position = name.end()
    while position < len(body):
        found = _FILTER.match(body, position)
        if found is None:
            raise TemplateError(f"'{{{{{inside}}}}}' is not NAME or NAME|filter")
        filters.append(_checked_filter(found.group(1), found.group(2)))
        position = found.end()
    return Placeholder(name.group().upper(), tuple(filters))


def _checked_filter(name: str, text: str | None) -> tuple[str, str]:
    if name not in FILTERS:
        raise TemplateError(f"unknown filter '{name}'{nearest(name, list(FILTERS))}")
    if name in _WITH_TEXT and text is None:
        raise TemplateError(f"the filter '{name}' wants a text: {name}:\"...\"")
    if name not in _WITH_TEXT and text is not None:
        raise TemplateError(f"the filter '{name}' takes no text")
    return name, text or ""


def fill(placeholder: Placeholder, value: Value | None, default: str = "") -> str:
    """Return what stands in place of a placeholder: the value through its filters, else ``default``."""
    original = value.text if value is not None else ""
    text = original
    for name, argument in placeholder.filters:
        if name == "spell":
            text = " ".join(text.replace(" ", ""))
        elif name == "default":
            text = text or argument
        elif original in (YES, NO) and name == original:
            text = argument
    return text or default


def _joined(pieces: list[str], left_out: bool) -> str:
    text = "".join(pieces)
    if left_out:
        # "Dzień dobry {{NAME}}." without a name must not be read with a hole before the full stop.
        text = _SPACES.sub(" ", _SPACE_BEFORE_STOP.sub(r"\1", text))
    return text.strip()
