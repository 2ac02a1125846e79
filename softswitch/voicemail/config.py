"""The parts of the configuration that belong to voicemail and to callback requests after hours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from softswitch.parts import Code, Codes, Part

Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z*#+._-]{1,64}$")]
"""What can be dialled, and the name of an account."""

Name = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_][0-9A-Za-z._-]{0,63}$")]
"""By which numbers, commands and the log know a box; also its folder's name, so it begins with no dot."""

Address = Annotated[str, StringConstraints(pattern=r"^[^@\s,;<>]{1,64}@[^@\s,;<>]{1,255}$")]
"""A mail address as it is written without a name."""

Attach = Literal["wav", "flac", "mp3", "none"]
Occasion = Literal["no_answer", "busy", "unreachable"]

LISTEN: Final = "listen"
"""What a key may do besides leading to a number: the way of a box's owner to his messages."""
OWN_BOX: Final = "voicemail"
"""The word that stands for one's own box where a number is asked for: ``forward: {busy: voicemail}``."""
SHORTEST_PIN, LONGEST_PIN = 4, 12
"""Digits of a PIN: three could be tried out within a day, whatever the limit."""
LONGEST_GREETING: Final = 60.0
"""Seconds of a greeting that is recorded by phone: who is greeted for longer hangs up."""


class GreetingConfig(Part):
    """What a caller hears before the tone: a text that is spoken, or a sound file. May be the text alone."""

    text: str = Field(default="", max_length=1000)
    play: Path | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> GreetingConfig:
        if bool(self.text) == (self.play is not None):
            raise ValueError("a greeting is either a text or a file to play")
        return self


class Addressed(Part):
    """Who is told by mail, and what people call it."""

    name: str = Field(default="", max_length=40)
    number: Number | None = None
    language: Literal["en", "pl"] = "en"
    mail: tuple[Address, ...] = Field(default=(), max_length=20)

    @field_validator("mail", mode="before")
    @classmethod
    def _one_address(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _one_line(cls, value: str) -> str:
        # It stands in the subject of a mail, where a line break begins another field.
        if any(letter < " " or letter == "\x7f" for letter in value):
            raise ValueError("holds a line break or another control character")
        return value


class BoxConfig(Addressed):
    """A box: of a person, whose account has its name, or of a department.

    ``number`` leads to it. Calls to the person's account go there on each of ``takes``, unless they are
    forwarded elsewhere. ``lamps`` are the accounts whose phones show its messages and may listen to them. A
    message is ended after ``silence_s`` without a voice (0: never), and one shorter than ``shortest_s`` is
    dropped. ``keys`` lead to a number while the greeting plays, or to listening.
    """

    takes: tuple[Occasion, ...] = ("no_answer", "busy", "unreachable")
    after: float = Field(default=20.0, ge=5.0, le=300.0)
    lamps: tuple[Number, ...] = ()
    pin: str = Field(default="", repr=False)
    pin_hash: str = Field(default="", repr=False)
    own_phone: Literal["no_pin", "pin"] = "no_pin"
    attach: Attach = "wav"
    delete_after_mail: bool = False
    unavailable: GreetingConfig | None = None
    busy: GreetingConfig | None = None
    temporary: GreetingConfig | None = None
    longest_s: float = Field(default=180.0, ge=5.0, le=3600.0)
    shortest_s: float = Field(default=2.0, ge=0.0, le=60.0)
    silence_s: float = Field(default=6.0, ge=0.0, le=60.0)
    review: bool = True
    most_messages: int = Field(default=100, ge=1, le=10_000)
    keep_days: float = Field(default=90.0, ge=0.0, le=3650.0)
    keys: dict[Literal["0", "*"], Number] = Field(default_factory=dict)

    def placed(self, base: Path) -> BoxConfig:
        """Return it with its files taken from the folder ``base``."""

        def moved(greeting: GreetingConfig | None) -> GreetingConfig | None:
            if greeting is None or greeting.play is None:
                return greeting
            return greeting.model_copy(update={"play": base / greeting.play})

        kinds = {kind: moved(getattr(self, kind)) for kind in GREETINGS}
        return self.model_copy(update=kinds)

    @field_validator("unavailable", "busy", "temporary", mode="before")
    @classmethod
    def _text_alone(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @field_validator("pin")
    @classmethod
    def _digits(cls, value: str) -> str:
        # The value is not said: it is a secret, also when it is wrong.
        if value and not re.fullmatch(f"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}", value):
            raise ValueError(f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits")
        return value

    @field_validator("pin_hash")
    @classmethod
    def _argon2(cls, value: str) -> str:
        if value and not value.startswith("$argon2id$"):
            raise ValueError("is no hash of a PIN: `softswitch voicemail hash-pin` makes one")
        return value

    @model_validator(mode="after")
    def _possible(self) -> BoxConfig:
        if self.pin and self.pin_hash:
            raise ValueError("it has a pin and a pin_hash: keep one of them")
        if self.delete_after_mail and (not self.mail or self.attach == "none"):
            raise ValueError("delete_after_mail needs an address and an attachment: nothing would be left")
        if self.shortest_s > self.longest_s:
            raise ValueError("shortest_s must be at most longest_s")
        return self


GREETINGS: Final = ("unavailable", "busy", "temporary")
"""The kinds of greetings; a temporary one goes before the others."""


class RequestsConfig(Addressed):
    """Where callers ask to be called back when nobody is there: a department, or a person.

    It is told to ``mail``. At most ``most_per_number`` requests for one number and from one caller are taken
    in ``within_hours``, and ``most_kept`` wait at once: without an end a machine would fill the list.
    With ``ticket`` each becomes a ticket, in the ``ticket_queue`` or the one that is called as the desk.
    """

    ticket: bool = False
    ticket_queue: str = Field(default="", max_length=64)
    confirm_number: bool = True
    most_per_number: int = Field(default=2, ge=1, le=100)
    within_hours: float = Field(default=12.0, ge=0.1, le=168.0)
    most_kept: int = Field(default=500, ge=1, le=100_000)
    keep_days: float = Field(default=90.0, ge=1.0, le=3650.0)

    def tickets_in(self, desk: str) -> str:
        """Return the queue of tickets for the requests of this desk, whose name is ``desk``."""
        return self.ticket_queue or desk


class VoicemailCodesConfig(Codes):
    """What is dialled: to hear one's ``own`` messages, those of ``any`` box, and to ``leave`` one.

    Behind ``leave`` may follow an account or a box; alone it is the box of whoever sends a call there.
    """

    own: Code = "*97"
    any: Code = "*98"
    leave: Code = "*96"


class VoicemailConfig(Part):
    """Voicemail: its boxes by name, its codes, and who is written to.

    ``mail_by`` names the mailbox (see ``mail``) that sends; ``time_zone`` is that of the times which are
    told. No message is begun with less than ``least_free_mb`` left on the disk.
    """

    boxes: dict[Name, BoxConfig] = Field(default_factory=dict)
    requests: dict[Name, RequestsConfig] = Field(default_factory=dict)
    codes: VoicemailCodesConfig = VoicemailCodesConfig()
    mail_by: str = ""
    time_zone: str = "Europe/Warsaw"
    least_free_mb: int = Field(default=100, ge=1, le=1_000_000)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def numbers(self) -> dict[str, str]:
        """Every number that means the same to all, and the part of the configuration that has it."""
        parts = [(f"boxes.{name}", box.number) for name, box in self.boxes.items()]
        parts += [(f"requests.{name}", desk.number) for name, desk in self.requests.items()]
        return {number: part for part, number in reversed(parts) if number is not None}

    def lamps(self, box: str) -> tuple[str, ...]:
        """Return the accounts whose phones show a box's messages: its own, and those that are named."""
        return tuple(dict.fromkeys((box, *self.boxes[box].lamps)))

    def placed(self, base: Path) -> VoicemailConfig:
        """Return it with its files taken from the folder ``base``."""
        boxes = {name: box.placed(base) for name, box in self.boxes.items()}
        return self.model_copy(update={"boxes": boxes})

    @field_validator("boxes", "requests", mode="before")
    @classmethod
    def _nothing_said(cls, value: object) -> object:
        if isinstance(value, list | tuple):
            return {str(one): {} for one in value}
        if isinstance(value, dict):
            return {name: {} if part is None else part for name, part in value.items()}
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {value}: Europe/Warsaw is one") from None
        return value
