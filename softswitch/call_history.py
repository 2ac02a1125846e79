"""From calls that are over to the contacts with customers that they were: joins calls and crm.

A pure reader of a call's events, by way of its record; the storage writes what it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from softswitch.calls.record import CallRecord, between, call_record
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind, Way
from softswitch.events import CustomerIdentified, Entry

CAMPAIGN: Final = "campaign"
SUPERVISION: Final = "supervision"
"""What the switch calls for by itself, as the log has it before a colon."""

SERVED: Final = frozenset({"queue", "tree", "voicemail"})
"""Where a call of an account of ours is a customer's call, and no talk among colleagues."""

LONGEST_TEXT: Final = 200
STEP: Final = " › "

Normal = Callable[[str], str | None]
"""Brings a number into the form in which customers' numbers are kept; None for a withheld one."""


def contacts_of(entries: Sequence[Entry], normal: Normal) -> tuple[Contact, ...]:
    """Return the contact with a customer that a call was, whose events these are in order; empty for none.

    A withheld number leaves a contact without a number: who called is known where the call told it.
    """
    if not entries:
        return ()  # What a clean-up has taken meanwhile.
    record = call_record(entries)
    way = _way(record)
    if way is None:
        return ()
    code, _, about = record.made_for.partition(":")
    campaign = about if code == CAMPAIGN else ""
    agent, seconds = _talk(record, way)
    contact = Contact(
        id=f"call:{record.id}",
        kind=ContactKind.CAMPAIGN if campaign else ContactKind.CALL,
        at=record.started,
        number=normal(record.called if way is Way.OUT else record.caller) or "",
        customer=_identified(entries),
        way=way,
        agent=agent,
        queue=record.waits[-1].queue if record.waits else "",
        campaign=campaign,
        result=ANSWERED if seconds is not None else _unanswered(record),
        seconds=round(seconds or 0.0, 1),
        reference=record.id,
        text=_path(record),
    )
    return (contact,) if contact.number or contact.customer or way is Way.IN else ()


def _way(record: CallRecord) -> Way | None:
    """Return which way the call went; None for a call that is no customer's."""
    if record.made_for:
        return None if record.made_for.partition(":")[0] == SUPERVISION else Way.OUT
    if any(leg.is_caller and leg.trunk for leg in record.legs):
        return Way.IN
    if record.routed_kind in SERVED or record.waits:
        return Way.INNER
    if any(leg.trunk for leg in record.legs):
        return Way.OUT
    return None


def _talk(record: CallRecord, way: Way) -> tuple[str, float | None]:
    """Return which of our people had the customer last, and for how long all of them; None for no talk."""
    end = record.ended or record.started
    if record.talks:
        seconds = sum(between(talk.began, talk.ended or end) for talk in record.talks)
        return record.talks[-1].party, seconds
    others = [leg for leg in record.legs if not leg.is_caller and leg.answered is not None]
    if way is Way.OUT and not record.made_for:
        outside = [leg for leg in others if leg.trunk]
        began = outside[0].answered if outside else None
        return record.account, between(began, end) if began is not None else None
    # Of those who answer a customer, the last of our own; a number outside is no agent.
    ours = [leg for leg in others if not leg.trunk]
    began = ours[0].answered if ours else None
    if began is None:
        rung = [leg.party for leg in record.legs if not leg.is_caller and not leg.trunk]
        return (rung[-1] if rung and record.made_for else ""), None
    return ours[-1].party, between(began, end)


def _unanswered(record: CallRecord) -> str:
    """Return what came of a call in which nobody talked: why the wait ended, else the call's own result."""
    return (record.waits[-1].how if record.waits else "") or record.result


def _identified(entries: Sequence[Entry]) -> str:
    found = [entry.event.customer for entry in entries if isinstance(entry.event, CustomerIdentified)]
    return found[-1] if found else ""


def _path(record: CallRecord) -> str:
    text = f"{record.tree}: {STEP.join(record.path)}" if record.path else ""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
