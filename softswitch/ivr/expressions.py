"""Variables in texts: ``{{CALL.SRC_NUMBER}}``, ``{{VARIABLE.PIN|spell}}``, ``{{X|default:"..."}}``.

The form is closed by construction: a name, then filters from a fixed set. There are no operators,
calls or attributes, so a text can neither run code nor read anything but the values handed in.

Filters: ``spell`` (one character at a time), ``default:"text"`` (when there is no value), for values that
are yes or no, ``yes:"text"`` and ``no:"text"``, and the forms in which a value is said (:data:`SAID_AS`).

``%%number%%``, as texts of older lines have it, means ``{{CALL.SRC_NUMBER}}``: see :data:`SHORT_NAMES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from softswitch.ivr.errors import TemplateError

MASK = "***"
"""What logs show in place of a secret value."""

YES, NO = "yes", "no"
"""The two values of a fact that is either so or not."""

SHORT_NAMES: Final[Mapping[str, str]] = {
    "number": "CALL.SRC_NUMBER",
    "dialled": "CALL.DST_NUMBER",
    "caller": "CALL.CALLER_ID",
}
"""What stands between ``%%`` and ``%%`` in texts of older lines."""

SAID_AS: Final = ("amount", "date", "on_date", "time", "at_time", "number", "digits", "phone")
"""Forms in which a voice says a value, see :mod:`softswitch.ivr.spoken_forms`; what is written keeps it."""

LONGEST_TEXT: Final = 20_000
"""Letters of a text with variables: a quarter of an hour of speech, ten pages of a request."""

MOST_VARIABLES: Final = 200
"""Variables in one text; what they make of it stays within bounds, whatever their values are."""

MOST_COMPARED: Final = 1_000
"""Known words among which one like a wrong word is looked for."""

FILTERS = ("spell", "default", "yes", "no", *SAID_AS)
_WITH_TEXT = ("default", "yes", "no")

# No braces inside: else a text of nothing but "{{" is read to its end from each of them. None beside, which
# could meet others where a variable without a value was left out.
_OPENING = re.compile(r"(?<!\{)\{\{([^{}]*)\}\}(?!\})|%%([A-Za-z_]{1,40})%%")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
_FILTER = re.compile(r'\s*\|\s*([a-z_]+)\s*(?::\s*"([^"]*)")?\s*')
# From the first space of a row only: each would be tried to the end of the row.
_SPACE_BEFORE_STOP = re.compile(r"(?<!\s)\s+([.,;:!?])")
_SPACES = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a variable; a private one is spoken but never written down.

    A ``passing`` one, such as a name, may stand in the call's record, which is erased with the person; the
    sound of it is kept nowhere.
    """

    text: str
    private: bool = False
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text ready to be spoken, and the same text as logs may show it; the sound of a private one goes."""

    text: str
    logged: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One ``{{...}}``: the variable's name in capitals and its filters in order."""

    name: str
    filters: tuple[tuple[str, str], ...] = ()


Lookup = Callable[[str], Value | None]
Say = Callable[[str, str, str], str]
"""Returns a value in one of the forms :data:`SAID_AS`, given that, the value, and the currency of a sum."""


def as_written(form: str, text: str, currency: str) -> str:
    """Return the value as it is: what is not spoken is read by people and programs as it stands."""
    return text


def parse_template(text: str) -> tuple[str | Placeholder, ...]:
    """Return the plain pieces and placeholders of ``text``, in order.

    Raise :class:`TemplateError` for braces that do not close, empty ones and unknown filters, and for a text
    that is too long or has too many variables.
    """
    if len(text) > LONGEST_TEXT:
        raise TemplateError(f"the text has {len(text):,} letters, and {LONGEST_TEXT:,} at most")
    pieces: list[str | Placeholder] = []
    end = 0
    for count, found in enumerate(_OPENING.finditer(text)):
        if count >= MOST_VARIABLES:
            raise TemplateError(f"the text has more than {MOST_VARIABLES} variables")
        pieces.append(_plain(text[end : found.start()]))
        inside, short = found.groups()
        pieces.append(_parse_placeholder(inside) if short is None else _parse_short(short))
        end = found.end()
    pieces.append(_plain(text[end:]))
    return tuple(piece for piece in pieces if piece)


def names_in(text: str) -> Iterator[str]:
    """Yield the names of the variables in ``text``; raise :class:`TemplateError` as parsing does."""
    return (piece.name for piece in placeholders(text))


def placeholders(text: str) -> Iterator[Placeholder]:
    """Yield the variables in ``text`` with their filters; raise :class:`TemplateError` as parsing does."""
    return (piece for piece in parse_template(text) if isinstance(piece, Placeholder))


def render(text: str, lookup: Lookup, default: str = "", say: Say = as_written) -> Rendered:
    """Return ``text`` with its variables filled in, values in forms of their own as ``say`` has them.

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
        filled = fill(piece, value, default, say, _currency(piece.name, lookup))
        secret = value is not None and value.private
        private |= secret or (value is not None and value.passing)
        left_out |= not filled
        spoken.append(filled)
        logged.append(MASK if secret else filled)
    return Rendered(_joined(spoken, left_out), _joined(logged, left_out), private)


def nearest(word: str, known: list[str]) -> str:
    """Return ``; did you mean 'x'?`` for the known word most like ``word``, or nothing."""
    # Each takes some microseconds, and a file may have thousands of words that are unlike thousands.
    if len(known) > MOST_COMPARED:
        return ""
    match = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean '{match[0]}'?" if match else ""


def _plain(text: str) -> str:
    if "{{" in text or "}}" in text:
        raise TemplateError("the braces of a variable do not match: write {{NAME}}")
    return text


def _parse_short(name: str) -> Placeholder:
    whole = SHORT_NAMES.get(name.lower())
    if whole is None:
        raise TemplateError(f"unknown variable %%{name}%%: there are %%{'%%, %%'.join(SHORT_NAMES)}%%")
    return Placeholder(whole)


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


def _currency(name: str, lookup: Lookup) -> str:
    """Return the currency of a sum that is known beside it: ``ORDER.CURRENCY`` of ``ORDER.TOTAL``."""
    family = name.rpartition(".")[0]
    found = lookup(f"{family}.CURRENCY") if name.endswith(".TOTAL") else None
    return "" if found is None else found.text


def fill(
    placeholder: Placeholder,
    value: Value | None,
    default: str = "",
    say: Say = as_written,
    currency: str = "",
) -> str:
    """Return what stands in place of a placeholder: the value through its filters, else ``default``."""
    original = value.text if value is not None else ""
    text = original
    for name, argument in placeholder.filters:
        if name == "spell":
            text = " ".join(text.replace(" ", ""))
        elif name == "default":
            text = text or argument
        elif name in SAID_AS:
            text = say(name, text, currency)
        elif original in (YES, NO) and name == original:
            text = argument
    return text or default


def _joined(pieces: list[str], left_out: bool) -> str:
    text = "".join(pieces)
    if left_out:
        # "Dzień dobry {{NAME}}." without a name must not be read with a hole before the full stop.
        text = _SPACES.sub(" ", _SPACE_BEFORE_STOP.sub(r"\1", text))
    return text.strip()
