"""Steps that know customers: ``find_customer`` by the number that calls, ``by_customer`` by what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from softswitch.ivr.customer_fields import BranchingField
from softswitch.ivr.desks.book import Looked, Narrow, Search
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import GoTo, Next, Outcome, Taken, lead
from softswitch.ivr.recognising import note
from softswitch.ivr.references import BranchName, Kind, Template
from softswitch.ivr.visit import Visit
from softswitch.sameness import folded, same_value

NUMBER: Final = "number"
"""The field by which this number's customers are found."""

FOUND, NOT_FOUND, UNAVAILABLE = "found", "not_found", "unavailable"
OTHER: Final = "other"
WITHHELD: Final = "withheld"


def checked_values(values: dict[str, str]) -> dict[str, str]:
    """Return what leads somewhere by its value; raise ValueError for none, or for one value twice."""
    if not values:
        raise ValueError("there is no value, so nothing is decided here")
    seen: dict[str, str] = {}
    for value in values:
        if (other := seen.setdefault(folded(value), value)) != value:
            raise ValueError(f"'{other}' and '{value}' are the same: capitals and accents make no difference")
    return values


Values = Annotated[
    dict[str, BranchName],
    AfterValidator(checked_values),
    Kind("values and their branches", "wartości i ich gałęzie"),
]


def fitting(value: object, wanted: Iterable[str]) -> str | None:
    """Return the first of the wanted values that a field has; None for none of them."""
    if value is not None and not isinstance(value, str | int | float | bool):
        return None
    return next((one for one in wanted if same_value(value, one)), None)


class FindCustomer(Action):
    """Find out who calls by the number that calls. The caller hears nothing of it.

    From then on texts know {{CUSTOMER.NAME}} and all the rest. Of several customers with one number
    ``narrow_by`` tells which is meant; where none or more than one is left, nobody is found, for nobody may
    hear what is another's. Nor is anybody found for a withheld number.
    """

    example: ClassVar[str] = "- find_customer: {search: vip, found: sales, not_found: welcome}"
    instant: ClassVar[bool] = True
    identifies: ClassVar[frozenset[str]] = frozenset({FOUND})

    search: Literal["any", "vip"] = Field(
        default="any", description="Whether anybody is looked for or only VIPs."
    )
    narrow_by: BranchingField | None = Field(
        default=None, description="The field that decides between several customers with one number."
    )
    narrow_to: Template | None = Field(default=None, description="What is to stand in that field.")
    found: BranchName | None = Field(
        default=None, description="The branch of a known caller; none: the next step."
    )
    not_found: BranchName | None = Field(
        default=None, description="The branch of an unknown caller; none: the next step."
    )
    unavailable: BranchName | None = Field(
        default=None, description="The branch when it cannot be looked up in time; none is as not_found."
    )

    @model_validator(mode="after")
    def _narrows_by_something(self) -> FindCustomer:
        if (self.narrow_by is None) != (self.narrow_to is None):
            raise ValueError("narrow_by and narrow_to go together: a field, and what is to stand in it")
        return self

    def exits(self) -> Mapping[str, Outcome]:
        """Return the three exits."""
        not_found = lead(self.not_found, Next())
        return {
            FOUND: lead(self.found, Next()),
            NOT_FOUND: not_found,
            UNAVAILABLE: lead(self.unavailable, not_found),
        }

    def templates(self) -> Iterable[str]:
        """Return what is to stand in the narrowing field."""
        return () if self.narrow_to is None else (self.narrow_to,)

    async def run(self, visit: Visit) -> Taken:
        """Look, and note who it is."""
        book, caller = visit.world.desks.book, visit.world.facts.caller
        if not book.number(caller):
            return self.take(NOT_FOUND, WITHHELD)
        narrow = None
        if self.narrow_by is not None and self.narrow_to is not None:
            narrow = Narrow(self.narrow_by, visit.fill(self.narrow_to).text)
        async with visit.world.line.comfort():
            looked = await book.by_number(caller, vip_only=self.search == "vip", narrow=narrow)
        note(visit, looked, NUMBER)
        return self._told(looked)

    def _told(self, looked: Looked) -> Taken:
        if looked.known is not None:
            return self.take(FOUND, looked.known.id)
        if looked.search is Search.UNAVAILABLE:
            return self.take(UNAVAILABLE)
        return self.take(NOT_FOUND, f"{looked.count}" if looked.search is Search.SEVERAL else "")


class ByCustomer(Action):
    """Go on by what a known caller is: by the group, the type or any other field. The caller hears nothing.

    Capitals and accents make no difference; true, tak, yes and 1 are one value, and 1,5 is 1.5. The empty
    value "" is a field without one. A caller who is not known goes the way of all others.
    """

    example: ClassVar[str] = "- by_customer: {field: group, values: {standard: sales, biznes: welcome}}"
    instant: ClassVar[bool] = True

    field: BranchingField = Field(description="The field: group, type, vip, language or one of your own.")
    values: Values = Field(
        description="What may stand in it, each with the branch it leads to.",
        examples=["{standard: sales, biznes: welcome}"],
    )
    default: BranchName | None = Field(
        default=None, description="The branch of all others; none: the next step."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per value, and one for all others."""
        ways: dict[str, Outcome] = {f"value {value}": GoTo(branch) for value, branch in self.values.items()}
        return {**ways, OTHER: lead(self.default, Next())}

    async def run(self, visit: Visit) -> Taken:
        """Compare and go."""
        if visit.known is None:
            return self.take(OTHER, "unknown caller")
        value = fitting(visit.known.value(self.field), self.values)
        return self.take(OTHER, self.field) if value is None else self.take(f"value {value}", self.field)
