"""What other rooms of the switch do with a caller on behalf of a tree: how it went, as plain values."""

from __future__ import annotations

from enum import StrEnum


class ProgramEnd(StrEnum):
    """How a program of others was done with a call."""

    OVER = "over"
    """It has ended the call, or led it on: the tree has nothing more to say."""
    DOWN = "down"
    """It gave no answer that could be followed."""


class MessageEnd(StrEnum):
    """How a caller was served who was to leave a message."""

    SAVED = "saved"
    TOO_SHORT = "too_short"
    """So little was said that there is no message."""
    CANCELLED = "cancelled"
    FULL = "box_full"
    NOT_STORED = "not_stored"
    KEY = "box_key"
    """A key of the box has led away: what follows is as the box has it."""


class CallbackEnd(StrEnum):
    """How a caller was served who asks to be called back. The caller has heard it already."""

    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    TOO_MANY = "too_many"
    NOT_STORED = "not_stored"
