"""Senders of text messages: a gateway over HTTP or SMPP, and what they may cost."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from softswitch.integrations.connections import read_connection
from softswitch.integrations.http_config import ConnectionConfig
from softswitch.ivr.expressions import Value
from softswitch.parts import Part

VARIABLES: Final = (
    "SMS.NUMBER",
    "SMS.DIGITS",
    "SMS.TEXT",
    "SMS.REFERENCE",
    "SMS.SENDER",
    "SMS.ALPHABET",
    "SMS.PARTS",
)
"""What a request may say: the number as ``+48600100200`` and without its ``+``, the text, our own reference
(the same at every try), the sender, ``gsm7`` or ``ucs2``, and how many parts are paid for."""

STATUS, REFERENCE = "STATUS", "REFERENCE"
"""What may be taken out of an answer."""

Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class GatewayConfig(ConnectionConfig):
    """A gateway over HTTP: a request with the variables of :data:`VARIABLES`.

    Where ``answer`` takes ``STATUS`` out of the answer, the message was taken if it is one of ``taken``, is
    tried again if it is one of ``later``, and else is refused for good.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    taken: tuple[str, ...] = ()
    later: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _speaks_of_sms(self) -> GatewayConfig:
        names = _names_in(self)
        unknown = sorted(names - set(VARIABLES))
        if unknown:
            raise ValueError(f"unknown variable {{{{{unknown[0]}}}}}: there are {', '.join(VARIABLES)}")
        if not names & {"SMS.NUMBER", "SMS.DIGITS"} or "SMS.TEXT" not in names:
            raise ValueError("the request needs {{SMS.NUMBER}} or {{SMS.DIGITS}}, and {{SMS.TEXT}}")
        strange = sorted(self.answer.keys() - {STATUS, REFERENCE})
        if strange:
            raise ValueError(f"answer gives {STATUS} and {REFERENCE}, and not {strange[0]}")
        if (self.taken or self.later) and STATUS not in self.answer:
            raise ValueError(f"taken and later are values of {STATUS}: say under answer where it stands")
        if STATUS in self.answer and not self.taken:
            raise ValueError(f"say under taken which values of {STATUS} mean that the message was taken")
        return self


def _names_in(config: GatewayConfig) -> set[str]:
    """Return the variables that a request speaks of: those that are asked for while it is made."""
    names: set[str] = set()

    def noted(name: str) -> Value:
        names.add(name)
        return Value("1")

    read_connection("sms", config).request(noted)
    return names


class SmppConfig(Part):
    """A gateway by SMPP 3.4. ``per_second`` is what it bears."""

    host: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int = Field(default=2775, ge=1, le=65_535)
    system_id: str = Field(min_length=1, max_length=15)
    # SMPP 3.4 §4.1.1 gives both so many octets, one of which ends them.
    password: str = Field(default="", max_length=8, repr=False)
    system_type: str = Field(default="", max_length=12)
    per_second: float = Field(default=10.0, gt=0, le=1000)
    time_limit_s: float = Field(default=20.0, ge=1.0, le=120.0)


class SmsConfig(Part):
    """One sender: exactly one gateway, and the limits that guard against a large bill.

    ``countries`` may be written to, the home country alone unless given. ``letters: plain`` writes ``z`` for
    ``ż``, so that a part holds 160 letters and not 70.
    """

    sender: str = Field(default="", max_length=16)
    http: GatewayConfig | None = None
    smpp: SmppConfig | None = None
    countries: tuple[Country, ...] = ()
    letters: Literal["as_written", "plain"] = "as_written"
    longest_parts: int = Field(default=3, ge=1, le=10)
    per_number: int = Field(default=5, ge=1, le=1000)
    per_number_hours: float = Field(default=24.0, gt=0, le=24.0)
    per_day: int = Field(default=1000, ge=1, le=1_000_000)

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str) -> str:
        # TS 23.040 §9.1.2.5: eleven letters of GSM 7 bit, or a number.
        if value and not re.fullmatch(r"\+?[0-9]{3,15}|[A-Za-z0-9 ._&-]{1,11}", value):
            raise ValueError("a sender is a number, or up to 11 plain letters, digits and spaces")
        return value

    @model_validator(mode="after")
    def _one_gateway(self) -> SmsConfig:
        if (self.http is None) == (self.smpp is None):
            raise ValueError("a sender of text messages needs one of http and smpp")
        return self
