"""Joins voice menus with templates, the rules of text messages, and the outbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from softswitch.clock import Clock
from softswitch.integrations import sms_rules as why
from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.letters import address
from softswitch.integrations.sms_rules import SmsRules
from softswitch.integrations.template_config import TemplateConfig
from softswitch.integrations.templates import Lookup as OpenLookup
from softswitch.ivr.desks.post import Letter, Posted, Sent, key_of
from softswitch.ivr.expressions import Lookup
from softswitch.outbox.messages import mails
from softswitch.outbox.model import Delivery

logger = logging.getLogger(__name__)

KEPT_WITHIN_S: Final = 5.0
"""How long a caller waits until a message is kept; what takes longer may not be promised."""

NO_SENDER: Final = "no_sender"
NO_TEMPLATE: Final = "no_template"
NOT_STORED: Final = "not_stored"

_ALSO_CALLED: Final = {"CUSTOMER.COMPANY": "CUSTOMER.COMPANY_NAME", "CUSTOMER.NUMBER": "CUSTOMER.ID"}
"""What texts of mails call otherwise than menus do."""

Keep = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Writes deliveries into the outbox; one whose key is known is left out."""
KeepText = Callable[[Letter, str, str, str], Awaitable[None]]
"""Writes down a text message, once for its key: the letter, its sender, the number it goes to, the text."""


def known_of(letter: Letter, variables: Lookup, now: datetime) -> OpenLookup:
    """Return what gives templates the values of a call; ``now`` is as the clock on the wall shows it."""
    own = {"CALL.ID": letter.call, "CALL.DATE": f"{now:%Y-%m-%d}", "CALL.TIME": f"{now:%H:%M}"}

    def known(name: str) -> str | None:
        if name in own:
            return own[name]
        found = variables(_ALSO_CALLED.get(name, name))
        return None if found is None else found.text

    return known


class TreePost:
    """Implements :class:`~softswitch.ivr.desks.post.Post`: what is sent is kept in the outbox first.

    ``senders`` are those of text messages with their rules, ``mailboxes`` the names of mailboxes; the first
    of each is the line's own. ``wake`` tells the outbox that there is something. Whoever hangs up while a
    message is being kept gets it all the same: :meth:`run` waits for that at the end.
    """

    def __init__(
        self,
        templates: Mapping[str, TemplateConfig],
        *,
        senders: Mapping[str, SmsRules],
        mailboxes: Sequence[str],
        keep: Keep,
        keep_text: KeepText,
        wake: Callable[[], None],
        clock: Clock,
        zone: tzinfo,
    ) -> None:
        self._templates = templates
        self._senders = senders
        self._mailboxes = mailboxes
        self._keep = keep
        self._keep_text = keep_text
        self._wake = wake
        self._clock = clock
        self._zone = zone
        self._keeping: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Wait until cancelled, then until everything that was begun is kept."""
        try:
            await asyncio.Event().wait()
        finally:
            while self._keeping:
                await asyncio.gather(*self._keeping, return_exceptions=True)

    def can_get_sms(self, number: str, by: str = "") -> bool:
        """See :class:`~softswitch.ivr.desks.post.Post`."""
        rules = self._sender(by)[1]
        if rules is None:
            # That nobody sends is told by sending, and is no reason to ask for another number.
            return True
        try:
            rules.number(number)
        except SmsRefused:
            return False
        return True

    async def sms(self, letter: Letter, variables: Lookup) -> Posted:
        """See :class:`~softswitch.ivr.desks.post.Post`."""
        name, rules = self._sender(letter.by)
        if rules is None:
            return self._cannot(NO_SENDER, letter.by)
        text = letter.text
        if letter.template:
            template = self._templates.get(letter.template)
            if template is None or not template.sms.strip():
                return self._cannot(NO_TEMPLATE, letter.template)
            text = template.message(self._known(letter, variables), letter.language)
        try:
            number = rules.number(letter.to)
            rules.text(text)
        except SmsRefused as error:
            nobody = error.why in (why.NO_NUMBER, why.LANDLINE, why.ABROAD)
            return Posted(Sent.NO_ADDRESS if nobody else Sent.ERROR, error.why)
        told = replace(letter, key=key_of(letter, name, text))
        return await self._kept(self._keep_text(told, name, number, text))

    async def mail(self, letter: Letter, variables: Lookup) -> Posted:
        """See :class:`~softswitch.ivr.desks.post.Post`."""
        mailbox = letter.by or next(iter(self._mailboxes), "")
        if mailbox not in self._mailboxes:
            return self._cannot(NO_SENDER, letter.by)
        template = self._templates.get(letter.template)
        if template is None or not template.text.strip():
            return self._cannot(NO_TEMPLATE, letter.template)
        try:
            people = tuple(address(one) for one in letter.to.split(","))
        except ValueError:
            # The sentence would quote the address.
            return Posted(Sent.NO_ADDRESS)
        at = self._clock.wall().isoformat(timespec="seconds")
        mail = template.mail(self._known(letter, variables), people, written=at, language=letter.language)
        key = key_of(letter, mailbox, mail.subject, mail.text, mail.html)
        return await self._kept(self._keep(mails(key, f"mail:{mailbox}", mail)))

    def _sender(self, by: str) -> tuple[str, SmsRules | None]:
        name = by or next(iter(self._senders), "")
        return name, self._senders.get(name)

    def _cannot(self, reason: str, name: str) -> Posted:
        logger.error("a menu cannot write to anybody: %s %r", reason, name)
        return Posted(Sent.ERROR, reason)

    def _known(self, letter: Letter, variables: Lookup) -> OpenLookup:
        return known_of(letter, variables, self._clock.wall().astimezone(self._zone))

    async def _kept(self, writing: Awaitable[None]) -> Posted:
        keeping = asyncio.get_running_loop().create_task(self._put(writing))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        try:
            async with asyncio.timeout(KEPT_WITHIN_S):
                await asyncio.shield(keeping)
        except TimeoutError:
            # It was not promised, so it is not to go out either.
            keeping.cancel()
            logger.error("a menu's message is not kept: the database takes too long")
            return Posted(Sent.ERROR, NOT_STORED)
        except Exception as error:  # noqa: BLE001 - told, without what a statement of the database held
            logger.error("a menu's message is not kept: %s", type(error).__name__)
            return Posted(Sent.ERROR, NOT_STORED)
        return Posted(Sent.SENT)

    async def _put(self, writing: Awaitable[None]) -> None:
        await writing
        self._wake()
