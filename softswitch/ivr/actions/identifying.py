"""The step ``identify``: the caller shows who is calling, by what only that customer knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from softswitch.calls.origin import known_party
from softswitch.events import CallerVerified, IdentityLocked, IdentityRefused
from softswitch.ivr import paying_texts as texts
from softswitch.ivr.actions.menus import Seconds
from softswitch.ivr.desks.book import Known
from softswitch.ivr.desks.gate import Person, Shown, Shows
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.prompts import Spoken, Wordings
from softswitch.ivr.questions import masked_keys
from softswitch.ivr.recognising import recognise
from softswitch.ivr.references import BranchName, Kind
from softswitch.ivr.visit import Visit

MOST_TRIES: Final = 3
MOST_FORMS: Final = 2
"""How often one thing is asked again because what was typed cannot be one, before it counts as an answer."""

Factor = Literal["customer_number", "pin", "pesel_last4", "birth_date"]
DIGITS: Final[Mapping[str, int]] = {"customer_number": 20, "pin": 12, "pesel_last4": 4, "birth_date": 8}
"""The most digits of an answer; one of a fixed length ends with its last."""

END: Final = "#"
VARIABLES: Final = ("CUSTOMER_ID", "CUSTOMER_NAME")


def _checked_factors(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    if len(set(factors)) != len(factors):
        raise ValueError("the same thing is asked twice")
    if not set(factors) - {"customer_number"}:
        raise ValueError("a customer number alone proves nothing: ask for pin, pesel_last4 or birth_date too")
    return factors


class Identify(Action):
    """Ask the caller for what only the customer knows, and note who it is.

    A wrong answer never tells which part was wrong. After three of them nobody is checked any more for that
    customer, or from that number, for a quarter of an hour, over a restart too. The agent's phone shows
    ``mark`` behind the label. Everything that is typed is secret in every log.
    """

    identifies: ClassVar[frozenset[str]] = frozenset({"verified"})
    example: ClassVar[str] = "- identify: {factors: [customer_number, pin], refused: sorry, locked: sales}"
    listens: ClassVar[bool] = True

    factors: Annotated[
        tuple[Factor, ...],
        AfterValidator(_checked_factors),
        Kind(
            "list of customer_number, pin, pesel_last4, birth_date",
            "lista: customer_number, pin, pesel_last4, birth_date",
        ),
    ] = Field(
        default=("customer_number", "pin"),
        description="What is asked, in this order; without the customer number the calling number says who.",
        examples=["[customer_number, pin]"],
    )
    tries: int = Field(
        default=MOST_TRIES, ge=1, le=MOST_TRIES, description="How often one may err in a call."
    )
    mark: Wordings = Field(
        default_factory=lambda: {"pl": "zweryfikowany", "en": "verified"},
        validate_default=True,
        description="What the agent's phone shows of a verified caller.",
    )
    first_digit_s: Seconds = Field(default=10.0, description="Wait for the first digit.")
    inter_digit_s: Seconds = Field(default=5.0, description="Wait for each further digit.")
    verified: BranchName | None = Field(
        default=None, description="The branch of a verified caller; none: the next step."
    )
    refused: BranchName | None = Field(default=None, description="The branch of all others; none hangs up.")
    locked: BranchName | None = Field(
        default=None, description="The branch when too many tries were wrong; none is as refused."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return the three exits."""
        refused = lead(self.refused, HangUp(EndReason.NOT_ENTERED))
        return {
            "verified": lead(self.verified, Next()),
            "refused": refused,
            "locked": lead(self.locked, refused),
        }

    def prompts(self) -> Iterable[Spoken]:
        """Return everything that may be said."""
        asked = (texts.ASK_FACTOR[factor] for factor in self.factors)
        said = (texts.MALFORMED, texts.NOT_RIGHT, texts.VERIFIED, texts.LOCKED, texts.UNAVAILABLE)
        return (*asked, *said)

    def languages(self) -> Iterable[str]:
        """Return none: our words are there in several, whatever the tree speaks."""
        return ()

    def variables_set(self) -> Iterable[str]:
        """Return what is known of a verified caller."""
        return VARIABLES

    async def run(self, visit: Visit) -> Taken:
        """Ask until it is right, or until that was tried often enough."""
        locked = await visit.world.desks.gate.locked(_caller(visit))
        if locked is not None:
            return await self._locked(visit, locked)
        with masked_keys(visit):
            try:
                return await self._tried(visit)
            finally:
                visit.flush_keys()

    async def _tried(self, visit: Visit) -> Taken:
        for number in range(1, self.tries + 1):
            typed: dict[str, str] = {factor: await self._answer(visit, factor) for factor in self.factors}
            if not any(typed.values()):
                return self.take("refused", "nothing")
            shows = Shows(typed, _caller(visit))
            person = await visit.world.desks.gate.check(self.factors, shows)
            match person.shown:
                case Shown.VERIFIED:
                    return await self._verified(visit, person)
                case Shown.LOCKED:
                    return await self._locked(visit, person)
                case Shown.UNAVAILABLE:
                    await visit.hear((texts.UNAVAILABLE,), barge_in=False)
                    return self.take("refused", "unavailable")
                case Shown.WRONG:
                    visit.world.record(IdentityRefused(number))
                    visit.flush_keys()
                    await visit.hear((texts.NOT_RIGHT,), barge_in=False)
        return self.take("refused")

    async def _answer(self, visit: Visit, factor: Factor) -> str:
        """Ask for one thing; return what was typed at last, whether or not it can be an answer."""
        typed = ""
        for again in range(MOST_FORMS):
            asked = (texts.MALFORMED, texts.ASK_FACTOR[factor]) if again else (texts.ASK_FACTOR[factor],)
            await visit.hear(asked, barge_in=True)
            typed = await self._digits(visit, DIGITS[factor])
            if visit.world.desks.gate.well_formed(factor, typed):
                return typed
            visit.flush_keys()
        return typed

    async def _digits(self, visit: Visit, most: int) -> str:
        digits = ""
        while len(digits) < most:
            key = await visit.next_key(self.inter_digit_s if digits else self.first_digit_s)
            if key is None or key.digit == END:
                return digits
            digits += key.digit
        visit.expect_late_key(END, self.inter_digit_s)
        return digits

    async def _verified(self, visit: Visit, person: Person) -> Taken:
        visit.world.record(CallerVerified(person.customer, tuple(self.factors)))
        await self._learn(visit, person)
        wording = Spoken.model_construct(text=self.mark, language=None).wording(visit.language, "en")[0]
        visit.mark = visit.fill(wording).logged
        visit.set_variable("CUSTOMER_ID", person.customer)
        visit.set_variable("CUSTOMER_NAME", person.name)
        await visit.hear((texts.VERIFIED,), barge_in=False)
        return self.take("verified", person.customer)

    async def _learn(self, visit: Visit, person: Person) -> None:
        """Know the customer as other steps do; the id and the name at least, if more cannot be read."""
        async with visit.world.line.comfort():
            looked = await visit.world.desks.book.by_id(person.customer)
        recognise(visit, looked.known or _named(person), "identity")

    async def _locked(self, visit: Visit, person: Person) -> Taken:
        visit.world.record(IdentityLocked(60 * person.minutes))
        await visit.hear((texts.LOCKED,), barge_in=False)
        return self.take("locked")


def _named(person: Person) -> Known:
    first, _, last = person.name.rpartition(" ")
    return Known(person.customer, first_name=first, last_name=last)


def _caller(visit: Visit) -> str:
    """Return the number by which wrong tries are counted, "" for who hides it."""
    return known_party(visit.world.facts.caller)
