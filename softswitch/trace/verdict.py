"""Why a call went wrong, in sentences that say what to do: from its events and the messages of its legs.

Each finding is a function of the facts. It stays silent unless the facts show it; what the record of the call
says by itself is not said again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from softswitch.calls.hangup import Reason
from softswitch.calls.why import lasting, why
from softswitch.events import SoundBothWays, SoundOneWay
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.sip.offer_answer import Local
from softswitch.trace.facts import Facts, LegFacts, host_of, is_private
from softswitch.trace.messages import Message
from softswitch.trace.waits import waited_in_vain
from softswitch.words import Both

REPEATS_WITHOUT_ACK: Final = 3
"""Repeats of a 200 after which its ACK is not only late: 0.5, 1 and 2 s have passed (RFC 3261 §13.3.1.4)."""
NEAR: Final = 3
"""Numbers that are suggested for one that does not exist."""
DIGITS_A_SLIP: Final = 4
"""Digits for which one slip is forgiven: wrong, missing, too many, or two swapped."""
SHARED_END: Final = 6
"""Digits at the end that make two numbers one, written with and without a country or trunk prefix."""

OURS: Final = Local("", 0, 0).codecs
"""The codecs we speak."""

Finding = Callable[[Facts], Iterable[Both]]


def sentences(facts: Facts, language: str) -> tuple[str, ...]:
    """Return why the call ended, then what was found to be wrong in it, in English or Polish (``pl``)."""
    found = [finding for look in FINDINGS for finding in look(facts)]
    told = dict.fromkeys(both[language == POLISH] for both in found)
    return (why(facts.record, language), *told)


def acks_lost(facts: Facts) -> Iterator[Both]:
    """A 200 of ours that was repeated and never acknowledged."""
    for leg in facts.legs:
        for answer in leg.responses("INVITE", came=False, least=200, most=299):
            times = leg.times_sent(answer)
            acks = [one for one in leg.requests("ACK", came=True) if one.at >= answer.at]
            if times <= REPEATS_WITHOUT_ACK or any(one.cseq[0] == answer.cseq[0] for one in acks):
                continue
            yield _ack_lost(leg, answer, times, acks)


def _ack_lost(leg: LegFacts, answer: Message, times: int, acks: list[Message]) -> Both:
    who, contact, where = printable(leg.party), printable(answer.contact, 80), answer.remote
    english = (
        f"The ACK of {who} did not reach us: our Contact was {contact}, our 200 OK went to {where} {times} "
        "times."
    )
    polish = (
        f"ACK od {who} do nas nie dotarł: nasz Contact to {contact}, odpowiedź 200 OK wysłano do {where} "
        f"{_times(times)}."
    )
    if acks:
        english += f" An ACK came, but with CSeq {acks[-1].cseq[0]} in place of {answer.cseq[0]}."
        polish += f" Przyszedł ACK, ale z CSeq {acks[-1].cseq[0]} zamiast {answer.cseq[0]}."
    elif is_private(answer.contact_host) and not is_private(host_of(where)):
        english += " A phone outside cannot reach that private address: set sip: public_address."
        polish += " Telefon z zewnątrz nie sięgnie tego prywatnego adresu: ustaw sip: public_address."
    return english, polish


def sound_one_way(facts: Facts) -> Iterator[Both]:
    """Sound that passed in one direction only, to the end."""
    if facts.record.reason == Reason.MEDIA_LOST.value:
        return  # See sound_lost.
    for leg in facts.legs:
        events = [*facts.of_leg(SoundOneWay, leg)]
        both_ways = facts.of_leg(SoundBothWays, leg)
        if events and len(both_ways) < len(events):
            yield _deaf(leg, events[-1]) if events[-1].deaf else _unheard(leg, events[-1])


def _deaf(leg: LegFacts, event: SoundOneWay) -> Both:
    who, promised, host = printable(leg.party), event.promised, event.signalling
    if is_private(host_of(promised)) and host_of(promised) != host:
        return (
            f"{who} heard nothing: its phone stands behind a NAT. It wants sound at {promised}, a private "
            "address, "
            f"while its calls come from {host}.",
            f"{who} nic nie słyszał: telefon jest za NAT. Chce dźwięku pod prywatnym adresem {promised}, "
            f"a łączy się z {host}.",
        )
    return (
        f"{who} heard nothing: none of our sound reached {promised}; a firewall in between stops it.",
        f"{who} nic nie słyszał: nasz dźwięk nie dotarł do {promised}; zatrzymuje go zapora po drodze.",
    )


def _unheard(leg: LegFacts, event: SoundOneWay) -> Both:
    who, promised, host = printable(leg.party), event.promised, event.signalling
    ours = next((one.sound_at for one in reversed(leg.messages) if not one.came and one.sound_at), "")
    if event.ever:
        return (
            f"{who} was heard at first and then no more: its phone or its network stopped sending sound.",
            f"{who} był słyszany na początku, a potem już nie: telefon lub jego sieć przestały nadawać "
            "dźwięk.",
        )
    if is_private(host_of(ours)) and not is_private(host):
        return (
            f"{who} could not be heard: its phone was told to send sound to {ours}, a private address that "
            "cannot "
            f"be reached from {host}. Set sip: public_address.",
            f"{who} nie było słychać: telefon miał nadawać dźwięk do {ours}, a to adres prywatny, "
            "nieosiągalny "
            f"z {host}. Ustaw sip: public_address.",
        )
    if is_private(host_of(promised)) and host_of(promised) != host:
        return (
            f"{who} could not be heard: its phone stands behind a NAT (it names {promised}, its calls come "
            "from "
            f"{host}), and no sound came through from there to {ours or 'us'}.",
            f"{who} nie było słychać: telefon jest za NAT (podaje {promised}, a łączy się z {host}) i "
            "żaden dźwięk "
            f"nie przeszedł stamtąd do {ours or 'nas'}.",
        )
    return (
        f"{who} could not be heard: no sound came to {ours or 'us'}; a firewall stops it, or its phone "
        "sends none.",
        f"{who} nie było słychać: do {ours or 'nas'} nie dotarł dźwięk; zatrzymuje go zapora albo telefon "
        "nie nadaje.",
    )


def codecs_apart(facts: Facts) -> Iterator[Both]:
    """No codec in common, with both lists."""
    for leg in facts.legs:
        if leg.record.reason != Reason.NO_COMMON_CODEC.value:
            continue
        invites = leg.requests("INVITE", came=leg.record.is_caller)
        if leg.record.is_caller:
            offered = invites[0].codecs if invites else ()
            if not set(offered) & set(OURS):  # Else it was the phone that was called.
                yield codecs_refused(leg.party, offered)
            continue
        finals = leg.responses("INVITE", came=True, least=200)
        theirs = next((one.codecs for one in reversed(finals) if one.codecs), ())
        ours = ", ".join(invites[0].codecs if invites else OURS)
        spoken, mowi = (", ".join(theirs),) * 2 if theirs else ("does not say which", "nie podaje jakich")
        who = printable(leg.party)
        yield (
            f"We offered {who} {ours}; its phone wants {printable(spoken, 80)}."
            if theirs
            else f"We offered {who} {ours}; its phone wants others and {spoken}.",
            f"Zaproponowaliśmy {who} kodeki {ours}; telefon chce {printable(mowi, 80)}."
            if theirs
            else f"Zaproponowaliśmy {who} kodeki {ours}; telefon chce innych i {mowi}.",
        )


def codecs_refused(party: str, offered: Iterable[str]) -> Both:
    """Return that none of a caller's codecs is ours."""
    who, theirs, ours = printable(party), printable(", ".join(offered) or "-", 80), ", ".join(OURS)
    return (
        f"The phone of {who} offers {theirs}; this switch speaks {ours}.",
        f"Telefon {who} proponuje {theirs}; ta centrala zna {ours}.",
    )


def refusals(facts: Facts) -> Iterator[Both]:
    """What a called phone said, and after how long."""
    for leg in facts.called:
        finals = leg.responses("INVITE", came=True, least=300)
        initial = [one for one in finals if one.status != 487 and not _was_reinvite(leg, one)]
        if not initial or leg.record.answered or leg.record.reason == Reason.NO_COMMON_CODEC.value:
            continue
        last = initial[-1]
        words, (phone, telefon) = printable(said(last), 100), _device(leg, last.remote)
        if last.status in (401, 407) and len(initial) > 1:
            yield (
                f"{phone} refused our credentials: {words}.",
                f"{telefon} odrzucił nasze dane logowania: {words}.",
            )
            continue
        rang = leg.rang
        english = f" after ringing for {lasting(last.at - rang.at)}" if rang else " at once, without ringing"
        polish = f" po {lasting(last.at - rang.at)} dzwonienia" if rang else " od razu, bez dzwonienia"
        yield (
            f"{phone} answered {words}{english}.",
            f"{telefon} odpowiedział {words}{polish}.",
        )


def unanswered(facts: Facts) -> Iterator[Both]:
    """A called phone that rang, or not even that, until the call was given up."""
    given_up = (Reason.CANCELLED.value, Reason.NO_ANSWER.value, Reason.EXPIRED.value)
    if facts.record.reason not in given_up:
        return
    for leg in facts.called:
        invites = leg.requests("INVITE", came=False)
        end = facts.record.ended
        if leg.record.answered or not invites or end is None:
            continue
        rang, (phone, telefon) = leg.rang, _device(leg, invites[0].remote)
        # A trunk does not ring itself: it tells of it.
        tells = bool(leg.record.trunk)
        if rang is not None:
            time = lasting(end.timestamp() - rang.at)
            yield (
                f"{phone} {'had told of ringing' if tells else 'had rung'} for {time}.",
                f"{telefon} {'zgłaszał dzwonienie' if tells else 'dzwonił'} przez {time}.",
            )
        elif any(one.came for one in leg.messages):
            yield (
                f"{phone} had the call but did not {'tell of ringing' if tells else 'ring'}.",
                f"{telefon} dostał połączenie, ale nie {'zgłosił dzwonienia' if tells else 'dzwonił'}.",
            )
    if not facts.called and facts.record.reason == Reason.CANCELLED.value:
        yield "No phone had been called yet.", "Żaden telefon jeszcze nie dzwonił."


def unreachable(facts: Facts) -> Iterator[Both]:
    """A phone that was called and from which not one message came."""
    for leg in facts.called:
        invites = leg.requests("INVITE", came=False)
        if not invites or any(one.came for one in leg.messages) or facts.record.ended is None:
            continue
        first, times = invites[0], leg.times_sent(invites[0])
        who, where, (phone, telefon) = printable(leg.party), first.remote, _device(leg)
        if first.unsent:
            english = f"Our INVITE to {who} could not be sent to {where}."
            polish = f"Naszego INVITE do {who} nie udało się wysłać do {where}."
        elif times < 2 and not first.noted.hop.reliable:
            continue  # Given up before it could have answered.
        else:
            english = f"{phone} did not answer any of our {times} INVITEs to {where}."
            polish = f"{telefon} nie odpowiedział na żaden z naszych INVITE do {where} (wysłano {times})."
        known = _last_registered(leg, first)
        yield english + known[0], polish + known[1]


def _last_registered(leg: LegFacts, invite: Message) -> Both:
    register = leg.registered
    if register is None:
        return "", ""
    ago, source = lasting(invite.at - register.at), register.remote
    english = f" It had registered from {source} {ago} before"
    polish = f" Ostatnio rejestrował się z {source}, {ago} wcześniej"
    if register.contact_host and register.contact_host != host_of(source):
        return (
            f"{english}, behind a NAT: that has closed its way, or the phone is off.",
            f"{polish}, zza NAT: droga przez NAT się zamknęła albo telefon jest wyłączony.",
        )
    return (
        f"{english}: the phone is off or has left its network.",
        f"{polish}: telefon jest wyłączony albo opuścił sieć.",
    )


def sound_lost(facts: Facts) -> Iterator[Both]:
    """Sound that stopped for good, or whose worker died."""
    for leg in _silent(facts):
        packets, (phone, telefon) = leg.record.packets_received, _device(leg)
        where = next((one.remote for one in reversed(leg.messages)), "")
        at = f" ({where})" if where else ""
        if packets:
            yield (
                f"{phone}{at} sent {packets} packets of sound and then no more, and did not "
                "hang up: it "
                "lost its network or its power.",
                f"{telefon}{at} wysłał {packets} pakietów dźwięku, a potem żadnego, i się nie rozłączył: "
                "stracił sieć lub zasilanie.",
            )
        else:
            yield (
                f"{phone}{at} never sent any sound.",
                f"{telefon}{at} ani razu nie nadał dźwięku.",
            )
    if facts.worker_died and facts.record.reason == Reason.MEDIA_WORKER_DIED.value:
        died = printable(facts.worker_died, 100)
        yield f"The reason noted: {died}.", f"Odnotowany powód: {died}."


def _silent(facts: Facts) -> list[LegFacts]:
    """Return the legs that fell silent: all legs of a call end for the reason of one of them."""
    lost = [leg for leg in facts.legs if leg.record.reason == Reason.MEDIA_LOST.value]
    told = [leg for leg in lost if any(not event.deaf for event in facts.of_leg(SoundOneWay, leg))]
    if told or not lost:
        return told
    fewest = min(leg.record.packets_received for leg in lost)
    return [leg for leg in lost if leg.record.packets_received == fewest]


def refused_in_dialog(facts: Facts) -> Iterator[Both]:
    """Requests inside the call that one side refused: re-INVITE, UPDATE, BYE."""
    for leg in facts.legs:
        for method in ("INVITE", "UPDATE", "BYE"):
            for came in (True, False):
                for answer in leg.responses(method, came=came, least=300):
                    # 487 and 491 are part of how SIP works; the two challenges as well.
                    if answer.status in (401, 407, 487, 491) or (
                        method == "INVITE" and not _was_reinvite(leg, answer)
                    ):
                        continue
                    yield _refused(leg, answer, came=came)


def _refused(leg: LegFacts, answer: Message, *, came: bool) -> Both:
    who, words, (phone, telefon) = printable(leg.party), printable(said(answer), 100), _device(leg)
    what = "re-INVITE" if answer.method == "INVITE" else answer.method
    gone = (
        (": it knew nothing of the call any more", ": nic już nie wiedział o tym połączeniu")
        if answer.status == 481
        else ("", "")
    )
    if came:
        return (
            f"{phone} answered our {what} with {words}{gone[0]}.",
            f"{telefon} odpowiedział na nasz {what}: {words}{gone[1]}.",
        )
    return f"We refused the {what} of {who} with {words}.", f"Odrzuciliśmy {what} od {who}: {words}."


def numbers_near(facts: Facts) -> Iterator[Both]:
    """Numbers that exist and look like the one that does not."""
    reason, record = facts.record.reason, facts.record
    if reason == Reason.UNKNOWN_NUMBER.value:
        wrong = record.called
    elif reason == Reason.MENU_UNKNOWN_TARGET.value:
        wrong = record.detail
    else:
        return
    if record.because:
        return  # The record says it: it is no number dialled inside.
    near = near_numbers(wrong, facts.numbers)
    if near:
        listed = printable(", ".join(near), 100)
        yield f"There are numbers near it: {listed}.", f"Podobne numery to: {listed}."
    elif facts.numbers:
        yield "No number here is like it.", "Żaden numer nie jest do niego podobny."


def near_numbers(wrong: str, numbers: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers most like a wrong one: those with the same end, then those a slip or two away."""
    known = tuple(dict.fromkeys(numbers))
    end, most = wrong[-SHARED_END:], max(len(wrong) // DIGITS_A_SLIP, 1)
    same_end = [number for number in known if len(end) == SHARED_END and number.endswith(end)]
    by_slips = sorted((slips(wrong, number), abs(len(wrong) - len(number)), number) for number in known)
    alike = [number for count, _, number in by_slips if count <= most]
    return tuple(dict.fromkeys([*same_end, *alike]))[:NEAR]


def slips(one: str, other: str) -> int:
    """Return how many slips of the finger lie between two numbers (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, digit in enumerate(one, start=1):
        now = [row]
        for column, wanted in enumerate(other, start=1):
            best = min(last[column] + 1, now[-1] + 1, last[column - 1] + (digit != wanted))
            if row > 1 and column > 1 and digit == other[column - 2] and wanted == one[row - 2]:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return last[-1]


def _device(leg: LegFacts, where: str = "") -> Both:
    """Return what is on the other side of a leg, and where: a phone or a trunk."""
    if trunk := leg.record.trunk:
        name = f"Trunk {printable(trunk)}{f' ({where})' if where else ''}"
        return name, name
    who, (at, pod) = printable(leg.party), (f" at {where}", f" pod {where}") if where else ("", "")
    return f"The phone of {who}{at}", f"Telefon {who}{pod}"


def _was_reinvite(leg: LegFacts, answer: Message) -> bool:
    """Tell whether a response answers a request inside the dialog."""
    return any(
        one.in_dialog for one in leg.requests(answer.method, came=not answer.came) if one.cseq == answer.cseq
    )


def said(answer: Message) -> str:
    """Return a status as its sender put it, with a Warning or a Reason it gave."""
    more = answer.field("Warning") or answer.field("Reason")
    return f"{answer.title} ({more})" if more else answer.title


def _times(count: int) -> str:
    return f"{count} {'raz' if count == 1 else 'razy'}"


FINDINGS: Final[tuple[Finding, ...]] = (
    acks_lost,
    sound_one_way,
    codecs_apart,
    refusals,
    unanswered,
    unreachable,
    sound_lost,
    refused_in_dialog,
    numbers_near,
    waited_in_vain,
)
"""All that is looked for, in the order it is told."""
