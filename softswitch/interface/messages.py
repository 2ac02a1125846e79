"""Text messages for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.sms_rules import EMPTY, TOO_LONG
from softswitch.message_room import NO_GATEWAY, NO_TEMPLATE, NO_TEXT, Outgoing, TextMessages
from softswitch.outbox.model import State
from softswitch.storage.message_store import Sent, TextMessage
from softswitch.web.errors import Fault, NotThere, Unacceptable
from softswitch.web.resources.line import Message, MessageTemplate, NewMessage

_STATES: Final[Mapping[State | None, str]] = {
    State.WAITING: "waiting",
    State.SENDING: "waiting",
    State.DELIVERED: "sent",
    State.REFUSED: "refused",
    State.EXPIRED: "expired",
    None: "unknown",
}
_FIELDS: Final = {
    NO_GATEWAY: "gateway",
    NO_TEMPLATE: "template",
    NO_TEXT: "text",
    EMPTY: "text",
    TOO_LONG: "text",
}
"""Which field is at fault; else it is the number."""


@dataclass(frozen=True, slots=True)
class LineMessages:
    """Implements :class:`softswitch.web.services.Messages`."""

    messages: TextMessages

    async def send(self, number: str, new: NewMessage, *, agent: str, by: str) -> Message:
        """See Messages."""
        out = Outgoing(
            number=number,
            text=new.text or "",
            template=new.template or "",
            call=new.call or "",
            agent=agent,
            gateway=new.gateway or "",
            sent_by=by,
        )
        try:
            sent = await self.messages.send(out)
        except SmsRefused as error:
            where = f"body.{_FIELDS.get(error.why, 'number')}"
            raise Unacceptable(
                "The text message cannot be sent.", faults=(Fault(where, str(error)),)
            ) from error
        return _shown(Sent(sent, State.WAITING))

    async def get(self, message: str) -> Message:
        """See Messages."""
        found = await self.messages.store.find(message)
        if found is None:
            raise NotThere(f"There is no message {message}.")
        return _shown(found)

    async def of_call(self, call: str) -> Sequence[Message]:
        """See Messages."""
        return [_shown(one) for one in await self.messages.store.of_call(call)]

    def templates(self) -> Sequence[MessageTemplate]:
        """See Messages."""
        return [MessageTemplate(name=name, text=text) for name, text in self.messages.templates.items()]


def _shown(sent: Sent) -> Message:
    one: TextMessage = sent.message
    return Message(
        id=one.id,
        call=one.call,
        template=one.template,
        state=_STATES[sent.state],
        at=one.at,
        by=one.sent_by,
        reason=sent.trouble,
    )
