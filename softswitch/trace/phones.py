"""What is wrong with a phone, from what passed between it and the switch outside of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.calls.why import lasting
from softswitch.events import CredentialsRefused, Entry, SourceShutOut
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.sip.errors import SipError
from softswitch.sip.grammar import parse_params, split_outside
from softswitch.trace.messages import Message, repeats
from softswitch.trace.verdict import codecs_refused, said
from softswitch.words import Both

STALE_LOOP: Final = 3
"""Refusals of an old nonce in a row after which a phone does not learn: one is how nonces age."""
UNHEARD: Final = 3
"""Repeats of one request, each answered, that show that no answer arrives: two may be lost by chance."""

CREDENTIALS: Final = ("Authorization", "Proxy-Authorization")
CHALLENGES: Final = ("WWW-Authenticate", "Proxy-Authenticate")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request of a phone, its final answer (None for none), and how often each passed."""

    request: Message
    answer: Message | None
    times: int

    @property
    def status(self) -> int:
        """The status of the answer, 0 for none."""
        return self.answer.status if self.answer is not None else 0

    @property
    def credentials(self) -> Mapping[str, str]:
        """What it says of itself; empty for a request without credentials."""
        return digest_of(self.request, CREDENTIALS)

    @property
    def challenge(self) -> Mapping[str, str]:
        """What it was asked."""
        return digest_of(self.answer, CHALLENGES) if self.answer is not None else {}

    @property
    def is_stale(self) -> bool:
        """Tell whether its nonce was refused for its age."""
        return bool(self.credentials) and self.challenge.get("stale", "").lower() == "true"


def attempts_of(messages: Sequence[Message]) -> list[Attempt]:
    """Return what a phone asked of us outside of dialogs, in order, ACK and CANCEL left out."""
    found: list[Attempt] = []
    for request, again in zip(messages, repeats(messages), strict=True):
        if again or not request.came or not request.is_request or request.in_dialog:
            continue
        if request.method in ("ACK", "CANCEL"):
            continue
        key = (request.call_id, request.cseq)
        answers = [one for one in messages if not one.came and (one.call_id, one.cseq) == key]
        finals = [one for one in answers if one.status >= 200]
        times = sum(one.came and one.noted.data == request.noted.data for one in messages)
        found.append(Attempt(request, finals[-1] if finals else None, times))
    return found


def phone_sentences(
    user: str, messages: Sequence[Message], entries: Sequence[Entry], language: str
) -> tuple[str, ...]:
    """Return how it stands with a phone, and what is wrong, in English or Polish (``pl``)."""
    return tuple(both[language == POLISH] for both in _told(printable(user), messages, entries))


def _told(who: str, messages: Sequence[Message], entries: Sequence[Entry]) -> list[Both]:
    attempts = attempts_of(messages)
    if not attempts:
        return [_nothing(who, messages)]
    last = attempts[-1]
    shut_out = [entry.event for entry in entries if isinstance(entry.event, SourceShutOut)]
    told: list[Both] = []
    if last.status == 403 and shut_out:
        told.append(_shut_out(who, last, shut_out[-1]))
    found = _password(who, attempts, entries) or _answers_lost(who, last) or _outcome(who, last)
    return [*told, found]


def _nothing(who: str, messages: Sequence[Message]) -> Both:
    if messages:
        return (
            f"Nothing came from {who}: what is shown went to its phone and was not answered, or its answers.",
            f"Od {who} nic nie przyszło: widać tylko to, co wysłano do telefonu, i jego odpowiedzi.",
        )
    return (
        f"Nothing of {who} is in the trace: no packet of its phone has reached this switch, or too long ago.",
        f"W zapisie nie ma nic od {who}: żaden pakiet telefonu nie dotarł do centrali albo było to zbyt "
        "dawno.",
    )


def _shut_out(who: str, last: Attempt, event: SourceShutOut) -> Both:
    return (
        f"{event.source} is banned for {event.seconds} s, as {event.wrong} wrong passwords came from there.",
        f"{event.source} jest zablokowany na {event.seconds} s, bo przyszło stamtąd {event.wrong} błędnych "
        "haseł.",
    )


def _password(who: str, attempts: Sequence[Attempt], entries: Sequence[Entry]) -> Both | None:
    """Return what is wrong with a phone's credentials as long as they were never taken at the end."""
    refused = _trailing(attempts)
    proved = [one for one in refused if one.credentials]
    stale = [one for one in proved if one.is_stale]
    if len(stale) >= STALE_LOOP and len(stale) == len(proved):
        return _stale_loop(who, stale)
    wrong = [one for one in proved if not one.is_stale]
    if wrong:
        return _wrong(who, wrong, entries)
    bare = [one for one in refused if not one.credentials]
    if len(bare) >= STALE_LOOP or (bare and bare[-1].times > UNHEARD):
        times, where = sum(one.times for one in bare), bare[-1].request.remote
        return (
            f"{who} at {where} was asked for its password {times} times and never gave one: none is set in "
            "the "
            "phone, or our answers do not reach it.",
            f"{who} spod {where} był pytany o hasło {times} razy i go nie podał: nie ma go w telefonie "
            "albo nasze "
            "odpowiedzi do niego nie docierają.",
        )
    return None


def _trailing(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Return the last attempts that were all answered by 401, 403 or 407."""
    found: list[Attempt] = []
    for attempt in reversed(attempts):
        if attempt.status not in (401, 403, 407):
            break
        found.append(attempt)
    return found[::-1]


def _stale_loop(who: str, stale: Sequence[Attempt]) -> Both:
    nonces = {one.credentials.get("nonce", "") for one in stale}
    same = len(nonces) == 1
    times, where = len(stale), stale[-1].request.remote
    return (
        f"The phone of {who} at {where} goes on with {'an' if same else 'its'} old nonce: {times} times it "
        "was given "
        "a new one (stale=true) and did not take it. Its password is not the fault; restart or update the "
        "phone.",
        f"Telefon {who} spod {where} wciąż używa starego nonce: {times} razy dostał nowy (stale=true) i go "
        "nie "
        "przyjął. Hasło nie jest tu winne; uruchom telefon ponownie lub zaktualizuj.",
    )


def _wrong(who: str, wrong: Sequence[Attempt], entries: Sequence[Entry]) -> Both:
    last = wrong[-1]
    name, realm = (printable(last.credentials.get(key, "")) for key in ("username", "realm"))
    asked = printable(last.challenge.get("realm", realm))
    where, times = last.request.remote, len(wrong)
    once = ("time", "raz") if times == 1 else ("times", "razy")
    refusals = [entry.event for entry in entries if isinstance(entry.event, CredentialsRefused)]
    if realm != asked:
        return (
            f"{who} at {where} proves itself to the realm {realm}, but {asked} asks: correct the realm in "
            "the phone.",
            f"{who} spod {where} loguje się do strefy {realm}, a pyta {asked}: popraw strefę (realm) w "
            "telefonie.",
        )
    if refusals and refusals[-1].reason == "no such account":
        return (
            f"{where} uses the name {name}, and there is no such account.",
            f"{where} podaje nazwę {name}, a takiego konta nie ma.",
        )
    return (
        f"The password of {name} is wrong: its phone at {where} was refused {times} {once[0]}.",
        f"Hasło konta {name} jest błędne: telefonowi spod {where} odmówiono {times} {once[1]}.",
    )


def _answers_lost(who: str, last: Attempt) -> Both | None:
    if last.times <= UNHEARD or last.answer is None:
        return None
    where, said_to = last.request.remote, last.answer.remote
    return (
        f"The phone of {who} at {where} sent the same {last.request.method} {last.times} times: our "
        "answers to "
        f"{said_to} do not reach it.",
        f"Telefon {who} spod {where} wysłał ten sam {last.request.method} {last.times} razy: nasze "
        "odpowiedzi do "
        f"{said_to} do niego nie docierają.",
    )


def _outcome(who: str, last: Attempt) -> Both:
    """Return what came of the last request."""
    request, answer, where = last.request, last.answer, last.request.remote
    method = printable(request.method)
    if answer is None:
        return (
            f"The {method} of {who} from {where} has no final answer yet.",
            f"{method} od {who} spod {where} nie ma jeszcze ostatecznej odpowiedzi.",
        )
    if answer.status == 488 and request.codecs:
        return codecs_refused(who, request.codecs)
    if answer.status >= 300:
        why = printable(said(answer), 100)
        return (
            f"The last {method} of {who} from {where} was refused: {why}.",
            f"Ostatni {method} od {who} spod {where} odrzucono: {why}.",
        )
    if method == "REGISTER":
        return _registered(who, last, answer)
    return (
        f"The last {method} of {who} from {where} was answered {answer.title}.",
        f"Na ostatni {method} od {who} spod {where} odpowiedziano {answer.title}.",
    )


def _registered(who: str, last: Attempt, answer: Message) -> Both:
    where, transport = last.request.remote, last.request.noted.hop.transport
    if not answer.contact:
        return f"{who} has unregistered from {where}.", f"{who} wyrejestrował się z {where}."
    seconds = answer.field("Expires")
    period = f" ({lasting(int(seconds))})" if seconds.isdecimal() else ""
    return (
        f"{who} is registered from {where} over {transport}{period}.",
        f"{who} jest zarejestrowany z {where} przez {transport}{period}.",
    )


def digest_of(message: Message, names: Sequence[str]) -> Mapping[str, str]:
    """Return the parameters of the first Digest in these fields; empty for none that can be read."""
    for name in names:
        scheme, _, rest = message.field(name).strip().partition(" ")
        if scheme.lower() != "digest":
            continue
        try:
            params = parse_params(list(split_outside(rest, ",")), what=name)
        except SipError:
            return {}
        return {key: value or "" for key, value in params.items()}
    return {}
