"""What happens to calls, in words: their legs, their sound, menus, transfers, parking and rooms."""

from __future__ import annotations

from typing import assert_never

from softswitch.calls.why import why_briefly
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallerReached,
    CallerShown,
    CallEvent,
    CallForwarded,
    CallParked,
    CallRated,
    CallRetrieved,
    CallRouted,
    DeadAir,
    DigitPressed,
    KeysDropped,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegInvited,
    LegJoined,
    LegLeft,
    LegMoved,
    LegResumed,
    LegRinging,
    LegsBridged,
    LegTookPlace,
    MediaLatched,
    ParkingRecalled,
    PinRefused,
    PromptPlayed,
    RoomEntered,
    RoomLeft,
    SoundBothWays,
    SoundOneWay,
    StepTaken,
    SupervisionBegan,
    SupervisionChanged,
    SupervisionEnded,
    TicketAsked,
    TransferAsked,
    TransferDone,
    TrunkGivenUp,
    TrunkTaken,
)
from softswitch.languages import ENGLISH, POLISH
from softswitch.narration.applications import ApplicationEvent, told_of_application
from softswitch.narration.customers import CustomerEvent, told_of_customer
from softswitch.narration.payments import MoneyEvent, told_of_money
from softswitch.narration.phrases import LONGEST_TEXT, both_seconds, made_for_words, place, printable, words
from softswitch.narration.queues import WaitEvent, told_of_wait
from softswitch.narration.ratings import told_of_rating
from softswitch.narration.recordings import RecordingEvent, told_of_recording
from softswitch.narration.showing import told_of_showing
from softswitch.narration.tickets import told_of_ticket
from softswitch.narration.voicemail import VoicemailEvent, told_of_voicemail
from softswitch.words import Both, detail_words, exit_word, seconds_words

SoundEvent = MediaLatched | SoundOneWay | SoundBothWays
HandOver = CallForwarded | TransferAsked | TransferDone | LegTookPlace | LegLeft | LegJoined
SupervisionEvent = SupervisionBegan | SupervisionChanged | SupervisionEnded
FeatureEvent = CallParked | ParkingRecalled | CallRetrieved | RoomEntered | RoomLeft | PinRefused
LegEvent = (
    LegInvited
    | TrunkTaken
    | TrunkGivenUp
    | LegRinging
    | LegAnswered
    | LegHeld
    | LegResumed
    | LegsBridged
    | LegEnded
    | LegMoved
)
CourseEvent = (
    CallArrived
    | CallerReached
    | CallRouted
    | CallEnded
    | DigitPressed
    | KeysDropped
    | BranchEntered
    | PromptPlayed
    | StepTaken
    | DeadAir
    | TicketAsked
    | CallRated
    | CallerShown
)


def told_of_call(event: CallEvent) -> Both:
    """Return what happened to a call, in both languages."""
    if isinstance(event, SoundEvent):
        return _sound(event)
    if isinstance(event, HandOver):
        return _hand_over(event)
    if isinstance(event, FeatureEvent):
        return _feature(event)
    if isinstance(event, ApplicationEvent):
        return told_of_application(event)
    if isinstance(event, WaitEvent):
        return told_of_wait(event)
    if isinstance(event, CustomerEvent):
        return told_of_customer(event)
    if isinstance(event, RecordingEvent):
        return told_of_recording(event)
    if isinstance(event, MoneyEvent):
        return told_of_money(event)
    if isinstance(event, VoicemailEvent):
        return told_of_voicemail(event)
    if isinstance(event, SupervisionEvent):
        return _supervision(event)
    return _leg(event) if isinstance(event, LegEvent) else _course(event)


def _hand_over(event: HandOver) -> Both:
    match event:
        case CallForwarded(party, to, why):
            who, where, (english, polish) = printable(party), printable(to), words(why)
            return (
                f"{who} sends the call on to {where} ({english})",
                f"{who} przekierowuje połączenie na {where} ({polish})",
            )
        case TransferAsked(leg, party, target, attended):
            who, where = printable(party), printable(target)
            how = ("attended", "z konsultacją") if attended else ("blind", "bez konsultacji")
            return (
                f"{who} transfers the call to {where}: {how[0]} transfer ({leg})",
                f"{who} przekazuje rozmowę do {where}, {how[1]} ({leg})",
            )
        case TransferDone(leg, target, True, _):
            where = printable(target)
            return f"the transfer to {where} is done ({leg})", f"rozmowę przekazano do {where} ({leg})"
        case TransferDone(leg, target, _, reason):
            where, (english, polish) = printable(target), words(reason)
            return (
                f"the transfer to {where} failed: {english} ({leg})",
                f"nie udało się przekazać rozmowy do {where}: {polish} ({leg})",
            )
        case LegTookPlace(leg, party, of, _):
            who = printable(party)
            return f"{who} ({leg}) takes the place of {of}", f"{who} ({leg}) zajmuje miejsce {of}"
        case LegLeft(leg, party, to_call):
            who = printable(party)
            return (
                f"{who} ({leg}) goes on in call {to_call}",
                f"{who} ({leg}) przechodzi do połączenia {to_call}",
            )
        case LegJoined(leg, party, from_call):
            who = printable(party)
            return (
                f"{who} ({leg}) comes from call {from_call}",
                f"{who} ({leg}) przychodzi z połączenia {from_call}",
            )


def _feature(event: FeatureEvent) -> Both:
    who = printable(event.party)
    match event:
        case CallParked(slot, _, by):
            return f"{printable(by)} parks {who} at {slot}", f"{printable(by)} parkuje {who} pod {slot}"
        case ParkingRecalled(slot, _, by):
            return (
                f"nobody came for {who} at {slot}: {printable(by)} is rung",
                f"nikt nie odebrał {who} spod {slot}: dzwoni telefon {printable(by)}",
            )
        case CallRetrieved(slot, _, by):
            return f"{printable(by)} takes {who} from {slot}", f"{printable(by)} odbiera {who} spod {slot}"
        case RoomEntered(leg, _, room, others):
            return (
                f"{who} enters room {room}, others there: {others} ({leg})",
                f"{who} wchodzi do pokoju {room}, innych obecnych: {others} ({leg})",
            )
        case RoomLeft(leg, _, room):
            return f"{who} leaves room {room} ({leg})", f"{who} wychodzi z pokoju {room} ({leg})"
        case PinRefused(leg, _, room, tries):
            return (
                f"{who} typed a wrong PIN for room {room}, try {tries} ({leg})",
                f"{who} podaje błędny PIN do pokoju {room}, próba {tries} ({leg})",
            )
        case _:
            assert_never(event)


def _supervision(event: SupervisionEvent) -> Both:
    by, agent = printable(event.by), printable(event.agent)
    match event:
        case SupervisionBegan(mode=mode) | SupervisionChanged(mode=mode):
            if mode == "whisper":
                return (
                    f"{by} listens in on the talk and whispers to {agent} alone",
                    f"{by} słucha rozmowy i podpowiada, słyszy to tylko {agent}",
                )
            if mode == "barge":
                return (
                    f"{by} barges in on the talk of {agent}: both hear it",
                    f"{by} włącza się do rozmowy {agent}, słyszą to obie strony",
                )
            return (
                f"{by} listens in on the talk of {agent}, heard by nobody",
                f"{by} słucha rozmowy {agent} i nikt go nie słyszy",
            )
        case SupervisionEnded():
            return f"{by} leaves the talk of {agent}", f"{by} przestaje słuchać rozmowy {agent}"
        case _:
            assert_never(event)


def _leg(event: LegEvent) -> Both:
    leg = printable(event.leg)
    match event:
        case LegInvited(_, party, contact):
            who, where = printable(party), place(contact)
            return f"calling {who} at {where} ({leg})", f"centrala dzwoni do {who} pod {where} ({leg})"
        case TrunkTaken(_, trunk, account):
            who = printable(trunk)
            cost = (f" by the rights of {printable(account)}", f", z uprawnieniami {printable(account)}")
            english, polish = cost if account else ("", "")
            return f"trunk {who} is taken{english} ({leg})", f"wychodzi przez trunk {who}{polish} ({leg})"
        case TrunkGivenUp(_, trunk, reason, after):
            who, (english, polish) = printable(trunk), words(reason)
            return (
                f"trunk {who} does not take the call: {english}"
                f"{f', trying {printable(after)}' if after else ''} ({leg})",
                f"trunk {who} nie przyjmuje połączenia: {polish}"
                f"{f', następne: {printable(after)}' if after else ''} ({leg})",
            )
        case LegRinging(_, party, early):
            who = printable(party)
            return (
                f"{who} rings{', with early media' if early else ''} ({leg})",
                f"telefon {who} dzwoni{', z wczesnym dźwiękiem' if early else ''} ({leg})",
            )
        case LegAnswered(_, party, codec, digits_by, protected):
            who, (english, polish) = printable(party), words(digits_by or "-")
            secret, tajne = (", encrypted", ", szyfrowany") if protected else ("", "")
            return (
                f"{who} is connected: {codec}{secret}, keys by {english} ({leg})",
                f"{who} połączony: {codec}{tajne}, klawisze: {polish} ({leg})",
            )
        case LegHeld():
            return f"{leg} holds the call", f"{leg} zawiesza rozmowę"
        case LegResumed():
            return f"{leg} takes the call from hold", f"{leg} wznawia rozmowę"
        case LegMoved(_, before, now):
            return (
                f"{leg} now speaks from {now}, not from {before}",
                f"{leg} nadaje teraz z {now}, a nie z {before}",
            )
        case LegsBridged(_, other):
            return f"{leg} and {printable(other)} talk", f"{leg} i {printable(other)} rozmawiają"
        case LegEnded(party=party, reason=reason, sip_code=code) as end:
            sent, received, lost = end.packets_sent, end.packets_received, end.packets_lost
            who, (english, polish) = printable(party), words(reason)
            forged, obce = "", ""
            if end.unauthentic:
                forged, obce = f", unauthentic {end.unauthentic}", f", nieautentyczne {end.unauthentic}"
            return (
                f"{who} left the call: {english}, SIP {code}; "
                f"sent {sent}, received {received}, lost {lost}{forged} ({leg})",
                f"{who} rozłączony: {polish}, SIP {code}; wysłane {sent}, odebrane {received}, "
                f"utracone {lost}{obce} ({leg})",
            )
        case _:
            assert_never(event)


def _sound(event: SoundEvent) -> Both:
    leg = printable(event.leg)
    match event:
        case MediaLatched(_, promised, real):
            return (
                f"audio of {leg} comes from {real}, not from {promised}",
                f"dźwięk {leg} przychodzi z {real}, a nie z {promised}",
            )
        case SoundBothWays(_, party):
            who = printable(party)
            return f"{who} is heard again ({leg})", f"{who} znów słychać ({leg})"
        case SoundOneWay(party=party, deaf=True, promised=promised):
            who = printable(party)
            return (
                f"{who} hears nothing: its phone reports that none of our sound reaches {promised} ({leg})",
                f"{who} nic nie słyszy: telefon zgłasza, że nasz dźwięk nie dociera do {promised} ({leg})",
            )
        case SoundOneWay(party=party, ever=True, seconds=seconds):
            who, time, czas = printable(party), *both_seconds(seconds)
            return (
                f"{who} has not been heard for {time}: its phone or the network has stopped ({leg})",
                f"{who} nie słychać od {czas}: telefon albo sieć przestały nadawać ({leg})",
            )
        case SoundOneWay(party=party, seconds=seconds, promised=promised, signalling=host):
            who, time, czas = printable(party), *both_seconds(seconds)
            return (
                f"no sound from {who} for {time}: a firewall in between stops it, or its phone sends "
                f"none. It named {promised}, its calls come from {host} ({leg})",
                f"brak dźwięku od {who} przez {czas}: zatrzymuje go zapora po drodze albo "
                f"telefon nie nadaje. Podał {promised}, łączy się z {host} ({leg})",
            )
        case _:
            assert_never(event)


def _course(event: CourseEvent) -> Both:
    match event:
        case CallArrived(_, caller, name, called, source, made_for=made_for):
            who = printable(caller) + (f" ({printable(name)})" if name else "")
            number = printable(called)
            if made_for:
                english, polish = made_for_words(made_for)
                return (
                    f"the switch itself calls {number}, showing {who}: {english}",
                    f"centrala sama dzwoni pod {number} i pokazuje {who}: {polish}",
                )
            return f"{who} dials {number} from {source}", f"{who} dzwoni na {number} z {source}"
        case CallerReached(leg, party):
            who = printable(party)
            return (
                f"{who} has answered the switch's call ({leg})",
                f"{who} odbiera połączenie od centrali ({leg})",
            )
        case TicketAsked():
            return told_of_ticket(event)
        case CallRated():
            return told_of_rating(event)
        case CallerShown():
            return told_of_showing(event)
        case CallRouted(kind, target):
            (english, polish), where = words(kind), printable(target)
            if kind == "outside":
                return f"goes out to {where}", f"wychodzi na zewnątrz pod {where}"
            return f"leads to {english} {where}", f"prowadzi do: {polish} {where}"
        case CallEnded(_, reason, code, q850, by, detail, cause):
            codes, why, (english, polish) = f"SIP {code}, Q.850 {q850}", printable(reason), words(by)
            about = printable(detail)
            return (
                f"call over: {why_briefly(why, detail=about, because=cause)} ({codes}, {english})",
                f"koniec: {why_briefly(why, POLISH, detail=about, because=cause)} ({codes}, {polish})",
            )
        case DigitPressed(leg, digit, method):
            english, polish = words(method)
            return (
                f"{printable(leg)} pressed {digit} ({english})",
                f"{printable(leg)} naciska {digit} ({polish})",
            )
        case KeysDropped(leg, limit):
            return (
                f"{printable(leg)} presses keys too fast: of more than {limit} a second the rest is dropped",
                f"{printable(leg)} naciska klawisze zbyt szybko: powyżej {limit} na sekundę są pomijane",
            )
        case BranchEntered(tree, branch):
            return f"enters {tree}/{branch}", f"wchodzi do {tree}/{branch}"
        case PromptPlayed(_, _, text, seconds, cut):
            heard = printable(text, LONGEST_TEXT)
            return (
                f'heard "{heard}" {seconds_words(seconds, ENGLISH)}{", cut short by a key" if cut else ""}',
                f'słyszy "{heard}" {seconds_words(seconds, POLISH)}{", przerwane klawiszem" if cut else ""}',
            )
        case StepTaken():
            return _step(event, ENGLISH), _step(event, POLISH)
        case DeadAir(tree, branch, step, seconds):
            return (
                f"{tree}/{branch} {step}: nothing to hear for {seconds_words(seconds, ENGLISH)}, so music",
                f"{tree}/{branch} {step}: cisza przez {seconds_words(seconds, POLISH)}, więc muzyka",
            )
        case _:
            assert_never(event)


def _step(event: StepTaken, language: str) -> str:
    more = (
        f" ({printable(detail_words(event.exit, event.detail, language), LONGEST_TEXT)})"
        if event.detail
        else ""
    )
    return f"{event.tree}/{event.branch} {event.step}: {printable(exit_word(event.exit, language))}{more}"
