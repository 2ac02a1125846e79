"""The queue part of a call, as ``softswitch call ID`` shows it: waits, offers with why, segments of talk."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.calls.record import between
from softswitch.calls.waits import OfferRecord, TalkRecord, WaitRecord
from softswitch.calls.why import lasting
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.words import queue_word


def wait_rows(wait: WaitRecord, language: str) -> Iterator[str]:
    """Yield a line for a wait, and one for each time its caller was offered to somebody."""
    polish = language == POLISH
    queue, how = printable(wait.queue), printable(queue_word(wait.how, language)) if wait.how else "…"
    if wait.refused:
        yield f"{queue}: {how}{_onward(wait.to)}"
        return
    before = f", {'wcześniejszych' if polish else 'ahead'} {wait.ahead}"
    if wait.priority:
        before += f", {'priorytet' if polish else 'priority'} {wait.priority}"
    agent = f": {printable(wait.agent)}" if wait.agent else ""
    time = f"{'czekanie' if polish else 'waited'} {lasting(wait.waited)}"
    yield f"{queue}: {time}{before}; {how}{agent}{_onward(wait.to)}"
    for offer in wait.offers:
        yield f"  {_offer(offer, wait, language)}"


def _onward(to: str) -> str:
    return f" > {printable(to)}" if to else ""


def _offer(offer: OfferRecord, wait: WaitRecord, language: str) -> str:
    polish = language == POLISH
    since = lasting(between(wait.entered, offer.at))
    why = queue_word(offer.strategy, language)
    others = [printable(one) for one in offer.candidates if one != offer.agent]
    if others:
        why += f", {'wolni także' if polish else 'also free'}: {', '.join(others)}"
    if offer.overtook:
        past = "wyprzedza" if polish else "overtook"
        why += f"; {past} {offer.overtook}: {queue_word(offer.because, language)}"
    became = queue_word(offer.became, language) if offer.became else "…"
    return f"+{since} {printable(offer.agent)} ({why}): {became}"


def talk_words(talk: TalkRecord, language: str) -> str:
    """Return who had the caller, and for how long."""
    time = "…" if talk.ended is None else lasting(between(talk.began, talk.ended))
    queue = f" ({printable(talk.queue)})" if talk.queue else ""
    # Who got the call handed over may be no agent.
    ended_by = "callee_hung_up" if talk.ended_by == "agent" and not talk.queue else f"by_{talk.ended_by}"
    by = f", {queue_word(ended_by, language)}" if talk.ended_by else ""
    return f"{printable(talk.party)}{queue} {time}{by}"
