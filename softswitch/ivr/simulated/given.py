"""What tests of trees may write of the world outside, beneath ``given``::

given:
  post: {works: no, tickets: no}
  replies: {faults: {answers: {fault: 7}, after: 1.5}, "https://example.com/x": {fault: timed_out}}
  programs: {700: {end: down}}
  boxes: {office: {end: too_short, seconds: 1}}
  desks: {office: {end: not_stored}}
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd


class OutsideGiven(BaseModel):
    """Base of these parts of a scene."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class PostGiven(OutsideGiven):
    """Whether messages can be kept to be sent, and tickets be made."""

    works: bool = True
    tickets: bool = True


class ReplyGiven(OutsideGiven):
    """What a connection, by its name, or a url of a tree answers: variables ``after`` seconds, or a fault.

    ``fault`` is a word such as timed_out, tls_refused, broken_answer, unreachable or status_refused.
    """

    answers: dict[str, str] = Field(default_factory=dict)
    after: float = Field(default=0.0, ge=0)
    fault: str = ""
    status: int = 0


class ProgramGiven(OutsideGiven):
    """What a program does, by its number: it takes the call for some seconds, or is down."""

    end: ProgramEnd = ProgramEnd.OVER
    seconds: float = Field(default=30.0, ge=0)
    exists: bool = True


class MessageGiven(OutsideGiven):
    """How leaving a message ends, by the box, after greeting and message of so many seconds together."""

    end: MessageEnd = MessageEnd.SAVED
    seconds: float = Field(default=15.0, ge=0)
    exists: bool = True


class CallbackGiven(OutsideGiven):
    """How asking to be called back ends, by the desk, after so many seconds of talking about the number."""

    end: CallbackEnd = CallbackEnd.ACCEPTED
    seconds: float = Field(default=10.0, ge=0)
    exists: bool = True
