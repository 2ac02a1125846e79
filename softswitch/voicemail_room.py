"""Voicemail as it stands in a switch: joined with people, their lamps, the outbox and the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from softswitch.back_office import BackOffice
from softswitch.call_centre import Around
from softswitch.calls.speaking import Speaking
from softswitch.config import Config
from softswitch.crm import service as crm
from softswitch.features.config import ForwardConfig, NoAnswerConfig, PersonConfig
from softswitch.ivr.context import SayText
from softswitch.outbox.model import State
from softswitch.presence.mailboxes import Counts
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.request_store import RequestStore
from softswitch.storage.voicemail_store import VoicemailStore
from softswitch.voicemail.config import OWN_BOX, VoicemailConfig
from softswitch.voicemail.files import Files
from softswitch.voicemail.letters import Customers
from softswitch.voicemail.requests import Tickets
from softswitch.voicemail.service import Means, Voicemail
from softswitch.voicemail.texts import Text, language_of, phrase
from softswitch.voicemail.upkeep import Sent
from softswitch.voicemail.voice import BoxVoice
from softswitch.voices import Voices

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Outside:
    """What voicemail may ask of other rooms: who customers are, and for tickets."""

    customers: Customers | None = None
    tickets: Tickets | None = None


@dataclass(frozen=True, slots=True)
class KnownCallers:
    """Who callers are among our customers. Implements :class:`softswitch.voicemail.letters.Customers`."""

    customers: crm.Customers

    async def name_of(self, number: str) -> str:
        """Return what the one customer of a number is called, "" for nobody, or for several."""
        found = (await self.customers.find_by_number(number)).one
        return "" if found is None else found.name


@dataclass(frozen=True, slots=True)
class OutboxPost:
    """What has become of mails. Implements :class:`softswitch.voicemail.upkeep.Post`."""

    outbox: OutboxStore

    async def sent(self, keys: Sequence[str]) -> Sent:
        """Return what has become of deliveries, taken together."""
        posted = [await self.outbox.find(key) for key in keys]
        if any(one is None for one in posted):
            return Sent.UNKNOWN
        states = {one.state for one in posted if one is not None}
        if states == {State.DELIVERED}:
            return Sent.DELIVERED
        return Sent.FAILED if states & {State.REFUSED, State.EXPIRED} else Sent.WAITING


def build_voicemail(
    around: Around,
    database: Database,
    office: BackOffice,
    voices: Voices,
    *,
    tone: Callable[[], int],
    show: Callable[[str, Counts], None],
    outside: Outside | None = None,
) -> Voicemail:
    """Build it; nothing runs yet. ``tone`` gives the media room's number of the tone, ``show`` sets lamps."""
    config, clock, outside = around.config.voicemail, around.clock, outside or Outside()
    return Voicemail(
        config,
        Means(
            store=VoicemailStore(database, clock),
            requests=RequestStore(database, clock),
            files=Files(around.config.home, config.least_free_mb * MEBIBYTE),
            voice=BoxVoice(Speaking(voices), voices, tone),
            show=show,
            log=around.log,
            clock=clock,
            post=OutboxPost(office.outbox),
            account=around.accounts.get,
            leads_to=around.leads_to,
            wake=office.dispatcher.wake,
            customers=outside.customers,
            tickets=outside.tickets,
            comparable=around.dialler.exits.comparable,
        ),
    )


def with_boxes(config: Config) -> Mapping[str, PersonConfig]:
    """Return what people wish, with the boxes of those who have one in the place of no wish.

    Who switches a forwarding off by its code is not sent to the box either.
    """
    boxes = config.voicemail.boxes
    return {
        user: _with_box(person, config.voicemail, user) if user in boxes else person
        for user, person in config.accounts.items()
    }


def _with_box(person: PersonConfig, config: VoicemailConfig, user: str) -> PersonConfig:
    box, forward = config.boxes[user], person.forward
    taken = ForwardConfig(
        always=forward.always,
        busy=forward.busy or (OWN_BOX if "busy" in box.takes else None),
        no_answer=forward.no_answer
        or (NoAnswerConfig(to=OWN_BOX, after=box.after) if "no_answer" in box.takes else None),
        unreachable=forward.unreachable or (OWN_BOX if "unreachable" in box.takes else None),
    )
    return person.model_copy(update={"forward": taken})


def said_in_voicemail(config: Config) -> Iterator[SayText]:
    """Yield what voicemail says that is known before anybody calls, in each language that is spoken to."""
    room = config.voicemail
    parts = [*room.boxes.values(), *room.requests.values()]
    languages: set[str] = {part.language for part in parts}
    if parts:
        languages |= {language_of(one.language) for one in config.accounts.values() if one.language}
    for language in sorted(languages):
        fixed = (phrase(text, language) for text in Text if "{" not in text.value[0])
        yield from (SayText(one.text, one.language) for one in fixed)
    for name, box in room.boxes.items():
        account = config.accounts.get(name)
        called = box.name or (account.name if account is not None else "")
        for text in (Text.GREETING_OF, Text.GREETING_BUSY_OF) if called else ():
            said = phrase(text, box.language, name=called)
            yield SayText(said.text, said.language)
        for greeting in (box.unavailable, box.busy, box.temporary):
            if greeting is not None and greeting.text:
                yield SayText(greeting.text, box.language)
