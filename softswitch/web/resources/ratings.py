"""What callers thought of talks."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict, Field

from softswitch.web.resources.base import Resource


class Rating(Resource):
    """What a caller thought of a talk, on a scale from ``lowest`` to ``highest``."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01J9Z8Q4M2K7XW5T3R6P8N0BCD:4711",
                    "call": "01J9Z8Q4M2K7XW5T3R6P8N0BCD",
                    "at": "2026-03-02T10:18:00Z",
                    "queue": "sales",
                    "agent": "1001",
                    "rating": 4,
                    "lowest": 1,
                    "highest": 5,
                }
            ]
        },
    )

    id: str
    call: str
    at: datetime
    queue: str = ""
    agent: str = Field(default="", description="The account that talked.")
    rating: int
    lowest: int
    highest: int


class RatingFigures(Resource):
    """What an agent got in a queue on one scale; marks of different scales are never put together."""

    queue: str = ""
    agent: str = ""
    lowest: int
    highest: int
    count: int
    average: float
    given: dict[str, int] = Field(default={}, description="How often each mark was given.")
