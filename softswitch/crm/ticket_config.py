"""The part of the configuration that belongs to tickets."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints, field_validator

from softswitch.crm.ticket_model import Priority
from softswitch.crm.ticket_titles import check_title
from softswitch.parts import Part

Name = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
Category = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]

DEFAULT_TITLE: Final = "Missed call from %%number%%"


class TicketQueueConfig(Part):
    """A queue of tickets: where those of one kind are kept for whoever works on them.

    ``title`` is that of tickets for which none was written. Without ``categories`` there may be any.
    """

    name: str = Field(default="", max_length=60)
    title: str = DEFAULT_TITLE
    priority: Priority = Priority.NORMAL
    categories: tuple[Category, ...] = ()

    @field_validator("title")
    @classmethod
    def _variables(cls, value: str) -> str:
        check_title(value)
        return value


class TicketsConfig(Part):
    """All queues of tickets, by name."""

    tickets: dict[Name, TicketQueueConfig] = Field(default_factory=dict)
