"""A simulated call as lines for a terminal, in two languages: when, what is heard, pressed and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from softswitch.errors import harmless
from softswitch.events import (
    BranchEntered,
    CallerShown,
    CallEvent,
    CallRated,
    DigitPressed,
    PromptPlayed,
    StepTaken,
)
from softswitch.ivr.context import WaitEnd
from softswitch.ivr.outcome import LEFT_UNSAID, POLISH_REASONS, EndReason
from softswitch.ivr.transcript import Dialled, Effect, Moment, Transcript, Waited
from softswitch.languages import ENGLISH, POLISH
from softswitch.narration.lines import told
from softswitch.words import Both, detail_words, exit_word, word

LONGEST_ROUND: Final = 60
"""Lines of the longest round that is looked for; a longer one is no mistake of a few branches."""

FEWEST_ROUNDS: Final = 3
"""How often lines repeat before it is a round."""

VERBS: Final[Mapping[str, Both]] = {
    "branch": ("BRANCH", "GAŁĄŹ"),
    "end": ("END", "KONIEC"),
    "hears": ("  hears", "  słyszy"),
    "presses": ("  presses", "  wybiera"),
    "step": ("  step", "  krok"),
    "dials": ("  dials", "  dzwoni"),
    "shows": ("  shows", "  widać"),
    "rates": ("  rates", "  ocenia"),
    "waits": ("  waits", "  czeka"),
    # What is done beside the call.
    "sms": ("  sms", "  SMS"),
    "mail": ("  mail", "  e-mail"),
    "ticket": ("  ticket", "  zgłoszenie"),
    "request": ("  request", "  pytanie"),
    "program": ("  program", "  program"),
    "message": ("  message", "  wiadomość"),
    "callback": ("  callback", "  oddzwonienie"),
    "customer": ("  customer", "  klient"),
    "remembers": ("  remembers", "  pamięta"),
}
"""What a line begins with."""

POLISH_FACTS: Final[Mapping[str, str]] = {
    "to": "do",
    "from": "od",
    "text": "treść",
    "subject": "temat",
    "template": "szablon",
    "method": "metoda",
    "queue": "kolejka",
    "title": "tytuł",
    "priority": "priorytet",
    "category": "kategoria",
    "number": "numer",
    "customer": "klient",
    "box": "skrzynka",
    "desk": "biuro",
    "language": "język",
    "pace": "tempo",
}
"""What is told of what is done beside the call, in Polish; what a program is told has names of its own."""

VERB_WIDTH: Final = 10


def render_transcript(transcript: Transcript, language: str = ENGLISH) -> str:
    """Return the call as lines for a terminal, in English or Polish (``pl``).

    Of a call that went round without an end the rounds are shown once.
    """
    rows = _rows(transcript.moments, language)
    if transcript.ended is not None and transcript.ended.reason is EndReason.ENDLESS_LOOP:
        rows = _without_rounds(rows, language)
    tree = _in("tree", "menu", language)
    lines = [f"{tree} {transcript.tree}", *(f"{clock}  {text}" for clock, text in rows)]
    lines.append(end_line(transcript, language))
    if transcript.not_pressed:
        never = _in("never pressed", "nigdy nie naciśnięto", language)
        lines.append(f"{never}: {', '.join(transcript.not_pressed)}")
    if transcript.not_used:
        never = _in("never used", "nigdy nie użyto", language)
        lines.append(f"{never}: {'; '.join(transcript.not_used)}")
    return "\n".join(map(harmless, lines))


def moment_lines(moments: Sequence[Moment], language: str = ENGLISH) -> list[str]:
    """Return some moments of a call as lines for a terminal."""
    return [harmless(f"{clock}  {text}") for clock, text in _rows(moments, language)]


def end_line(transcript: Transcript, language: str = ENGLISH) -> str:
    """Return the line about the end of a call."""
    return f"{_clock(transcript.seconds)}  {_line('end', _end(transcript, language), language)}"


def _in(english: str, polish: str, language: str) -> str:
    return polish if language == POLISH else english


def _line(verb: str, text: str, language: str) -> str:
    begins = VERBS[verb][language == POLISH] if verb in VERBS else f"  {verb}"
    width = VERB_WIDTH if begins.startswith(" ") else VERB_WIDTH - 2
    return f"{begins:{width}}{text}" if len(begins) < width else f"{begins} {text}"


def _rows(moments: Sequence[Moment], language: str) -> list[tuple[str, str]]:
    return [(_clock(_start(moment)), _told(moment.event, language)) for moment in moments]


def _end(transcript: Transcript, language: str) -> str:
    ended = transcript.ended
    if ended is None:
        return word("caller_hung_up", language)
    branch = _in("branch", "gałąź", language)
    end = f"{_in(ended.reason.value, POLISH_REASONS[ended.reason], language)} ({branch} {ended.branch})"
    if ended.to:
        end += _in(f"; {ended.to} says what follows", f"; co dalej, mówi {ended.to}", language)
    if not transcript.answered:
        return end + _in("; the call was never answered", "; połączenia nikt nie odebrał", language)
    if ended.reason in LEFT_UNSAID:
        end += _in(", after a busy tone", ", po sygnale zajętości", language)
    return end


def _without_rounds(rows: list[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    """Return the rows with every stretch that repeats shown once, and how often it comes again."""
    texts = [text for _, text in rows]
    shown: list[tuple[str, str]] = []
    at = 0
    while at < len(rows):
        length, times = _round_at(texts, at)
        shown += rows[at : at + length]
        if times > 1:
            again = _in(f"the same {times - 1} times more", f"to samo jeszcze {times - 1} razy", language)
            shown.append((rows[at + length][0], _line("...", again, language)))
        at += length * times
    return shown


def _round_at(texts: list[str], at: int) -> tuple[int, int]:
    """Return the length of the shortest stretch that repeats from ``at`` on, and how often."""
    for length in range(1, LONGEST_ROUND + 1):
        stretch = texts[at : at + length]
        times = 1
        while texts[at + times * length : at + (times + 1) * length] == stretch:
            times += 1
        if times >= FEWEST_ROUNDS and len(stretch) == length:
            return length, times
    return 1, 1


def _start(moment: Moment) -> float:
    """Return when it began: prompts are recorded at their end."""
    played = moment.event.seconds if isinstance(moment.event, PromptPlayed) else 0.0
    return max(0.0, moment.at - played)


def _clock(seconds: float) -> str:
    tenths = round(seconds * 10)
    return f"{tenths // 600:3d}:{tenths % 600 / 10:04.1f}"


def _told(event: CallEvent | Dialled | Waited | Effect, language: str) -> str:
    match event:
        case BranchEntered(_, branch):
            return _line("branch", branch, language)
        case PromptPlayed(_, _, text, seconds, interrupted):
            cut = _in(", cut short by a key", ", przerwane klawiszem", language) if interrupted else ""
            return _line("hears", f"{text}  ({seconds:.1f} s{cut})", language)
        case DigitPressed(_, digit, method):
            return _line("presses", f"{digit}  ({method})", language)
        case StepTaken(_, _, step, exit_name, detail):
            more = f" ({detail_words(exit_name, detail, language)})" if detail else ""
            return _line("step", f"{step}: {exit_word(exit_name, language)}{more}", language)
        case Dialled():
            return _line("dials", _dial(event, language), language)
        case Waited():
            return _line("waits", _wait(event, language), language)
        case CallerShown(name, number):
            known = _in("the caller as known", "dzwoniącego, jak jest znany", language)
            return _line("shows", " ".join(part for part in (name, number) if part) or known, language)
        case CallRated(rating=rating, lowest=lowest, highest=highest):
            between = _in("to", "do", language)
            return _line("rates", f"{rating} ({lowest} {between} {highest})", language)
        case Effect(kind, facts):
            names = POLISH_FACTS if language == POLISH and kind != "program" else {}
            held = ", ".join(f"{names.get(name, name)} {value}" for name, value in facts.items() if value)
            return _line(kind, held, language)
        case _:
            return f"  {told(event, language)}"


def _as(label: str, language: str) -> str:
    return f" {_in('as', 'jako', language)} '{label}'" if label else ""


def _after(seconds: float, language: str) -> str:
    return f"{_in('after', 'po', language)} {seconds:.0f} s"


def _dial(dialled: Dialled, language: str) -> str:
    who = f"{', '.join(dialled.targets)}{_as(dialled.label, language)}"
    return f"{who}: {word(dialled.result.value, language)} {_after(dialled.seconds, language)}"


def _wait(wait: Waited, language: str) -> str:
    where = f"{wait.queue}{_as(wait.label, language)}"
    if wait.end is None:
        end = word("caller_hung_up", language)
    elif wait.end.how is WaitEnd.KEY:
        end = f"{word('key', language)} {wait.end.key}"
    else:
        end = word(wait.end.how.value, language)
    after = _after(wait.waited, language)
    if wait.talked is None:
        return f"{where}: {end} {after}"
    answered = _in("an agent answered", "konsultant odebrał", language)
    later = _in(f"{wait.talked:.0f} s later", f"{wait.talked:.0f} s później", language)
    return f"{where}: {answered} {after}, {end} {later}"
