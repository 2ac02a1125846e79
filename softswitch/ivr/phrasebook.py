"""Sentences that were made in English, found again by their shape and said in Polish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_HOLE: Final = re.compile(r"\\\{([a-z])\\\}")
_PATH: Final = re.compile(r"([A-Za-z0-9_*#+-]+(?:\..*?)?): (.+)", re.DOTALL)
"""Where in the parameters it is, before the sentence: ``no_input.repeat: ...``. Behind the first dot stands
what the operator has written, any text."""


class Phrasebook:
    """Pairs of sentences, with what changes in them named in braces: ``there is no queue '{a}'``.

    Where two fit, the earlier one counts. ``hints`` may stand behind any sentence, and ``words`` are said in
    Polish where they are all that stands in a brace.
    """

    def __init__(
        self,
        sentences: Mapping[str, str],
        hints: Mapping[str, str] | None = None,
        words: Mapping[str, str] | None = None,
    ) -> None:
        self._patterns = _compiled(sentences)
        self._ends = _compiled(hints or {}, "(?P<rest>.*?)")
        self._words = words or {}

    def polish(self, said: str) -> str:
        """Return a sentence in Polish; as it is where there is none for it."""
        return next(self._tried(said), said)

    def _tried(self, said: str) -> Iterator[str]:
        """Yield Polish for a sentence with a hint behind it, alone, and with its place before it."""
        for pattern, polish in self._ends:
            if found := pattern.fullmatch(said):
                groups = found.groupdict()
                yield self.polish(groups.pop("rest")) + self._filled(polish, groups)
        for pattern, polish in self._patterns:
            if found := pattern.fullmatch(said):
                yield self._filled(polish, found.groupdict())
        if (found := _PATH.fullmatch(said)) and (told := self.polish(found[2])) != found[2]:
            yield f"{found[1]}: {told}"

    def _filled(self, polish: str, values: Mapping[str, str]) -> str:
        for name, value in values.items():
            polish = polish.replace(f"{{{name}}}", self._words.get(value, value))
        return polish


def _compiled(sentences: Mapping[str, str], before: str = "") -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(before + _HOLE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL), polish)
        for english, polish in sentences.items()
    ]
