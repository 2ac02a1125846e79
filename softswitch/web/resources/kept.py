"""Recordings, voicemail, deliveries, audit: what is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool, StringConstraints

from softswitch.web.resources.base import Asked, Line, Resource


class Recording(Resource):
    """The recording of a talk."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01J9Z8Q4M2K7",
                    "call": "01J9Z8Q4M2K7XW5T3R6P8N0BCD",
                    "began": "2026-03-02T10:15:20Z",
                    "seconds": 160.0,
                    "queue": "sales",
                    "agent": "1001",
                    "caller": "+48600100200",
                    "state": "finished",
                }
            ]
        },
    )

    id: str
    call: str
    began: datetime
    seconds: float = 0.0
    queue: str = ""
    agent: str = ""
    caller: str = ""
    called: str = ""
    state: str = ""
    sha256: str = ""
    on_hold: str = Field(default="", description="Why it must not be erased; empty: it may.")
    erase_after: datetime | None = None


class Hold(Asked):
    """Why a recording must be kept."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"reason": "complaint 1042"}]}
    )

    reason: Annotated[Line, StringConstraints(min_length=1)]


class Box(Resource):
    """A voicemail box."""

    name: str
    number: str = ""
    new: int = 0
    old: int = 0


class VoiceMessage(Resource):
    """A voicemail message."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01J9Z8Q4M2K7",
                    "box": "1001",
                    "at": "2026-03-02T18:15:00Z",
                    "caller": "+48600100200",
                    "seconds": 12.5,
                    "heard": False,
                }
            ]
        },
    )

    id: str
    box: str
    at: datetime
    caller: str = ""
    caller_name: str = ""
    seconds: float = 0.0
    heard: bool = False
    urgent: bool = False
    call: str = ""


class MessageChange(Asked):
    """What is to be changed of a voicemail message."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [{"heard": True}]})

    heard: StrictBool


class CallbackRequest(Resource):
    """Somebody asked to be called back."""

    id: str
    at: datetime
    number: str
    name: str = ""
    box: str = ""
    call: str = ""
    done: datetime | None = None
    done_by: str = ""


class OutboxItem(Resource):
    """Something that is to reach the outside. What is in it is not shown."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "key": "call.ended:01J9Z8Q4M2K7:crm",
                    "channel": "webhook:crm",
                    "state": "waiting",
                    "attempts": 2,
                    "made": "2026-03-02T10:18:00Z",
                }
            ]
        },
    )

    key: str
    channel: str
    state: str
    attempts: int = 0
    made: datetime
    due: datetime | None = None
    done: datetime | None = None
    trouble: str = ""


class AuditItem(Resource):
    """One request that was made to this interface."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01J9Z8Q4M2K7",
                    "at": "2026-03-02T10:18:00Z",
                    "token": "8ZK3T5QW2A",
                    "name": "crm",
                    "source": "127.0.0.1",
                    "method": "PATCH",
                    "path": "/v1/customers/01J9Z8Q4M2K7",
                    "status": 200,
                }
            ]
        },
    )

    id: str
    at: datetime
    token: str = ""
    name: str = ""
    agent: str = ""
    source: str = ""
    method: str
    path: str
    status: int
    code: str = ""


class Me(Resource):
    """The token that asks."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [{"id": "8ZK3T5QW2A", "name": "crm", "scopes": ["customers:read"], "agent": ""}]
        },
    )

    id: str
    name: str
    scopes: tuple[str, ...]
    agent: str = ""
    expires: datetime | None = None


class StreamTicket(Resource):
    """What opens the event stream once, in place of a token: ``/v1/events?ticket=…``."""

    ticket: str
    seconds: int = Field(description="How long it holds.")
