"""Customers, tickets, orders: who calls, and what about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt, StringConstraints
from pydantic.config import JsonDict

from softswitch.web.resources.base import LINE, Asked, Day, Line, Moment, Name, Number, Resource, Text

FieldValue = Line | bool | float
Fields = dict[Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=LINE)], FieldValue]
Mail = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+$")
]
Language = Annotated[str, StringConstraints(pattern="^([a-z]{2})?$")]
IdentityNumber = Annotated[str, StringConstraints(max_length=20, pattern="^[0-9 -]*$")]

_CUSTOMER: Final[JsonDict] = {
    "name": "Anna Nowak",
    "kind": "person",
    "numbers": ["+48600100200"],
    "emails": ["anna@example.com"],
    "group": "gold",
    "vip": True,
    "keeper": "1001",
    "language": "pl",
}


class Customer(Resource):
    """A person or a company. Identity numbers are masked but for their last four digits."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [{**_CUSTOMER, "id": "01J9Z8Q4M2K7", "version": 3, "pesel": "*******5678"}]
        },
    )

    id: str
    version: int = Field(description="Grows with every change; the ETag is made of it.")
    kind: Literal["person", "company"]
    name: str
    company: str = Field(default="", description="The id of the company that a person belongs to.")
    numbers: tuple[str, ...] = Field(default=(), description="Telephone numbers (E.164), the main one first.")
    emails: tuple[str, ...] = ()
    customer_number: str = ""
    pesel: str = ""
    nip: str = ""
    regon: str = ""
    born: date | None = None
    group: str = ""
    type: str = ""
    vip: bool = False
    keeper: str = Field(default="", description="The account that looks after this customer.")
    fields: dict[str, str | bool | float] = Field(default={}, description="The line's own fields.")
    notes: str = ""
    language: str = ""


class NewCustomer(Asked):
    """A customer to be added."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [_CUSTOMER]})

    kind: Literal["person", "company"] = "person"
    name: Annotated[Line, StringConstraints(min_length=1)]
    company: Name | None = None
    numbers: tuple[Number, ...] = Field(default=(), max_length=20)
    emails: tuple[Mail, ...] = Field(default=(), max_length=20)
    customer_number: Line = ""
    pesel: IdentityNumber = ""
    nip: IdentityNumber = ""
    regon: IdentityNumber = ""
    born: Day | None = None
    group: Line = ""
    type: Line = ""
    vip: StrictBool = False
    keeper: Name | None = None
    fields: Fields = Field(default={}, max_length=100)
    notes: Text = ""
    language: Language = ""


class CustomerChange(Asked):
    """What is to be changed of a customer; what is not given stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [{"vip": True}]})

    name: Annotated[Line, StringConstraints(min_length=1)] | None = None
    company: Name | None = None
    numbers: tuple[Number, ...] | None = Field(default=None, max_length=20)
    emails: tuple[Mail, ...] | None = Field(default=None, max_length=20)
    customer_number: Line | None = None
    pesel: IdentityNumber | None = None
    nip: IdentityNumber | None = None
    regon: IdentityNumber | None = None
    born: Day | None = None
    group: Line | None = None
    type: Line | None = None
    vip: StrictBool | None = None
    keeper: Name | None = None
    fields: Fields | None = Field(default=None, max_length=100)
    notes: Text | None = None
    language: Language | None = None


class CustomerSearch(Asked):
    """Whom to find; of several fields all must hold. In a body, so that no proxy keeps it in its log."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"text": "nowak", "vip": True}]}
    )

    text: Line = Field(default="", description="Part of a name, a number, a mail address, an own field.")
    number: Number | None = Field(default=None, description="A telephone number in any spelling.")
    pesel: IdentityNumber = ""
    nip: IdentityNumber = ""
    regon: IdentityNumber = ""
    customer_number: Line = ""
    vip: StrictBool | None = None


class Contact(Resource):
    """One contact with a customer: a call, a message, a mail, a ticket, a rating."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01J9Z8Q4M2K8",
                    "at": "2026-03-02T10:15:00Z",
                    "kind": "call",
                    "number": "+48600100200",
                    "agent": "1001",
                    "queue": "sales",
                    "result": "completed",
                    "reference": "01J9Z8Q4M2K8",
                }
            ]
        },
    )

    id: str
    at: datetime
    kind: str = Field(description="call, sms, mail, ticket, rating …")
    number: str = ""
    agent: str = ""
    queue: str = ""
    result: str = ""
    reference: str = Field(default="", description="The id of the call, ticket or message.")
    text: str = Field(default="", description="What it was, in a few words.")


class Ticket(Resource):
    """A matter of a customer's that is to be settled."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01J9Z8Q4M2K9",
                    "version": 1,
                    "title": "Parcel has not come",
                    "status": "open",
                    "queue": "complaints",
                    "number": "+48600100200",
                    "priority": "high",
                    "created": "2026-03-02T10:15:00Z",
                }
            ]
        },
    )

    id: str
    version: int = 0
    title: str
    status: str = Field(description="open, in_progress, waiting, solved, closed.")
    priority: str = ""
    category: str = ""
    queue: str = ""
    customer: str = ""
    number: str = Field(default="", description="Who is to be called back.")
    call: str = Field(default="", description="The id of the call it came from.")
    assignee: str = Field(default="", description="The account that works on it.")
    created: datetime
    changed: datetime | None = None


class NewTicket(Asked):
    """A ticket to be opened."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"title": "Parcel has not come", "queue": "sales", "priority": "high"}]
        },
    )

    title: Annotated[Line, StringConstraints(min_length=1)]
    queue: Name
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    category: Line = ""
    customer: Name | None = None
    number: Number | None = None
    call: Name | None = None


class TicketChange(Asked):
    """What is to be changed of a ticket; what is not given stays as it is."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"status": "closed"}]}
    )

    status: Literal["open", "in_progress", "waiting", "solved", "closed"] | None = None
    priority: Literal["low", "normal", "high", "urgent"] | None = None
    category: Line | None = None
    assignee: Line | None = None
    customer: Name | None = None
    note: Text | None = Field(default=None, description="Goes into the ticket's history.")


class Order(Resource):
    """An order of a customer's in a shop."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "shop": "main",
                    "number": "2026/0042",
                    "status": "shipped",
                    "at": "2026-03-01T12:00:00Z",
                    "total": 12345,
                    "currency": "PLN",
                }
            ]
        },
    )

    shop: str
    number: str
    status: str
    at: datetime
    total: int | None = Field(
        default=None, description="In the smallest unit of the currency (grosze, cents); null: not known."
    )
    currency: str = "PLN"
    customer: str = ""
    phone: str = ""
    email: str = ""
    tracking: str = Field(default="", description="What the parcel is followed by.")


class LastOrder(Resource):
    """The newest order of somebody in all shops that answered."""

    order: Order | None = None
    silent_shops: tuple[str, ...] = Field(default=(), description="Shops that have not answered in time.")


class NewOrder(Asked):
    """An order as a shop tells of it."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"status": "shipped", "at": "2026-03-01T12:00:00Z", "total": 12345, "phone": "600100200"}
            ]
        },
    )

    status: Annotated[Line, StringConstraints(min_length=1)]
    at: Moment
    total: StrictInt | None = Field(
        default=None, ge=0, le=10**12, description="In the smallest unit of the currency (grosze, cents)."
    )
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] = "PLN"
    phone: Number | None = None
    email: Mail | None = None
    customer: Name | None = Field(default=None, description="The id of the customer.")
    tracking: Line = ""
