"""One readable line for every event: what the console prints while the switch runs.

No secret is ever in a line: no password of a contact, and a masked digit stays a ``*``. What comes from
the network (names, numbers, user agents) can hold anything, so it is made printable and cut first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import Final, assert_never

from softswitch.calls.why import ENGLISH, POLISH, why_briefly
from softswitch.errors import harmless
from softswitch.events import (
    AccountShutOut,
    BranchEntered,
    CallArrived,
    CallEnded,
    CallerReached,
    CallEvent,
    CallForwarded,
    CallParked,
    CallRetrieved,
    CallRouted,
    CertificateRead,
    CredentialsRefused,
    DigitPressed,
    DoNotDisturbSet,
    Entry,
    Event,
    ForwardSet,
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
    MediaWorkerDied,
    MediaWorkerStarted,
    ParkingRecalled,
    PhoneReachable,
    PhoneRegistered,
    PhoneUnreachable,
    PhoneUnregistered,
    PinRefused,
    PromptPlayed,
    RoomEntered,
    RoomLeft,
    SoundBothWays,
    SoundOneWay,
    SourceLetIn,
    SourceShutOut,
    SourceSilenced,
    StepTaken,
    SwitchStarted,
    SwitchStopped,
    SystemEvent,
    TransferAsked,
    TransferDone,
    TrunkGivenUp,
    TrunkLost,
    TrunkNotFound,
    TrunkReachable,
    TrunkRegistered,
    TrunkTaken,
    TrunkUnreachable,
)
from softswitch.words import Both, detail_words, exit_word, seconds_words, word

TAIL: Final = 6
"""Letters of a call's id that are shown: its random end, a thousand million different ones."""

LONGEST_WORD: Final = 40
"""Letters of a name, number or user agent: enough to know it by."""

LONGEST_TEXT: Final = 80
"""Letters of a prompt: a line stays a line."""

LONGEST_LINE: Final = 300
"""Letters of a whole phrase, whatever is in it."""

SoundEvent = MediaLatched | SoundOneWay | SoundBothWays
HandOver = CallForwarded | TransferAsked | TransferDone | LegTookPlace | LegLeft | LegJoined
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
TrunkEvent = TrunkRegistered | TrunkLost | TrunkReachable | TrunkUnreachable | TrunkNotFound
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
)


def narrate(entry: Entry, language: str = ENGLISH, *, zone: tzinfo | None = None) -> str:
    """Return one line: time (in ``zone``, else this machine's), end of the call's id, what happened."""
    at = entry.at.astimezone(zone)
    return f"{at:%H:%M:%S}  {entry.call[-TAIL:]:{TAIL}}  {told(entry.event, language)}"


class CauseFirst:
    """Passes entries on, each key before the prompt that it cut short.

    A key is written down when it is read, a moment after it has stopped the prompt; it is passed on with the
    time of that. ``flush`` passes on what is left at the end.
    """

    def __init__(self, pass_on: Callable[[Entry], None]) -> None:
        self._pass_on = pass_on
        self._cut: dict[str, Entry] = {}

    def take(self, entry: Entry) -> None:
        """Take the next entry; a prompt that was cut short waits for the next one of its call."""
        cut = self._cut.pop(entry.call, None)
        if cut is not None and isinstance(entry.event, DigitPressed):
            self._pass_on(replace(entry, at=cut.at))
            self._pass_on(cut)
            return
        if cut is not None:
            self._pass_on(cut)
        if isinstance(entry.event, PromptPlayed) and entry.event.interrupted:
            self._cut[entry.call] = entry
        else:
            self._pass_on(entry)

    def flush(self) -> None:
        """Pass on the prompts that still wait."""
        while self._cut:
            self._pass_on(self._cut.pop(next(iter(self._cut))))


def told(event: Event, language: str = ENGLISH) -> str:
    """Return what happened as a phrase, in English or Polish (``pl``)."""
    english, polish = _system(event) if isinstance(event, SystemEvent) else _call(event)
    return printable(polish if language == POLISH else english, LONGEST_LINE)


def printable(text: str, limit: int = LONGEST_WORD) -> str:
    """Return ``text`` as one harmless piece of a line: no control characters, no more than ``limit`` letters.

    Terminal escapes and right-to-left marks in a caller's name become dots.
    """
    shown = harmless(text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _system(event: SystemEvent) -> Both:
    if isinstance(event, TrunkEvent):
        return _trunk(event)
    match event:
        case SwitchStarted(version, addresses):
            where = ", ".join(addresses)
            return f"softswitch {version} answers at {where}", f"softswitch {version} działa pod {where}"
        case SwitchStopped():
            return "the switch stops", "centrala się zatrzymuje"
        case PhoneRegistered(account, _, source, transport, agent, nat):
            who, where = printable(account), f"{source} ({transport})"
            phone = f", {printable(agent)}" if agent else ""
            return (
                f"{who} registered from {where}{phone}{', behind NAT' if nat else ''}",
                f"{who} zarejestrowany z {where}{phone}{', za NAT' if nat else ''}",
            )
        case PhoneUnregistered(account, contact, reason):
            who, where, (english, polish) = printable(account), _place(contact), _words(reason)
            return f"{who} left {where}: {english}", f"{who} wyrejestrowany z {where}: {polish}"
        case PhoneUnreachable(account, contact):
            who, where = printable(account), _place(contact)
            return (
                f"{who} at {where} does not answer: it is registered but cannot be reached",
                f"{who} pod {where} nie odpowiada: jest zarejestrowany, ale nieosiągalny",
            )
        case PhoneReachable(account, contact, trip):
            who, where = printable(account), _place(contact)
            return (
                f"{who} at {where} answers again, within {trip:.0f} ms",
                f"{who} pod {where} znów odpowiada, w ciągu {trip:.0f} ms",
            )
        case CredentialsRefused(account, source, reason):
            who, (english, polish) = printable(account), _words(reason)
            return (
                f"credentials of {who} from {source} refused: {english}",
                f"odrzucono dane logowania {who} z {source}: {polish}",
            )
        case SourceShutOut(source, wrong, seconds):
            return (
                f"{source} is banned for {seconds} s: {wrong} wrong passwords",
                f"{source} zablokowany na {seconds} s, błędnych haseł: {wrong}",
            )
        case AccountShutOut(account, wrong, seconds):
            return (
                f"{account} is banned for {seconds} s but where it was before: {wrong} wrong passwords",
                f"{account} zablokowany na {seconds} s poza znanymi miejscami, błędnych haseł: {wrong}",
            )
        case SourceLetIn(source):
            return (f"{source} is let in again", f"zdjęto blokadę: {source}")
        case SourceSilenced(source, dropped):
            return (
                f"{source} sends too much: {dropped} messages were dropped unread",
                f"{source} wysyła za dużo: pominięto wiadomości: {dropped}",
            )
        case CertificateRead(names, until):
            return _certificate(printable(", ".join(names)), until)
        case MediaWorkerStarted(worker, process):
            return (
                f"media worker {worker} runs (process {process})",
                f"proces dźwięku {worker} działa (pid {process})",
            )
        case MediaWorkerDied(worker, reason):
            why = printable(reason, LONGEST_TEXT)
            return (
                f"media worker {worker} died: {why}",
                f"proces dźwięku {worker} nieoczekiwanie się zakończył: {why}",
            )
        case ForwardSet(account, when, to):
            who, (english, polish) = printable(account), _words(when)
            if not to:
                return f"{who} forwards no more ({english})", f"{who} wyłącza przekierowanie ({polish})"
            where = printable(to)
            return f"{who} forwards to {where} ({english})", f"{who} przekierowuje na {where} ({polish})"
        case DoNotDisturbSet(account, on):
            who = printable(account)
            if on:
                return f"{who} is not to be disturbed", f"{who}: nie przeszkadzać"
            return f"{who} takes calls again", f"{who} znów odbiera połączenia"
        case _:
            assert_never(event)


def _trunk(event: TrunkEvent) -> Both:
    who = printable(event.trunk)
    match event:
        case TrunkRegistered(_, server, seconds):
            return (
                f"registered at trunk {who} ({server}) for {seconds} s",
                f"zarejestrowano przez trunk {who} ({server}) na {seconds} s",
            )
        case TrunkLost(_, reason, seconds):
            english, polish = _words(reason)
            return (
                f"not registered at trunk {who}: {english}; again in {seconds} s",
                f"brak rejestracji przez trunk {who}: {polish}; ponowienie za {seconds} s",
            )
        case TrunkReachable(_, server, milliseconds):
            time = f", {milliseconds:g} ms" if milliseconds >= 0 else ""
            return f"trunk {who} answers ({server}{time})", f"trunk {who} odpowiada ({server}{time})"
        case TrunkUnreachable(_, server, reason):
            english, polish = _words(reason)
            return (
                f"trunk {who} does not answer ({server}): {english}",
                f"trunk {who} nie odpowiada ({server}): {polish}",
            )
        case TrunkNotFound(_, server, reason):
            where, (english, polish) = printable(server), _words(reason)
            return (
                f"trunk {who}: {where} cannot be found: {english}",
                f"trunk {who}: nie znaleziono {where}: {polish}",
            )
        case _:
            assert_never(event)


def _call(event: CallEvent) -> Both:
    if isinstance(event, SoundEvent):
        return _sound(event)
    if isinstance(event, HandOver):
        return _hand_over(event)
    if isinstance(event, FeatureEvent):
        return _feature(event)
    return _leg(event) if isinstance(event, LegEvent) else _course(event)


def _hand_over(event: HandOver) -> Both:
    match event:
        case CallForwarded(party, to, why):
            who, where, (english, polish) = printable(party), printable(to), _words(why)
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
            where, (english, polish) = printable(target), _words(reason)
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


def _leg(event: LegEvent) -> Both:
    leg = printable(event.leg)
    match event:
        case LegInvited(_, party, contact):
            who, where = printable(party), _place(contact)
            return f"calling {who} at {where} ({leg})", f"centrala dzwoni do {who} pod {where} ({leg})"
        case TrunkTaken(_, trunk, account):
            who = printable(trunk)
            cost = (f" by the rights of {printable(account)}", f", z uprawnieniami {printable(account)}")
            english, polish = cost if account else ("", "")
            return f"trunk {who} is taken{english} ({leg})", f"wychodzi przez trunk {who}{polish} ({leg})"
        case TrunkGivenUp(_, trunk, reason, after):
            who, (english, polish) = printable(trunk), _words(reason)
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
            who, (english, polish) = printable(party), _words(digits_by or "-")
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
            who, (english, polish) = printable(party), _words(reason)
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
            who, time, czas = printable(party), *_both_seconds(seconds)
            return (
                f"{who} has not been heard for {time}: its phone or the network has stopped ({leg})",
                f"{who} nie słychać od {czas}: telefon albo sieć przestały nadawać ({leg})",
            )
        case SoundOneWay(party=party, seconds=seconds, promised=promised, signalling=host):
            who, time, czas = printable(party), *_both_seconds(seconds)
            return (
                f"no sound from {who} for {time}: a firewall in between stops it, or its phone sends "
                f"none. It named {promised}, its calls come from {host} ({leg})",
                f"brak dźwięku od {who} przez {czas}: zatrzymuje go zapora po drodze albo "
                f"telefon nie nadaje. Podał {promised}, łączy się z {host} ({leg})",
            )
        case _:
            assert_never(event)


def _both_seconds(seconds: float) -> Both:
    return seconds_words(seconds, ENGLISH), seconds_words(seconds, POLISH)


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
        case CallRouted(kind, target):
            (english, polish), where = _words(kind), printable(target)
            if kind == "outside":
                return f"goes out to {where}", f"wychodzi na zewnątrz pod {where}"
            return f"leads to {english} {where}", f"prowadzi do: {polish} {where}"
        case CallEnded(_, reason, code, q850, by, detail, cause):
            codes, why, (english, polish) = f"SIP {code}, Q.850 {q850}", printable(reason), _words(by)
            about = printable(detail)
            return (
                f"call over: {why_briefly(why, detail=about, because=cause)} ({codes}, {english})",
                f"koniec: {why_briefly(why, POLISH, detail=about, because=cause)} ({codes}, {polish})",
            )
        case DigitPressed(leg, digit, method):
            english, polish = _words(method)
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
        case _:
            assert_never(event)


def _step(event: StepTaken, language: str) -> str:
    more = (
        f" ({printable(detail_words(event.exit, event.detail, language), LONGEST_TEXT)})"
        if event.detail
        else ""
    )
    return f"{event.tree}/{event.branch} {event.step}: {printable(exit_word(event.exit, language))}{more}"


def made_for_words(made_for: str) -> Both:
    """Return what the switch calls for by itself, and what that is about: ``callback sales``."""
    code, _, about = made_for.partition(":")
    english, polish = _words(code)
    more = f" {printable(about)}" if about else ""
    return f"{english}{more}", f"{polish}{more}"


def _certificate(names: str, until: str) -> Both:
    return (
        f"certificates read again: {names} until {until}",
        f"ponownie wczytano certyfikaty: {names}, ważne do {until}",
    )


def _words(code: str) -> Both:
    """Return a code as people say it, in both languages; what nobody knows is shown as it came."""
    return printable(word(code, ENGLISH)), printable(word(code, POLISH))


def _place(contact: str) -> str:
    """Return host and port of a contact: its user part can hold a password, its parameters are long."""
    bare = contact.rpartition("@")[2].partition(";")[0].partition("?")[0]
    return printable(bare.strip("<>").removeprefix("sip:").removeprefix("sips:").rstrip(">"))
