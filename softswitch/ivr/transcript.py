"""What happened in a simulated call, to be asked by tests and read by people."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.errors import harmless
from softswitch.events import BranchEntered, CallEvent, DigitPressed, PromptPlayed, StepTaken
from softswitch.ivr.context import DialResult, QueueEnd, WaitEnd
from softswitch.ivr.outcome import LEFT_UNSAID, Ended, EndReason
from softswitch.words import exit_word, word

ENGLISH = "en"
LONGEST_ROUND = 60
"""Lines of the longest round that is looked for; a longer one is no mistake of a few branches."""

FEWEST_ROUNDS = 3
"""How often lines repeat before it is a round."""

CALLER_HUNG_UP = "the caller hung up"


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number the tree called for the caller, as the transcript shows it."""

    targets: tuple[str, ...]
    label: str
    result: DialResult
    seconds: float


@dataclass(frozen=True, slots=True)
class Waited:
    """A wait in a queue, as the transcript shows it. ``end`` is None when the caller hung up first.

    ``talked`` is how many seconds the caller talked with an agent, None when nobody answered.
    """

    queue: str
    label: str
    end: QueueEnd | None
    waited: float
    talked: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, ``at`` seconds after the call began."""

    at: float
    event: CallEvent | Dialled | Waited


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything of one simulated call. ``ended`` is None when the caller hung up first.

    ``not_pressed`` are keys of the script for which the call was over too soon, ``not_used`` are answers
    and waits for which too few numbers were dialled and too few queues entered. ``answered`` tells whether a
    real caller's phone would be.
    """

    tree: str
    moments: tuple[Moment, ...]
    ended: Ended | None
    seconds: float
    not_pressed: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()
    answered: bool = True

    @property
    def path(self) -> tuple[str, ...]:
        """Return the branches in the order they were entered."""
        return tuple(m.event.branch for m in self.moments if isinstance(m.event, BranchEntered))

    @property
    def heard(self) -> tuple[str, ...]:
        """Return the texts of all prompts, in order, as the log shows them."""
        return tuple(m.event.text for m in self.moments if isinstance(m.event, PromptPlayed))

    @property
    def exits(self) -> tuple[tuple[str, str, str], ...]:
        """Return (branch, step, exit) of every step, in order."""
        events = (m.event for m in self.moments)
        return tuple((e.branch, e.step, e.exit) for e in events if isinstance(e, StepTaken))

    @property
    def dialled(self) -> tuple[Dialled, ...]:
        """Return the numbers that were called, in order."""
        return tuple(m.event for m in self.moments if isinstance(m.event, Dialled))

    @property
    def waited(self) -> tuple[Waited, ...]:
        """Return the waits in queues, in order."""
        return tuple(m.event for m in self.moments if isinstance(m.event, Waited))

    @property
    def reason(self) -> str:
        """Return why the call ended, as a sentence."""
        return CALLER_HUNG_UP if self.ended is None else self.ended.reason.value


def render_transcript(transcript: Transcript) -> str:
    """Return the call as lines for a terminal: when, in which branch, what is heard, pressed, decided.

    Of a call that went round without an end the rounds are shown once.
    """
    rows = [(_clock(_start(moment)), _told(moment.event)) for moment in transcript.moments]
    if transcript.ended is not None and transcript.ended.reason is EndReason.ENDLESS_LOOP:
        rows = _without_rounds(rows)
    lines = [f"tree {transcript.tree}", *(f"{clock}  {text}" for clock, text in rows)]
    lines.append(f"{_clock(transcript.seconds)}  END     {_end(transcript)}")
    if transcript.not_pressed:
        lines.append(f"never pressed: {', '.join(transcript.not_pressed)}")
    if transcript.not_used:
        lines.append(f"never used: {'; '.join(transcript.not_used)}")
    return "\n".join(map(harmless, lines))


def _end(transcript: Transcript) -> str:
    ended = transcript.ended
    if ended is None:
        return transcript.reason
    end = f"{transcript.reason} (branch {ended.branch})"
    if ended.to:
        end += f"; {ended.to} says what follows"
    if not transcript.answered:
        return f"{end}; the call was never answered"
    return f"{end}, after a busy tone" if ended.reason in LEFT_UNSAID else end


def _without_rounds(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the rows with every stretch that repeats shown once, and how often it comes again."""
    texts = [text for _, text in rows]
    shown: list[tuple[str, str]] = []
    at = 0
    while at < len(rows):
        length, times = _round_at(texts, at)
        shown += rows[at : at + length]
        if times > 1:
            shown.append((rows[at + length][0], f"  ...     the same {times - 1} times more"))
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


def _told(event: CallEvent | Dialled | Waited) -> str:
    match event:
        case BranchEntered(_, branch):
            return f"BRANCH  {branch}"
        case PromptPlayed(_, _, text, seconds, interrupted):
            cut = ", cut short by a key" if interrupted else ""
            return f"  hears   {text}  ({seconds:.1f} s{cut})"
        case DigitPressed(_, digit, method):
            return f"  presses {digit}  ({method})"
        case StepTaken(_, _, step, exit_name, detail):
            more = f" ({detail})" if detail else ""
            return f"  step    {step}: {exit_word(exit_name, ENGLISH)}{more}"
        case Dialled(targets, label, result, seconds):
            shown = f" as '{label}'" if label else ""
            return (
                f"  dials   {', '.join(targets)}{shown}: {word(result.value, ENGLISH)} after {seconds:.0f} s"
            )
        case Waited():
            return _wait(event)
        case _:
            return f"  {event}"


def _wait(wait: Waited) -> str:
    shown = f" as '{wait.label}'" if wait.label else ""
    if wait.end is None:
        end = CALLER_HUNG_UP
    elif wait.end.how is WaitEnd.KEY:
        end = f"key {wait.end.key}"
    else:
        end = word(wait.end.how.value, ENGLISH)
    if wait.talked is None:
        return f"  waits   {wait.queue}{shown}: {end} after {wait.waited:.0f} s"
    return (
        f"  waits   {wait.queue}{shown}: an agent answered after {wait.waited:.0f} s, "
        f"{end} {wait.talked:.0f} s later"
    )
