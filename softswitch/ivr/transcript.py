"""What happened in a simulated call, to be asked by tests and read by people."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.events import BranchEntered, CallEvent, DigitPressed, PromptPlayed, StepTaken
from softswitch.ivr.context import DialResult
from softswitch.ivr.outcome import Ended

CALLER_HUNG_UP = "the caller hung up"


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number the tree called for the caller, as the transcript shows it."""

    targets: tuple[str, ...]
    label: str
    result: DialResult
    seconds: float


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, ``at`` seconds after the call began."""

    at: float
    event: CallEvent | Dialled


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything of one simulated call. ``ended`` is None when the caller hung up first.

    ``not_pressed`` are keys of the script for which the call was over too soon.
    """

    tree: str
    moments: tuple[Moment, ...]
    ended: Ended | None
    seconds: float
    not_pressed: tuple[str, ...] = ()

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
    def reason(self) -> str:
        """Return why the call ended, as a sentence."""
        return CALLER_HUNG_UP if self.ended is None else self.ended.reason.value


def render_transcript(transcript: Transcript) -> str:
    """Return the call as lines for a terminal: when, in which branch, what is heard, pressed, decided."""
    lines = [f"tree {transcript.tree}"]
    lines += [f"{_clock(_start(moment))}  {_told(moment.event)}" for moment in transcript.moments]
    where = f" (branch {transcript.ended.branch})" if transcript.ended else ""
    lines.append(f"{_clock(transcript.seconds)}  END     {transcript.reason}{where}")
    if transcript.not_pressed:
        lines.append(f"never pressed: {', '.join(transcript.not_pressed)}")
    return "\n".join(lines)


def _start(moment: Moment) -> float:
    """Return when it began: prompts are recorded at their end."""
    played = moment.event.seconds if isinstance(moment.event, PromptPlayed) else 0.0
    return max(0.0, moment.at - played)


def _clock(seconds: float) -> str:
    tenths = round(seconds * 10)
    return f"{tenths // 600:3d}:{tenths % 600 / 10:04.1f}"


def _told(event: CallEvent | Dialled) -> str:
    match event:
        case BranchEntered(_, branch):
            return f"BRANCH  {branch}"
        case PromptPlayed(_, _, text, seconds, interrupted):
            cut = ", cut short by a key" if interrupted else ""
            return f"  hears   {text}  ({seconds:.1f} s{cut})"
        case DigitPressed(_, digit, method):
            return f"  presses {digit}  ({method})"
        case StepTaken(_, _, step, exit_name, detail):
            return f"  step    {step}: {exit_name}{f' ({detail})' if detail else ''}"
        case Dialled(targets, label, result, seconds):
            shown = f" as '{label}'" if label else ""
            return f"  dials   {', '.join(targets)}{shown}: {result.value} after {seconds:.0f} s"
        case _:
            return f"  {event}"
