"""The world outside for simulated calls: tickets, messages and other systems, as the scene has them.

What is done there shows as an :class:`~softswitch.ivr.transcript.Effect` of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from softswitch.events import TicketAsked
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.clerk import Wanted
from softswitch.ivr.desks.post import Letter, Posted, Sent, key_of
from softswitch.ivr.desks.wires import Question, Reply
from softswitch.ivr.expressions import Lookup, Value
from softswitch.ivr.simulated.given import PostGiven, ReplyGiven
from softswitch.ivr.simulated.passing import Done, Passing
from softswitch.ivr.transcript import Dialled, Effect, Moment, Waited

HOME: Final = "PL"
"""Where numbers without a country are, in simulated calls."""
LIMIT_S: Final = 5.0
"""How long other systems are waited for unless the step says; that of connections stands elsewhere."""
_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_NOT_REACHED: Final = frozenset({WaitEnd.FULL, WaitEnd.EMPTY})
"""Ends of waits that never began."""

Template = Callable[[str, Letter, Lookup], Mapping[str, str]]
"""Gives what the template of a letter says as an ``sms`` or a ``mail``."""

SMS: Final = "sms"
MAIL: Final = "mail"


def _no_text(kind: str, letter: Letter, variables: Lookup) -> Mapping[str, str]:
    return {}


def outside_desks(
    post: PostGiven,
    replies: Mapping[str, ReplyGiven],
    passing: Passing,
    done: Done,
    template: Template = _no_text,
) -> Desks:
    """Return the desks that lead outside; the others are those of a switch without them."""
    return Desks(
        clerk=SimulatedClerk(done, works=post.tickets),
        post=SimulatedPost(post, done, template),
        wires=SimulatedWires(replies, passing, done),
    )


class SimulatedClerk:
    """See :class:`softswitch.ivr.desks.clerk.Clerk`. Any queue of tickets will do, unless none ``works``."""

    def __init__(self, done: Done, *, works: bool = True) -> None:
        self._done = done
        self._works = works
        self._made: set[str] = set()

    def asked(self, wanted: Wanted) -> TicketAsked | None:
        """Make the ticket, once for each step; one that is only promised is made at the end of the call."""
        if not self._works:
            return None
        event = TicketAsked(
            step=wanted.step,
            queue=wanted.queue,
            title=wanted.title,
            priority=wanted.priority,
            category=wanted.category,
            number=wanted.number,
            at_once=wanted.at_once,
            customer=wanted.customer,
        )
        if wanted.at_once and wanted.step not in self._made:
            self._made.add(wanted.step)
            self._done(_ticket(event))
        return event


def kept_promises(moments: Iterable[Moment]) -> Iterator[Effect]:
    """Yield the tickets that follow when a call has ended: its caller has reached nobody.

    The same as :data:`softswitch.crm.ticket_model.PROMISES` has it for real calls.
    """
    promised: dict[str, TicketAsked] = {}
    made: set[str] = set()
    for moment in moments:
        match moment.event:
            case TicketAsked(step=step, at_once=True):
                made.add(step)
            case TicketAsked(step=step) as event:
                promised[step] = event
            case Dialled(result=DialResult.ENDED_BY_CALLEE):
                promised.clear()
            case Waited(end=end) if end is None or end.how not in _NOT_REACHED:
                promised.clear()
    yield from (_ticket(event) for step, event in promised.items() if step not in made)


def _ticket(event: TicketAsked) -> Effect:
    facts = {
        "queue": event.queue,
        "title": event.title,
        "priority": event.priority,
        "category": event.category,
        "number": event.number,
        "customer": event.customer,
    }
    return Effect("ticket", facts)


class SimulatedPost:
    """See :class:`softswitch.ivr.desks.post.Post`. Everything goes out unless the scene says otherwise."""

    def __init__(self, given: PostGiven, done: Done, template: Template = _no_text) -> None:
        self._given = given
        self._done = done
        self._template = template
        self._keys: set[str] = set()

    def can_get_sms(self, number: str, by: str = "") -> bool:
        """Tell whether it is a mobile number of any country."""
        return bool(_mobile(number))

    async def sms(self, letter: Letter, variables: Lookup) -> Posted:
        """Send it, once."""
        number = _mobile(letter.to)
        if not number:
            return Posted(Sent.NO_ADDRESS)
        return self._posted(SMS, letter, {"to": number, **self._said(SMS, letter, variables)})

    async def mail(self, letter: Letter, variables: Lookup) -> Posted:
        """Send it, once."""
        if "@" not in letter.to:
            return Posted(Sent.NO_ADDRESS)
        return self._posted(MAIL, letter, {"to": letter.to, **self._said(MAIL, letter, variables)})

    def _said(self, kind: str, letter: Letter, variables: Lookup) -> Mapping[str, str]:
        if not letter.template:
            return {"text": letter.text}
        return self._template(kind, letter, variables)

    def _posted(self, kind: str, letter: Letter, facts: Mapping[str, str]) -> Posted:
        if not self._given.works:
            return Posted(Sent.ERROR, "not_stored")
        key = key_of(letter, letter.by, letter.template, *facts.values())
        if key not in self._keys:
            self._keys.add(key)
            self._done(Effect(kind, {**facts, "from": letter.by, "template": letter.template}))
        return Posted(Sent.SENT)


def _mobile(number: str) -> str:
    """Return a mobile number in E.164, "" for what is none."""
    try:
        parsed = phonenumbers.parse(number, HOME)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) not in _MOBILE:
        return ""
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


class SimulatedWires:
    """See :class:`softswitch.ivr.desks.wires.Wires`. What the scene does not know answers with nothing."""

    def __init__(self, replies: Mapping[str, ReplyGiven], passing: Passing, done: Done) -> None:
        self._replies = replies
        self._passing = passing
        self._done = done

    async def ask(self, question: Question, variables: Lookup) -> Reply:
        """Answer as the scene says, after as long as it says, or not within the limit."""
        own = question.own or {}
        name = question.connection or str(own["url"])
        given = self._replies.get(name) or ReplyGiven()
        self._done(Effect("request", {"to": name, "method": str(own.get("method", ""))}))
        limit_s = question.limit_s or LIMIT_S
        if given.after > limit_s:
            await self._passing(limit_s)
            return Reply(fault="timed_out")
        await self._passing(given.after)
        if given.fault:
            return Reply(given.fault, given.status)
        found = {name.upper(): Value(text) for name, text in given.answers.items()}
        for variable, taken in own.get("answer", {}).items():
            if variable.upper() not in found and taken["default"] is None and given.answers:
                return Reply(fault="broken_answer")
            found.setdefault(variable.upper(), Value(taken["default"] or "", taken["private"]))
        return Reply(variables=found)
