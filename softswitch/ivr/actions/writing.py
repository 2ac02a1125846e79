"""Steps that write to somebody: a text message, a mail. Both go out once, also if the caller hangs up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field, model_validator

from softswitch.ivr.actions.digits import Gather
from softswitch.ivr.desks.post import Letter, Posted, Sent
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.prompts import GrowingPrompt, Spoken, Wordings
from softswitch.ivr.references import BranchName, Kind, Template, Text
from softswitch.ivr.visit import Visit

NO_MOBILE: Final = "no_mobile"
NO_ADDRESS: Final = "no_address"
SENT: Final = "sent"
ERROR: Final = "error"

NO_NAME: Final = "no_name"
"""Why nothing is sent where a variable that names template or sender has no value."""

ASKED_NUMBER: Final = "SMS_NUMBER"
"""The variable with the number that a caller has typed."""
SHORTEST_NUMBER, LONGEST_NUMBER = 9, 15
"""Digits of a mobile number: a Polish one, and the longest of all (ITU-T E.164 §6)."""

SenderName = Annotated[Template, Kind("name of a sender", "nazwa nadawcy")]
MailboxName = Annotated[Template, Kind("name of a mailbox", "nazwa skrzynki")]
TemplateName = Annotated[Template, Kind("name of a template", "nazwa szablonu")]
"""Variables may stand in all: ``offer_{{CALL.LANGUAGE}}``. A name that nothing has leads to ``error``."""


def _key(visit: Visit, kind: str, to: str) -> str:
    """Return what tells a step's messages to somebody from all others: the call, the step, and who it is."""
    return f"menu:{visit.world.facts.call}:{visit.place}:{kind}:{to}"


class Sms(Action):
    """Send a text message through the configured gateway, to the caller unless said otherwise.

    It is kept first and goes out once, also if the caller hangs up or the gateway is down for a while: that
    it is on its way may be promised. Passed again, the step sends only what says something else. A landline
    or withheld number cannot get one: with ``ask_number`` the caller is asked for a mobile number, which
    becomes {{VARIABLE.SMS_NUMBER}}.
    """

    bare_parameter: ClassVar[str | None] = "text"
    example: ClassVar[str] = '- sms: {text: "Our offer: https://example.com/o", no_mobile: sorry}'

    text: Wordings | None = Field(default=None, description="The text, or one per language.")
    template: TemplateName = Field(
        default="", description="A template of the configuration instead of text; variables are allowed."
    )
    to: Template = Field(default="{{CALL.SRC_NUMBER}}", description="The number it goes to.")
    sender: SenderName = Field(
        default="", description="The sender, as the configuration calls it; none is the first."
    )
    ask_number: GrowingPrompt | None = Field(
        default=None, description="The question for a mobile number where there is none; none asks nothing."
    )
    tries: int = Field(default=2, ge=1, le=5, description="How often it is asked for a mobile number.")
    sent: BranchName | None = Field(
        default=None, description="The branch once it is on its way; none: the next step."
    )
    no_mobile: BranchName | None = Field(
        default=None, description="The branch where there is no mobile number; none hangs up."
    )
    error: BranchName | None = Field(
        default=None, description="The branch where it cannot be sent; none hangs up."
    )

    @model_validator(mode="after")
    def _one_text(self) -> Sms:
        if (self.text is None) == (not self.template):
            raise ValueError("a text message needs one of text and template")
        return self

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per end."""
        return {
            SENT: lead(self.sent, Next()),
            NO_MOBILE: lead(self.no_mobile, HangUp(EndReason.NO_WAY_ON)),
            ERROR: lead(self.error, HangUp(EndReason.NO_WAY_ON)),
        }

    def prompts(self) -> Iterable[Spoken]:
        """Return the question for a number."""
        return self.ask_number or ()

    def templates(self) -> Iterable[str]:
        """Return the texts in which variables may stand."""
        return (*super().templates(), *(self.text or {}).values(), self.to, self.template, self.sender)

    def variables_set(self) -> Iterable[str]:
        """Return the variable with a number that was asked for."""
        return (ASKED_NUMBER,) if self.ask_number is not None else ()

    def open_texts(self) -> Iterable[str]:
        """Return the text."""
        return (self.text or {}).values()

    async def run(self, visit: Visit) -> Taken:
        """Find a number, and send it there."""
        sender, template = visit.named(self.sender).text, visit.named(self.template).text
        if (self.sender and not sender) or (self.template and not template):
            # A variable had no value: neither the first sender nor an empty text is meant then.
            return self.take(ERROR, NO_NAME)
        to = await self._number(visit, sender)
        if not to:
            return self.take(NO_MOBILE)
        text = visit.written(self._wording(visit))
        call = visit.world.facts.call
        letter = Letter(_key(visit, "sms", to), to, sender, text, template, call, visit.language)
        async with visit.world.line.comfort():
            posted = await visit.world.desks.post.sms(letter, visit.look_up_openly)
        return self._taken(posted)

    def _taken(self, posted: Posted) -> Taken:
        exits = {Sent.SENT: SENT, Sent.NO_ADDRESS: NO_MOBILE, Sent.ERROR: ERROR}
        return self.take(exits[posted.how], posted.reason)

    def _wording(self, visit: Visit) -> str:
        return "" if self.text is None else Spoken(text=self.text).wording(visit.language, visit.language)[0]

    async def _number(self, visit: Visit, sender: str) -> str:
        """Return the number that gets it, "" for none."""
        post = visit.world.desks.post
        to = visit.fill(self.to).text
        if post.can_get_sms(to, sender):
            return to
        for _ in range(self.tries if self.ask_number is not None else 0):
            question = Gather.model_construct(
                prompt=self.ask_number, variable=ASKED_NUMBER, min=SHORTEST_NUMBER, max=LONGEST_NUMBER
            )
            if (await question.run(visit)).exit != "entered":
                continue
            typed = visit.value(f"VARIABLE.{ASKED_NUMBER}")
            if post.can_get_sms(typed, sender):
                return typed
        return ""


class Mail(Action):
    """Send a mail of a template, from one of the line's mailboxes, to the customer unless said otherwise.

    It is kept first and goes out once, also if the caller hangs up or the server is down for a while. Passed
    again, the step sends only what says something else.
    """

    bare_parameter: ClassVar[str | None] = "template"
    example: ClassVar[str] = "- mail: {template: offer, mailbox: office, no_address: sorry}"

    template: TemplateName = Field(
        min_length=1, description="The template, as the configuration calls it; variables are allowed."
    )
    mailbox: MailboxName = Field(
        default="", description="The mailbox it comes from, as the configuration calls it; none is the first."
    )
    to: Text = Field(
        default="{{CUSTOMER.EMAIL}}",
        description="The address, or several between commas; the customer's own unless given.",
    )
    sent: BranchName | None = Field(
        default=None, description="The branch once it is on its way; none: the next step."
    )
    no_address: BranchName | None = Field(
        default=None, description="The branch where no address is known; none hangs up."
    )
    error: BranchName | None = Field(
        default=None, description="The branch where it cannot be sent; none hangs up."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per end."""
        return {
            SENT: lead(self.sent, Next()),
            NO_ADDRESS: lead(self.no_address, HangUp(EndReason.NO_WAY_ON)),
            ERROR: lead(self.error, HangUp(EndReason.NO_WAY_ON)),
        }

    def templates(self) -> Iterable[str]:
        """Return the address and the names, which may hold variables."""
        return (self.to, self.template, self.mailbox)

    async def run(self, visit: Visit) -> Taken:
        """Send it."""
        # A text that stands for whatever is missing is no address.
        to = visit.fill(self.to).text if visit.knows(self.to) else ""
        if not to:
            return self.take(NO_ADDRESS)
        mailbox, template = visit.named(self.mailbox).text, visit.named(self.template).text
        if not template or (self.mailbox and not mailbox):
            return self.take(ERROR, NO_NAME)
        call = visit.world.facts.call
        letter = Letter(_key(visit, "mail", to), to, mailbox, "", template, call, visit.language)
        async with visit.world.line.comfort():
            posted = await visit.world.desks.post.mail(letter, visit.look_up_openly)
        return self.take(posted.how.value, posted.reason)
