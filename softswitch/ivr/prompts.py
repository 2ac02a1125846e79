"""What a caller can be made to hear, as it is written in a tree.

A prompt is a text, the same text in several languages (``{pl: "...", en: "..."}``), either with a
voice of its own (``{text: ..., language: ..., voice: ...}``), or a recorded file (``{play: x.wav}``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from softswitch.ivr.references import Kind, SoundFile, Template, Text

ANY_LANGUAGE = ""
"""The key of a text that is not tied to a language: it is spoken in the language of the call."""

_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


def checked_language(code: str) -> str:
    """Return ``code`` when it is a language code like ``pl`` or ``en-GB``; raise ValueError if not."""
    if not _LANGUAGE.fullmatch(code):
        raise ValueError(f"'{code}' is not a language code like pl, en or en-GB")
    return code


def is_wordings(value: object) -> bool:
    """Tell whether ``value`` is one text in several languages: a mapping of nothing but language codes."""
    return isinstance(value, Mapping) and bool(value) and all(_LANGUAGE.fullmatch(str(key)) for key in value)


def _as_wordings(value: object) -> object:
    return value if isinstance(value, Mapping) else {ANY_LANGUAGE: value}


def _known_codes(value: dict[str, str]) -> dict[str, str]:
    for code in value:
        if code != ANY_LANGUAGE:
            checked_language(code)
    return value


def _checked_wordings(value: dict[str, str]) -> dict[str, str]:
    if not value:
        raise ValueError("the text is empty")
    return _known_codes(value)


Language = Annotated[str, AfterValidator(checked_language), Kind("language code", "kod języka")]
Wordings = Annotated[
    dict[str, Text],
    BeforeValidator(_as_wordings),
    AfterValidator(_checked_wordings),
    Kind("text, or one per language", "tekst albo po jednym na język"),
]


def _as_labels(value: object) -> object:
    """Accept an empty text, which is none."""
    return {} if value in (None, "") else _as_wordings(value)


Labels = Annotated[
    dict[str, Template],
    BeforeValidator(_as_labels),
    AfterValidator(_known_codes),
    Kind("text, or one per language", "tekst albo po jednym na język"),
]
"""A text that is read and not said; it may be empty."""


def worded(texts: Mapping[str, str], language: str, fallback: str) -> str:
    """Return a text in ``language``, else in ``fallback``, else in the first there is; "" for none."""
    wanted = (ANY_LANGUAGE, language, fallback)
    return next((texts[code] for code in wanted if code in texts), next(iter(texts.values()), ""))


SLOWEST: Final = 0.5
FASTEST: Final = 2.0
"""Beyond these no voice can be understood."""

Speed = Annotated[float, Field(ge=SLOWEST, le=FASTEST), Kind("number", "liczba")]


def at_pace(speed: float, pace: float) -> float:
    """Return how fast a prompt of some speed is said at a caller's pace, as a share of the voice's own."""
    return max(SLOWEST, round(speed * pace, 3))


class Spoken(BaseModel):
    """One prompt: either a text or a recorded file."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    example: ClassVar[str] = '{pl: "Dzień dobry.", en: "Hello."}'
    """How it may be written, in one line."""

    kind: ClassVar[Kind] = Kind("prompt", "zapowiedź")

    text: Wordings | None = Field(default=None, description="The text, or one per language.")
    play: SoundFile | None = Field(
        default=None, validate_default=True, description="A recorded file, relative to the tree."
    )
    language: Language | None = Field(default=None, description="Language of a single text.")
    voice: str | None = Field(default=None, description="Name of the voice.")
    speed: Speed = Field(default=1.0, description="How fast it is spoken; 0.8 is slow.")

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: object) -> object:
        """Accept a bare text and a bare mapping of languages."""
        return {"text": value} if isinstance(value, str | int | float) or is_wordings(value) else value

    @field_validator("play")
    @classmethod
    def _one_of_both(cls, play: Path | None, info: ValidationInfo) -> Path | None:
        # A text that is itself wrong is not among the data: it was meant to be one.
        if "text" in info.data and (info.data["text"] is None) == (play is None):
            raise ValueError("a prompt is either a text or a file to play")
        return play

    def wording(self, language: str, fallback: str) -> tuple[str, str]:
        """Return (text, language) for a call in ``language``.

        Of a text in several languages en does for a call in en-GB, and the other way round. What lacks the
        call's language is spoken in ``fallback``, the tree's, else in the first it has. A file gives two
        empty texts.
        """
        if not self.text:
            return "", ""
        if ANY_LANGUAGE in self.text:
            return self.text[ANY_LANGUAGE], self.language or language
        code = _fitting(language, self.text) or _fitting(fallback, self.text) or next(iter(self.text))
        return self.text[code], code


def _fitting(language: str, known: Iterable[str]) -> str:
    """Return which of the ``known`` codes is a language or its like in another country; "" for none."""
    primary = language.partition("-")[0]
    alike = [code for code in known if code.partition("-")[0] == primary]
    return next((code for code in (language, primary, *alike) if code in alike), "")


class CountedPrompt(Spoken):
    """A prompt used from the ``count``-th time it is asked on."""

    example: ClassVar[str] = '{count: 3, text: "Press one or two."}'

    count: int = Field(default=1, ge=1, description="First attempt at which this prompt is used.")


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _checked_growth(prompts: tuple[CountedPrompt, ...]) -> tuple[CountedPrompt, ...]:
    if not prompts:
        raise ValueError("the prompt is empty")
    counts = [prompt.count for prompt in prompts]
    if counts[0] != 1 or counts != sorted(set(counts)):
        raise ValueError("counts must start with 1 and grow")
    return prompts


GrowingPrompt = Annotated[
    tuple[CountedPrompt, ...],
    BeforeValidator(_as_list),
    AfterValidator(_checked_growth),
    Kind("prompt, or a list growing with count", "zapowiedź albo lista rosnąca z count"),
]


def at_attempt(prompts: Iterable[CountedPrompt], attempt: int) -> Spoken:
    """Return the prompt for the ``attempt``-th time (from 1): the one with the largest count reached.

    VoiceXML 2.1 §4.1.1 calls this prompt selection by count.
    """
    return max((p for p in prompts if p.count <= attempt), key=lambda prompt: prompt.count)
