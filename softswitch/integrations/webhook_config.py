"""Receivers of webhooks, and what they are told of."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, field_validator

from softswitch.integrations.filling import check_header, read_url
from softswitch.integrations.http_config import HeaderText
from softswitch.integrations.webhook_signing import key_of
from softswitch.parts import Part
from softswitch.signatures import ID, SIGNATURE, TIMESTAMP

Kind = Literal[
    "call.started",
    "call.answered",
    "call.ended",
    "queue.entered",
    "queue.answered",
    "queue.left",
    "callback.asked",
    "agent.changed",
    "recording.ready",
]

OURS: Final = frozenset({ID, TIMESTAMP, SIGNATURE, "content-type"})


class WebhookConfig(Part):
    """One receiver. Each of ``secrets`` signs: while it changes from one to the next, both stand here.

    ``headers`` are sent along with each message.
    """

    url: str = Field(repr=False)
    secrets: tuple[str, ...] = Field(min_length=1, max_length=5, repr=False)
    events: tuple[Kind, ...] = Field(default=("call.ended",), min_length=1)
    headers: dict[str, HeaderText] = Field(default_factory=dict, repr=False, max_length=20)
    time_limit_s: float = Field(default=15.0, ge=1.0, le=60.0)

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if len(read_url(value).pieces) != 1:
            raise ValueError("the address of a webhook holds no variables")
        return value

    @field_validator("secrets")
    @classmethod
    def _keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for secret in value:
            key_of(secret)
        return value

    @field_validator("headers")
    @classmethod
    def _sendable(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            check_header(name, text)
            if name.lower() in OURS:
                raise ValueError(f"the header {name} is set by the switch itself")
        return value
