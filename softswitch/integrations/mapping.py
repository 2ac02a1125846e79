"""What is taken out of an answer: ``STATUS: $.order.status``, by JSONPath (RFC 9535) into variables.

Paths are compiled and checked when the configuration is read. Whatever the other side sends, each variable
gets one short text without control characters, or its default, or the answer is refused with its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec
from jsonpath_ng import JSONPath
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.arithmetic import Operation
from jsonpath_ng.ext.parser import parse

from softswitch.integrations.errors import IntegrationError
from softswitch.ivr.expressions import NO, YES, Value

LONGEST_PATH: Final = 200
LONGEST_VALUE: Final = 1000
"""Letters of one value: two minutes of speech."""
MOST_MATCHES: Final = 100
"""Values that one path may find; more is a list that was not meant."""
EVERYWHERE: Final = ".."
"""Looks into all of an answer, however deep. Once is a matter of its size; twice of the square of that, with
which a thousand octets of brackets keep a processor busy for seconds."""
MOST_PLACES: Final = 30
"""Digits of a number, before and behind the point."""

_NAME: Final = re.compile(r"[A-Z_][A-Z0-9_]*")
# A price stays as it is written: 12.50, and not 12.5.
_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_CALCULATES: Final = re.compile("`|~|=~")
"""What paths of this library can do beyond RFC 9535: change, split and search texts by patterns."""


class MappingFailed(IntegrationError):
    """An answer does not hold what was to be taken from it. Never quotes the answer."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One variable: where it is found and what it is without that. ``default`` None wants a value."""

    name: str
    path: str
    compiled: JSONPath
    default: str | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Mapped:
    """The mapping of one kind of answers."""

    taken: tuple[Taken, ...] = ()

    @property
    def looks_everywhere(self) -> bool:
        """Tell whether all of an answer is looked through, which takes a hundred times as long."""
        return any(EVERYWHERE in one.path for one in self.taken)

    def read(self, answer: bytes) -> dict[str, Value]:
        """Return the variables of an answer; raise MappingFailed."""
        if not self.taken:
            return {}
        try:
            content = _DECODER.decode(answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError):
            # ArithmeticError: a power of ten that no Decimal holds.
            raise MappingFailed("the answer is no JSON") from None
        return {one.name: Value(self._value(one, content), one.private) for one in self.taken}

    def _value(self, taken: Taken, content: Any) -> str:  # noqa: ANN401 - whatever JSON holds
        try:
            found = [match.value for match in taken.compiled.find(content)[: MOST_MATCHES + 1]]
        except (RecursionError, TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError):
            # The library looks into texts and numbers as if they were lists; what it trips over is no value.
            found = []
        found = [value for value in found if value is not None]
        if not found:
            if taken.default is None:
                raise MappingFailed(f"the answer has no {taken.path}, which {taken.name} is to be")
            return taken.default
        if len(found) > 1:
            raise MappingFailed(f"{taken.path} finds more than one value for {taken.name}")
        return _as_text(found[0], taken)


def read_taken(name: str, path: str, *, default: str | None = None, private: bool = False) -> Taken:
    """Read what one variable is taken from; raise ValueError with a plain sentence."""
    capital = name.upper()
    if not _NAME.fullmatch(capital):
        raise ValueError(f"'{name}' is not a variable name: letters, digits and _")
    return Taken(capital, path.strip(), read_path(path), default, private)


def read_path(text: str) -> JSONPath:
    """Compile a path; raise ValueError with a plain sentence."""
    path = text.strip()
    if not path.startswith("$"):
        raise ValueError(f"'{path}' is no path: it begins with $, as in $.order.status")
    if len(path) > LONGEST_PATH:
        raise ValueError(f"a path has at most {LONGEST_PATH} letters")
    if _CALCULATES.search(path):
        raise ValueError(f"'{path}' calculates: a path only says where a value stands")
    if path.count(EVERYWHERE) > 1:
        raise ValueError(f"'{path}' looks everywhere within everywhere: a path has one {EVERYWHERE} at most")
    try:
        compiled = parse(path)
    except JSONPathError as error:
        raise ValueError(f"'{path}' is no path: {_plainly(error)}") from None
    except Exception as error:  # noqa: BLE001 - the library raises plain exceptions for some mistakes
        raise ValueError(f"'{path}' is no path: {_plainly(error)}") from None
    if isinstance(compiled, Operation):
        raise ValueError(f"'{path}' calculates: a path only says where a value stands")
    return compiled


def mapped(texts: Mapping[str, str]) -> Mapped:
    """Read a mapping of names to paths; raise ValueError."""
    return Mapped(tuple(read_taken(name, path) for name, path in texts.items()))


def _plainly(error: Exception) -> str:
    text = str(error).strip().rstrip(".!") or type(error).__name__
    return text[0].lower() + text[1:]


def _as_text(value: object, taken: Taken) -> str:
    match value:
        case bool():
            return YES if value else NO
        case str():
            text = _CONTROL.sub(" ", value).strip()
        case int():
            text = _number(Decimal(value), taken)
        case Decimal():
            text = _number(value, taken)
        case _:
            raise MappingFailed(f"{taken.path} is a list or an object, and {taken.name} is to be one value")
    if len(text) > LONGEST_VALUE:
        raise MappingFailed(f"{taken.path} has more than {LONGEST_VALUE} letters")
    return text


def _number(value: Decimal, taken: Taken) -> str:
    if abs(value.adjusted()) > MOST_PLACES or len(value.as_tuple().digits) > MOST_PLACES:
        raise MappingFailed(f"{taken.path} is no number that can be used for {taken.name}")
    return f"{value:f}"
