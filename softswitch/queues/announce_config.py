"""The part of a queue's configuration that says what those who wait are told, and when.

All times are seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from softswitch.numerals import primary_language
from softswitch.parts import Part

MINUTE_S: Final = 60

ANY_LANGUAGE: Final = ""
"""The key of a text that was written without a language: it is spoken in the queue's own."""

LONGEST_TEXT: Final = 1000
"""Letters: a good minute of speech. Who waits longer for the end of a message has been forgotten by it."""

_LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


def _switched(value: object) -> object:
    # YAML reads a bare on and off as yes and no.
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


def _mode_alone(value: object) -> object:
    return {"mode": value} if isinstance(value, str | bool) else value


def _whole_minutes(value: int) -> int:
    if value % MINUTE_S:
        raise ValueError("waiting times are told in whole minutes: 60, 120, 300 …")
    return value


def _by_language(value: object) -> object:
    return {ANY_LANGUAGE: value} if isinstance(value, str) else value


def _known_languages(value: dict[str, str]) -> dict[str, str]:
    if not value:
        raise ValueError("the text is empty")
    for code, text in value.items():
        if code != ANY_LANGUAGE and not _LANGUAGE.fullmatch(code):
            raise ValueError(f"{code!r} is not a language code like pl, en or en-GB")
        if not text.strip():
            raise ValueError("the text is empty")
        if len(text) > LONGEST_TEXT:
            raise ValueError(f"the text has {len(text)} letters, {LONGEST_TEXT} at most")
    return value


Wordings = Annotated[dict[str, str], BeforeValidator(_by_language), AfterValidator(_known_languages)]
"""One text, or the same text in several languages: ``{pl: "...", en: "..."}``."""

WholeMinutes = Annotated[int, AfterValidator(_whole_minutes)]


def wording(texts: Mapping[str, str], language: str, queue_language: str) -> tuple[str, str]:
    """Return (text, language it is to be spoken in) for a caller in ``language``.

    What is missing in it is said in the queue's own language, in English, or in the first there is.
    """
    if ANY_LANGUAGE in texts:
        texts = {queue_language: texts[ANY_LANGUAGE]} | {code: text for code, text in texts.items() if code}
    wanted = (language, primary_language(language), queue_language, "en")
    code = next((code for code in wanted if code in texts), next(iter(texts)))
    return texts[code], code


class PositionConfig(Part):
    """Who waits is told how many are ahead; ``position: more`` alone means the mode.

    ``mode``: ``on``, any number; ``limit``, only up to ``limit`` people; ``more``, above it "more than five
    people"; ``off``. The first time comes ``first_after_s`` after entering, then every ``every_s``, and these
    are the times of the expected wait too. With ``only_when_better`` neither is said again before the
    number is lower than the last one said. Without ``to_first`` neither is told to who has nobody ahead: the
    next call is theirs.
    """

    mode: Annotated[Literal["off", "on", "limit", "more"], BeforeValidator(_switched)] = "on"
    limit: int = Field(default=5, ge=1, le=1000)
    # The ear has left the menu and heard the music, and nobody wonders yet whether the line is dead.
    first_after_s: float = Field(default=3.0, ge=0.0, le=600.0)
    every_s: float = Field(default=30.0, ge=5.0, le=3600.0)
    only_when_better: bool = False
    to_first: bool = False


class EtaConfig(Part):
    """Who waits is told how long it may take, as a range; ``eta: once`` alone means the mode.

    It goes with the place: each time (``on``), the first time there is one (``once``), never (``off``). It is
    rounded up to ``round_s``, and nothing is said with fewer than ``min_samples`` finished calls to judge by,
    or while the estimates prove wrong. Above ``cap_s`` it is "more than half an hour", or ``cap_text``.
    """

    mode: Annotated[Literal["off", "once", "on"], BeforeValidator(_switched)] = "on"
    round_s: WholeMinutes = Field(default=60, ge=60, le=900)
    # Of twenty calls four were longer than the high end of the range: with fewer that end is a guess.
    min_samples: int = Field(default=20, ge=5, le=200)
    cap_s: WholeMinutes = Field(default=1800, ge=120, le=14_400)
    cap_text: Wordings | None = None

    @model_validator(mode="after")
    def _room_below_the_cap(self) -> EtaConfig:
        if self.cap_s < self.round_s:
            raise ValueError(f"cap_s ({self.cap_s}) must not be below round_s ({self.round_s})")
        return self


class ComfortMessage(Part):
    """A message for those who wait: a text, one per language, or a file (``{play: offer.wav}``)."""

    text: Wordings | None = None
    play: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        is_text = isinstance(value, str) or (isinstance(value, Mapping) and not {"text", "play"} & set(value))
        return {"text": value} if is_text else value

    @model_validator(mode="after")
    def _one_of_both(self) -> ComfortMessage:
        if (not self.text) == (self.play is None):
            raise ValueError("a comfort message is either a text or a file to play")
        return self


class ComfortConfig(Part):
    """Messages between the music: thanks, news, opening hours, one at a time.

    The first comes ``start_s`` after entering, the next ``every_s`` after the last one began, or with
    ``relative`` after it ended. They come in the order written; with ``random`` in a new order each round.
    """

    messages: tuple[ComfortMessage, ...] = Field(default=(), max_length=100)
    every_s: float = Field(default=60.0, ge=5.0, le=3600.0)
    start_s: float = Field(default=45.0, ge=0.0, le=3600.0)
    random: bool = False
    relative: bool = False


class AnnounceConfig(Part):
    """What those who wait are told between the music.

    ``min_gap_s`` of music lie between the end of one announcement and the next, whatever they are.
    """

    position: Annotated[PositionConfig, BeforeValidator(_mode_alone)] = PositionConfig()
    eta: Annotated[EtaConfig, BeforeValidator(_mode_alone)] = EtaConfig()
    comfort: ComfortConfig = ComfortConfig()
    min_gap_s: float = Field(default=15.0, ge=0.0, le=600.0)

    def placed(self, base: Path) -> AnnounceConfig:
        """Return it with its files taken from the folder ``base``."""
        messages = tuple(
            one if one.play is None else one.model_copy(update={"play": base / one.play})
            for one in self.comfort.messages
        )
        comfort = self.comfort.model_copy(update={"messages": messages})
        return self.model_copy(update={"comfort": comfort})
