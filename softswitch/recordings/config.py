"""The part of the configuration that says which talks are recorded, and what becomes of the recordings."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from softswitch.parts import Part

Mode = Literal["never", "on_demand", "always"]
ConsentKind = Literal["none", "notice", "choice"]
HoldKind = Literal["cut", "keep"]
Form = Literal["wav", "flac", "opus"]

Key = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]
KeyCode = Annotated[str, StringConstraints(pattern=r"^([0-9*#]{2,6})?$")]
"""Two keys at least: one alone is pressed for a machine on the other side of the talk."""

LONGEST_KEPT_DAYS: Final = 36_500
"""A hundred years: more is "for ever", which is 0."""


class RecordingRule(Part):
    """What holds for the talks of one account, queue or trunk; what is not given is said by a wider rule.

    The word of ``record`` alone will do: ``sales: always``.
    """

    record: Mode | None = None
    consent: ConsentKind | None = None
    keep_days: int | None = Field(default=None, ge=0, le=LONGEST_KEPT_DAYS)
    hold: HoldKind | None = None
    beep: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _word_alone(cls, value: object) -> object:
        return {"record": value} if isinstance(value, str) else value


class RecordingCodes(Part):
    """What an account presses during a talk; "" for what cannot be done so."""

    start: KeyCode = "*1"
    pause: KeyCode = "*2"

    @model_validator(mode="after")
    def _told_apart(self) -> RecordingCodes:
        if self.start and self.pause and (self.start in self.pause or self.pause in self.start):
            raise ValueError("start and pause must differ, and neither may be a part of the other")
        return self


class RecordingsConfig(Part):
    """Which talks are recorded: what holds for the whole line, and narrower rules that go before it.

    ``notice`` and ``choice`` are texts by language, in place of the switch's own.
    """

    record: Mode = "never"
    consent: ConsentKind = "notice"
    keep_days: int = Field(default=90, ge=0, le=LONGEST_KEPT_DAYS)
    hold: HoldKind = "cut"
    beep: bool = False
    accounts: dict[str, RecordingRule] = Field(default_factory=dict)
    queues: dict[str, RecordingRule] = Field(default_factory=dict)
    trunks: dict[str, RecordingRule] = Field(default_factory=dict)
    refuse_key: Key = "9"
    tell_own: bool = True
    language: str = Field(default="pl", pattern="^[a-z]{2}$")
    notice: dict[str, str] = Field(default_factory=dict)
    choice: dict[str, str] = Field(default_factory=dict)
    codes: RecordingCodes = RecordingCodes()
    form: Form = "wav"
    least_free_mb: int = Field(default=1024, ge=1, le=100_000_000)

    @model_validator(mode="before")
    @classmethod
    def _word_alone(cls, value: object) -> object:
        return {"record": value} if isinstance(value, str) else value

    @property
    def is_used(self) -> bool:
        """Tell whether any talk may ever be recorded."""
        rules = (*self.accounts.values(), *self.queues.values(), *self.trunks.values())
        return self.record != "never" or any(rule.record not in (None, "never") for rule in rules)
