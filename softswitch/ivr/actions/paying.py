"""The step ``pay``: a BLIK code typed on the phone and confirmed in the bank's app, or a pay-link."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from pydantic import Field, field_validator

from softswitch.amounts import parsed_amount, spoken_amount, written_amount
from softswitch.ivr import paying_texts as texts
from softswitch.ivr.actions.menus import Seconds
from softswitch.ivr.desks.till import Bill, Charge, Standing
from softswitch.ivr.expressions import Rendered, names_in
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.prompts import Labels, Spoken, worded
from softswitch.ivr.questions import masked_keys
from softswitch.ivr.references import BranchName, Template, Text
from softswitch.ivr.visit import Visit
from softswitch.numerals import has_numbers

CODE_DIGITS: Final = 6
MOST_CODES: Final = 3
CONFIRM_S: Final = 120.0
"""A BLIK request in the bank's app is open for two minutes at most."""

LOOK_EVERY_S: Final = 2.0
"""How often is asked whether the customer has confirmed: it is told two seconds later at most."""

SAY_EVERY_S: Final = 30.0
GIVEN_UP_AFTER_S: Final = 10.0
"""A provider that does not answer is asked for so long beyond the customer's time before nobody knows."""

STOP, WANTS_LINK, YES = "*", "#", "1"

VARIABLE: Final = "payment"
NOT_KNOWN: Final = "not_known"
"""The exit of a payment of which nobody knows yet whether it was made."""

ZLOTY: Final = ("PLN", "ZŁ")
"""How shops call it."""
ORDER_TOTAL, ORDER_CURRENCY = "ORDER.TOTAL", "ORDER.CURRENCY"

LINK_SENT: Final = "link_sent"
SMS, MAIL = "sms:", "mail:"
"""How the names of channels begin."""
CALLER, OWN_ADDRESS = "{{CALL.SRC_NUMBER}}", "{{CUSTOMER.EMAIL}}"
"""Where receipts go unless it is said: as text messages, and as mails."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """What came of asking for a code: the digits, or the key that leads elsewhere, or nothing."""

    digits: str = ""
    key: str = ""


class Pay(Action):
    """Let the caller pay with a BLIK code, and say truthfully what came of it.

    Nobody is charged twice: what has a ``purpose`` is paid for once, and what is not known is found out after
    the call. The digits are secret in every log. The way ``unknown`` is neither paid nor refused.
    """

    example: ClassVar[str] = '- pay: {amount: "123,45", purpose: "{{VARIABLE.ORDER}}", refused: sorry}'
    listens: ClassVar[bool] = True
    own_variables: ClassVar[tuple[str, ...]] = (texts.AMOUNT_VARIABLE,)

    amount: Text = Field(description="The sum in złote, such as 123,45; variables are allowed.")
    purpose: Template = Field(
        default="", description="What is paid for, an order or invoice: it is not paid for twice."
    )
    description: Labels = Field(
        default_factory=dict,
        description="What the customer reads on receipt and link; a text, or one per language.",
    )
    provider: str = Field(default="", description="The name of the provider; none is the line's first.")
    receipt: str = Field(
        default="",
        description="The channel of the receipt, such as sms:main or mail:office; none sends none.",
    )
    receipt_to: Template = Field(
        default="",
        description="The number or address the receipt goes to; none is the number that calls, by mail the "
        "customer's own address.",
    )
    link: str = Field(
        default="", description="The channel of the pay-link, such as sms:main; none offers no link."
    )
    link_to: Template = Field(
        default=CALLER,
        description="The number the pay-link goes to; where no text message can go there, none is offered.",
    )
    codes: int = Field(default=MOST_CODES, ge=1, le=MOST_CODES, description="How many codes may be tried.")
    first_digit_s: Seconds = Field(
        default=30.0, description="Wait for the first digit: the app must be opened first."
    )
    inter_digit_s: Seconds = Field(default=5.0, description="Wait for each further digit.")
    paid: BranchName | None = Field(
        default=None, description="The branch once it is paid; none: the next step."
    )
    refused: BranchName | None = Field(
        default=None, description="The branch when nothing was charged; none hangs up."
    )
    aborted: BranchName | None = Field(
        default=None, description="The branch when the caller has stopped it; none hangs up."
    )
    unknown: BranchName | None = Field(
        default=None, description="The branch while nobody knows whether it is paid; none hangs up."
    )
    link_sent: BranchName | None = Field(
        default=None, description="The branch once a pay-link is on its way; none hangs up."
    )

    @field_validator("amount")
    @classmethod
    def _a_sum(cls, text: str) -> str:
        if not any(names_in(text)):
            parsed_amount(text)
        return text

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per end of a payment."""
        branches = {
            "refused": self.refused,
            "aborted": self.aborted,
            NOT_KNOWN: self.unknown,
            LINK_SENT: self.link_sent,
        }
        return {
            "paid": lead(self.paid, Next()),
            **{name: lead(branch, HangUp(EndReason.HUNG_UP)) for name, branch in branches.items()},
        }

    def never(self) -> Collection[str]:
        """Return the way of a pay-link where none is offered."""
        return () if self.link else (LINK_SENT,)

    @property
    def receipt_goes_to(self) -> str:
        """The number or address of the receipt, in which variables may stand; "" where none is sent."""
        if not self.receipt:
            return ""
        return self.receipt_to or (OWN_ADDRESS if self.receipt.startswith(MAIL) else CALLER)

    def prompts(self) -> Iterable[Spoken]:
        """Return everything that may be said."""
        asked = (texts.AMOUNT, texts.ASK_CODE, texts.CODE_SHORT, texts.CODE_WRONG, texts.CONFIRM, texts.STILL)
        links = (texts.OR_LINK, texts.OFFER_LINK, texts.LINK_COMES) if self.link else ()
        return (*asked, *links, *texts.RESULTS.values(), texts.REFUSED, *texts.REFUSALS.values())

    def templates(self) -> Iterable[str]:
        """Return the texts in which the author's variables may stand."""
        own = (self.amount, self.purpose, *self.description.values(), self.receipt_goes_to, self.link_to)
        return (*super().templates(), *own)

    def languages(self) -> Iterable[str]:
        """Return none: our words are there in several, whatever the tree speaks."""
        return ()

    def variables_set(self) -> Iterable[str]:
        """Return the variable with the payment's number."""
        return (VARIABLE.upper(),)

    async def run(self, visit: Visit) -> Taken:
        """Say the sum, take a code, wait for the customer, say what came of it."""
        amount, fault = self._asked(visit)
        if fault:
            await visit.hear((texts.result(Standing.NOT_TAKEN, ""),), barge_in=False)
            return self.take("refused", fault)
        # All of it is secret: a code may be typed ahead, and typed again while the bank is asked.
        with masked_keys(visit):
            try:
                return await _Paying(self, visit, amount).run()
            finally:
                visit.world.line.background(False)

    def _asked(self, visit: Visit) -> tuple[int, str]:
        """Return the sum, and what keeps it from being taken, "" for nothing."""
        if not visit.knows(self.purpose):
            # A text that stands for whatever is missing would be one purpose for everybody.
            return 0, "no purpose"
        if ORDER_TOTAL in names_in(self.amount) and visit.value(ORDER_CURRENCY).upper() not in ("", *ZLOTY):
            # Only złote are taken: 20 euros are not 20 złote.
            return 0, "currency"
        try:
            return parsed_amount(visit.fill(self.amount).text), ""
        except ValueError:
            return 0, "no amount"


class _Paying:
    """One caller who pays."""

    def __init__(self, step: Pay, visit: Visit, amount: int) -> None:
        self._step = step
        self._visit = visit
        self._line = visit.world.line
        self._till = visit.world.desks.till
        self._amount = amount
        language = visit.language if has_numbers(visit.language) else "en"
        self._own = {texts.AMOUNT_VARIABLE: spoken_amount(amount, language)}
        self._bill = self._made_out(language)

    def _made_out(self, language: str) -> Bill:
        step, visit = self._step, self._visit
        link_to = self._reached(step.link, step.link_to)
        receipt_to = self._reached(step.receipt, step.receipt_goes_to)
        return Bill(
            amount=self._amount,
            provider=step.provider,
            description=visit.shown(worded(step.description, visit.language, visit.tree_language)).logged,
            purpose=_purpose(visit.fill(step.purpose)),
            customer=visit.customer,
            call=visit.world.facts.call,
            language=language,
            receipt=step.receipt if receipt_to else "",
            receipt_to=receipt_to,
            sms=step.link if link_to else "",
            sms_to=link_to,
        )

    def _reached(self, channel: str, to: str) -> str:
        """Return the number or address that a channel can write to, "" for none."""
        # A text that stands for whatever is missing is no address.
        found = self._visit.fill(to).text if channel and self._visit.knows(to) else ""
        if not channel.startswith(SMS):
            return found
        post = self._visit.world.desks.post
        return found if post.can_get_sms(found, channel.removeprefix(SMS)) else ""

    async def run(self) -> Taken:
        await self._say(texts.AMOUNT)
        self._line.background(True)
        charge = await self._till.begin(self._bill)
        try:
            return await self._from(charge)
        finally:
            # What is typed and not read goes while it is secret.
            self._visit.flush_keys()
            self._till.let_go(charge.id)

    async def _from(self, charge: Charge) -> Taken:
        if charge.standing is Standing.UNKNOWN:
            # No code was given, so nothing can be charged: that much is known.
            return await self._end(Charge(Standing.NOT_TAKEN, charge.id, "unavailable"))
        if charge.id:
            self._visit.set_variable(VARIABLE, charge.id)
        ask = texts.ASK_CODE
        for _ in range(self._step.codes):
            if charge.standing is not Standing.WANTS_CODE:
                break
            typed = await self._code(ask)
            if typed.key == STOP:
                return await self._end(await self._till.abort(charge.id, "caller"))
            if typed.key == WANTS_LINK and self._bill.sms:
                return await self._link_instead(charge)
            if len(typed.digits) != CODE_DIGITS:
                ask = texts.CODE_SHORT
                charge = Charge(Standing.WANTS_CODE, charge.id, "no_code")
                continue
            ask = texts.CODE_WRONG
            charge = await self._confirmed(await self._till.submit(charge.id, typed.digits), typed.digits)
            if charge.standing is Standing.WANTS_CODE and charge.reason not in ("", "wrong_code"):
                break  # The provider takes no code at all: another one would be typed in vain.
        if charge.standing is not Standing.WANTS_CODE:
            return await self._end(charge)
        return await self._without_code(charge)

    async def _code(self, ask: Spoken) -> _Typed:
        """Ask for a code and take what is typed."""
        asked = (ask, texts.OR_LINK) if self._bill.sms else (ask,)
        await self._visit.hear(asked, barge_in=True, own=self._own)
        digits = ""
        while len(digits) < CODE_DIGITS:
            key = await self._visit.next_key(self._step.inter_digit_s if digits else self._step.first_digit_s)
            if key is None or key.digit == WANTS_LINK:
                return _Typed(digits, "" if key is None or digits else WANTS_LINK)
            if key.digit == STOP:
                return _Typed("", STOP)
            if key.digit.isdecimal():
                # Some phones have keys A to D, which stand in no code.
                digits += key.digit
        self._visit.expect_late_key(WANTS_LINK, self._step.inter_digit_s)
        return _Typed(digits)

    async def _confirmed(self, charge: Charge, digits: str) -> Charge:
        """Wait until the customer has confirmed, or it has ended otherwise; the caller may stop it."""
        now = self._visit.world.clock.monotonic
        said, until = now(), now() + CONFIRM_S
        if charge.standing is Standing.CONFIRMING:
            await self._visit.hear((texts.CONFIRM,), barge_in=True, own=self._own)
        heard = charge.standing is not Standing.UNKNOWN
        while charge.standing in (Standing.CONFIRMING, Standing.UNKNOWN) or not heard:
            key = await self._visit.next_key(LOOK_EVERY_S)
            if key is not None and key.digit == STOP:
                return await self._till.abort(charge.id, "caller")
            if now() >= until + (0.0 if charge.standing is Standing.CONFIRMING else GIVEN_UP_AFTER_S):
                return _expired(await self._till.abort(charge.id, "expired"))
            if charge.standing is Standing.CONFIRMING and now() - said >= SAY_EVERY_S:
                said = now()
                await self._visit.hear((texts.STILL,), barge_in=True)
            # A code that may not have arrived goes again, under the same key: it counts once.
            again = not heard and charge.standing in (Standing.UNKNOWN, Standing.WANTS_CODE)
            charge = await (self._till.submit(charge.id, digits) if again else self._till.look(charge.id))
            heard = heard or charge.standing is not Standing.UNKNOWN
        return charge

    async def _without_code(self, charge: Charge) -> Taken:
        """End what got no good code; where a link can be sent, it is offered."""
        reason = {"wrong_code": "too_many_codes", "no_code": "no_code"}.get(charge.reason, charge.reason)
        ended = await self._till.abort(charge.id, reason)
        if ended.standing is not Standing.ABORTED:
            return await self._end(ended)
        refused = Charge(Standing.REFUSED, charge.id, reason)
        if not self._bill.sms:
            return await self._end(refused)
        self._visit.flush_keys()
        await self._visit.hear((texts.result(Standing.REFUSED, reason), texts.OFFER_LINK), barge_in=True)
        key = await self._visit.next_key(self._step.inter_digit_s)
        if key is None or key.digit != YES:
            return self._taken(refused)
        return await self._link()

    async def _link_instead(self, charge: Charge) -> Taken:
        ended = await self._till.abort(charge.id, "link")
        return await (self._link() if ended.standing is Standing.ABORTED else self._end(ended))

    async def _link(self) -> Taken:
        linked = await self._till.link(self._bill)
        try:
            if linked.standing is not Standing.CONFIRMING:
                silent = linked.standing is Standing.UNKNOWN
                return await self._end(
                    Charge(Standing.NOT_TAKEN, linked.id, "unavailable") if silent else linked
                )
            self._visit.set_variable(VARIABLE, linked.id)
            await self._say(texts.LINK_COMES)
            return self._step.take(LINK_SENT, written_amount(self._amount))
        finally:
            self._till.let_go(linked.id)

    async def _end(self, charge: Charge) -> Taken:
        self._line.background(False)
        await self._say(texts.result(charge.standing, charge.reason))
        return self._taken(charge)

    def _taken(self, charge: Charge) -> Taken:
        ways = {
            Standing.PAID: "paid",
            Standing.ALREADY_PAID: "paid",
            Standing.ABORTED: "aborted",
            Standing.UNKNOWN: NOT_KNOWN,
            Standing.ALREADY_OPEN: NOT_KNOWN,
        }
        detail = charge.reason if charge.standing is not Standing.PAID else ""
        sum_ = written_amount(self._amount)
        return self._step.take(ways.get(charge.standing, "refused"), f"{sum_}: {detail}" if detail else sum_)

    async def _say(self, text: Spoken) -> None:
        await self._visit.hear((text,), barge_in=False, own=self._own)


def _purpose(filled: Rendered) -> str:
    """Return what is paid for; of what is secret only a hash, which is the same for the same."""
    if not filled.private:
        return filled.text
    return f"secret {hashlib.sha256(filled.text.encode()).hexdigest()[:32]}"


def _expired(charge: Charge) -> Charge:
    """Return what was called off for its time as what it is to the caller: not paid in time."""
    return Charge(Standing.REFUSED, charge.id, "expired") if charge.standing is Standing.ABORTED else charge
