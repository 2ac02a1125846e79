"""Steps that know a caller's last order: ``read_order`` reads it out, ``by_order`` goes by its status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field

from softswitch.ivr.actions.customers import OTHER, UNAVAILABLE, Values, fitting
from softswitch.ivr.desks.shops import LastOrder
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, GoTo, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.prompts import Language, Spoken, Wordings
from softswitch.ivr.recognising import ORDER
from softswitch.ivr.references import BranchName, Kind, ShopName
from softswitch.ivr.visit import Visit

READ: Final = "read"
NO_ORDERS: Final = "no_orders"
STATUS, NUMBER = "ORDER.STATUS", "ORDER.NUMBER"


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


ShopNames = Annotated[
    tuple[ShopName, ...],
    BeforeValidator(_as_list),
    Kind("shop, or a list of them", "sklep albo lista sklepów"),
]


class _OfOrder(Action):
    """Base of the steps that ask for the last order of a caller who is known; of no other they ask."""

    shops: ShopNames = Field(
        default=(), description="The shops that are asked; all unless named.", examples=["[shop]"]
    )
    no_orders: BranchName | None = Field(
        default=None,
        description="The branch of a caller without an order, or who is not known; none hangs up.",
    )
    unavailable: BranchName | None = Field(
        default=None,
        description="The branch when a shop is silent and the others know no order; none is as no_orders.",
    )

    def _without(self) -> dict[str, Outcome]:
        no_orders = lead(self.no_orders, HangUp(EndReason.NO_WAY_ON))
        return {NO_ORDERS: no_orders, UNAVAILABLE: lead(self.unavailable, no_orders)}

    async def _last(self, visit: Visit) -> LastOrder:
        """Ask, and know of the order from then on; of none, where there is none."""
        found = LastOrder()
        if visit.customer:
            async with visit.world.line.comfort():
                found = await visit.world.desks.shops.last(visit.customer, self.shops)
        visit.learn(ORDER, found.variables)
        return found

    def _none(self, found: LastOrder) -> Taken:
        return self.take(UNAVAILABLE, ", ".join(found.silent)) if found.silent else self.take(NO_ORDERS)


class ReadOrder(_OfOrder):
    """Read out the last order of a caller who is known: a text with {{ORDER.NUMBER}}, {{ORDER.STATUS}}.

    A caller who is not known goes the way of no_orders, and nothing personal is spoken.
    """

    example: ClassVar[str] = '- read_order: {text: "Order {{ORDER.NUMBER}}.", no_orders: sales}'
    identifies: ClassVar[frozenset[str]] = frozenset({READ})

    text: Wordings = Field(
        description="The text, or one per language: {pl: ..., en: ...}.",
        examples=['{pl: "Zamówienie {{ORDER.NUMBER}}.", en: "Order {{ORDER.NUMBER}}."}'],
    )
    language: Language | None = Field(default=None, description="Language of a single text.")
    voice: str | None = Field(default=None, description="Name of the voice.")
    barge_in: bool = Field(default=True, description="Whether a key may cut the text short.")
    read: BranchName | None = Field(
        default=None, description="The branch after the text was read; none: the next step."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return the three exits."""
        return {READ: lead(self.read, Next()), **self._without()}

    def prompts(self) -> Iterable[Spoken]:
        """Return the one prompt."""
        return (Spoken.model_construct(text=self.text, language=self.language, voice=self.voice),)

    async def run(self, visit: Visit) -> Taken:
        """Ask and read."""
        found = await self._last(visit)
        if not found.variables:
            return self._none(found)
        barge_in = self.barge_in and visit.key_wanted_later
        await visit.hear(tuple(self.prompts()), barge_in=barge_in)
        return self.take(READ, found.variables.get(NUMBER, ""))


class ByOrder(_OfOrder):
    """Go on by the status of a known caller's last order. The caller hears nothing of it.

    Statuses are as the shop says them; capitals and accents make no difference.
    """

    example: ClassVar[str] = "- by_order: {statuses: {wysłane: sales, opłacone: welcome}, no_orders: sorry}"
    instant: ClassVar[bool] = True

    statuses: Values = Field(
        description="The statuses, each with the branch it leads to.",
        examples=["{wysłane: sales, opłacone: welcome}"],
    )
    other: BranchName | None = Field(
        default=None, description="The branch of any other status; none: the next step."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per status, one for any other, and those without an order."""
        ways: dict[str, Outcome] = {f"value {one}": GoTo(branch) for one, branch in self.statuses.items()}
        return {**ways, OTHER: lead(self.other, Next()), **self._without()}

    async def run(self, visit: Visit) -> Taken:
        """Ask and go."""
        found = await self._last(visit)
        if not found.variables:
            return self._none(found)
        status = found.variables.get(STATUS, "")
        wanted = fitting(status, self.statuses)
        return self.take(OTHER if wanted is None else f"value {wanted}", status)
