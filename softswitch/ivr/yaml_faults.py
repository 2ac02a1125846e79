"""What an author of a file did, from what the YAML reader says about it.

The reader tells where it was lost, in words about streams and tokens. Authors make a handful of mistakes,
and each has a sentence here that says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_BARE_HASH = re.compile(r"(?:^\s*|[{\[,:]\s*)#\s*[:,\]}]")
_BRACES = re.compile(r"(?:^|[:\-\[,{]\s*)\{\{[A-Za-z]")
_COLON = re.compile(r":(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Lost:
    """Where the reader was lost: lines counted from 0; ``opened`` is where what it was in began."""

    problem: str
    context: str
    line: int
    column: int
    opened: int | None
    lines: tuple[str, ...]

    def text(self, line: int | None) -> str:
        """Return a line of the file, empty beyond its end."""
        return self.lines[line] if line is not None and 0 <= line < len(self.lines) else ""

    @property
    def letter(self) -> str:
        """The letter at which the reader was lost, empty at the end of a line."""
        return self.text(self.line)[self.column : self.column + 1]


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int | None, str]:
    """Return (line counted from 1, what to do) for a file that is no YAML."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return None, _own_words(error)
    opened = error.context_mark.line if error.context_mark is not None else None
    lost = Lost(
        error.problem or "", error.context or "", mark.line, mark.column, opened, tuple(text.splitlines())
    )
    for look in _LOOKS:
        found = look(lost)
        if found is not None:
            return found[0] + 1, found[1]
    return mark.line + 1, _own_words(error)


Found = tuple[int, str] | None
"""The line, counted from 0, and the sentence; None when it was something else."""


def _tab(lost: Lost) -> Found:
    for line in (lost.line, lost.line - 1):
        shown = lost.text(line)
        if "\t" in shown[: len(shown) - len(shown.lstrip())]:
            return line, "use spaces, not tabs, to indent"
    return (lost.line, "use spaces, not tabs") if lost.letter == "\t" else None


def _star(lost: Lost) -> Found:
    is_alias = "alias" in lost.context or "alias" in lost.problem
    if not is_alias and "anchor" not in lost.context:
        return None
    line = lost.line if lost.opened is None else lost.opened
    sign = "*" if is_alias else "&"
    return line, f'write "{sign}" in quotes, and any text that begins with it'


def _quote(lost: Lost) -> Found:
    if "quoted scalar" not in lost.context or lost.opened is None:
        return None
    if "escape" in lost.problem:
        return lost.line, "a backslash has a meaning in double quotes: use single ones, or write two"
    return lost.opened, "the quote that is opened here is never closed"


def _bracket(lost: Lost) -> Found:
    if "flow" not in lost.context:
        return None
    opened = _open_bracket(lost)
    for line in range(opened, lost.line + 1):
        if _BARE_HASH.search(_QUOTED.sub("", lost.text(line))):
            return line, 'write "#" in quotes: without them it begins a comment'
    in_next_step = opened != lost.line and lost.text(lost.line).lstrip().startswith("-")
    if in_next_step or lost.line >= len(lost.lines):
        return opened, "the bracket that is opened here is never closed"
    if lost.letter == ":":
        return lost.line, "put the text in quotes if it has a colon; a comma stands before the next parameter"
    if opened != lost.line:
        return opened, "the bracket that is opened here is never closed"
    return lost.line, "a comma or a closing bracket is missing here, or a text needs quotes"


def _open_bracket(lost: Lost) -> int:
    """Return the line of the bracket that is open where the reader was lost."""
    opened: list[int] = []
    for token in _tokens(lost):
        if isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken):
            opened.append(token.start_mark.line)
        elif isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken) and opened:
            opened.pop()
    return opened[-1] if opened else lost.line


def _tokens(lost: Lost) -> Iterator[yaml.Token]:
    """Yield the tokens before the place where the reader was lost, as far as they can be told."""
    try:
        for token in yaml.scan("\n".join(lost.lines), Loader=yaml.CSafeLoader):
            if (token.start_mark.line, token.start_mark.column) >= (lost.line, lost.column):
                return
            yield token
    except yaml.YAMLError:
        return


def _colon(lost: Lost) -> Found:
    if "mapping values are not allowed" not in lost.problem:
        return None
    if _COLON.search(_QUOTED.sub("", lost.text(lost.line)[: lost.column])):
        return lost.line, "put the text in quotes: it has a colon"
    return lost.line, "is the indentation right? this line stands deeper than what it belongs to"


def _documents(lost: Lost) -> Found:
    return (
        (lost.line, "a file holds one document: take the line --- out")
        if "document" in lost.problem
        else None
    )


def _letter(lost: Lost) -> Found:
    if "cannot start any token" not in lost.problem:
        return None
    return lost.line, f'put the text in quotes: it begins with "{lost.letter}"'


def _quote_over_lines(lost: Lost) -> Found:
    """Find a quote that was forgotten and closed by the next one, some lines below."""
    for token in _tokens(lost):
        first, last = token.start_mark.line, token.end_mark.line
        is_quoted = isinstance(token, yaml.ScalarToken) and token.style in ("'", '"')
        if is_quoted and first < last and lost.line - 1 <= last <= lost.line:
            return first, f"the quote that is opened here is closed only on line {last + 1}"
    return None


def _braces(lost: Lost) -> Found:
    found = _BRACES.search(lost.text(lost.line))
    return (lost.line, "put the text in quotes: it begins with {{") if found else None


def _indentation(lost: Lost) -> Found:
    if "did not find expected" not in lost.problem:
        return None
    before = lost.text(lost.line)[: lost.column].rstrip()
    if before.endswith(('"', "'")):
        return lost.line, "text stands after the closing quote: put all of it in quotes, or none"
    return lost.line, "is the indentation right? this line fits nothing above it"


_LOOKS = (
    *(_tab, _star, _quote, _bracket, _colon),
    *(_letter, _documents, _braces, _quote_over_lines, _indentation),
)
"""In order: the first that recognises the mistake tells it."""


def _own_words(error: yaml.MarkedYAMLError) -> str:
    return " ".join(part for part in (error.problem, error.context) if part)
