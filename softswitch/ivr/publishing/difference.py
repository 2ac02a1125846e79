"""What differs between two trees, in words of two languages: by what people know of them, not by lines."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from softswitch.errors import harmless
from softswitch.ivr.model import NEXT, Branch, Step, Tree
from softswitch.ivr.outcome import Back, GoTo, HandedOver, HangUp, Into, Next, Outcome, Up
from softswitch.languages import ENGLISH, POLISH
from softswitch.words import Both, exit_word

LONGEST_QUOTE: Final = 80
"""Letters of a text that are shown: enough to know it by."""

NOTHING: Final[Both] = ("nothing", "nic")

_TEXT: Final = "text"
_PLAY: Final = "play"
_ORDER: Final = "(order)"
"""Stands for the order of a mapping: where the first that fits is taken it means something."""

Leaves = Mapping[str, object]
"""The values of an action's parameters, by dotted path; lists are counted from 1."""


def differences(
    before: Tree,
    after: Tree,
    sounds_before: Mapping[str, str] | None = None,
    sounds_after: Mapping[str, str] | None = None,
) -> tuple[Both, ...]:
    """Return a sentence for everything in which ``after`` is another tree than ``before``.

    ``sounds_…`` are checksums of what they play, by file name. Line numbers, notes and the order of branches
    are no difference: nobody hears them.
    """
    return (
        *_heads(before, after),
        *_branches(before, after),
        *_sounds(sounds_before or {}, sounds_after or {}),
    )


# Above the branches


def _heads(before: Tree, after: Tree) -> Iterator[Both]:
    if before.name != after.name:
        yield (
            f"the menu {_s(before.name)} is now called {_s(after.name)}",
            f"menu {_s(before.name)} nazywa się teraz {_s(after.name)}",
        )
    yield from _numbers(before, after)
    if before.start != after.start:
        yield (
            f"callers now begin at branch {_s(after.start)}, not {_s(before.start)}",
            f"dzwoniący zaczynają teraz w gałęzi {_s(after.start)}, nie {_s(before.start)}",
        )
    if before.language != after.language:
        yield (
            f"the language of the menu is now {_s(after.language)}, not {_s(before.language)}",
            f"językiem menu jest teraz {_s(after.language)}, nie {_s(before.language)}",
        )
    if before.default_text != after.default_text:
        was, now = _quoted(before.default_text), _quoted(after.default_text)
        yield (
            f"what is said for a variable without a value was {was[0]} and is now {now[0]}",
            f"za zmienną bez wartości mówiono {was[1]}, teraz {now[1]}",
        )
    if before.outage != after.outage:
        if after.outage:
            yield (
                f"in an outage callers now go through branch {_s(after.outage)} first",
                f"w razie awarii dzwoniący przechodzą teraz najpierw przez gałąź {_s(after.outage)}",
            )
        else:
            yield (
                f"in an outage callers no longer go through branch {_s(before.outage)} first",
                f"w razie awarii dzwoniący nie przechodzą już najpierw przez gałąź {_s(before.outage)}",
            )
    if before.self_service != after.self_service:
        yield (
            ("the menu is now meant to lead to nobody", "menu z założenia nie prowadzi teraz do człowieka")
            if after.self_service
            else ("the menu is now meant to lead to people", "menu z założenia prowadzi teraz do człowieka")
        )


def _numbers(before: Tree, after: Tree) -> Iterator[Both]:
    for number in after.numbers:
        if number not in before.numbers:
            at = after.entries.get(number)
            yield (
                f"number {_s(number)} now leads here{f', to branch {_s(at)}' if at else ''}",
                f"numer {_s(number)} prowadzi teraz tutaj{f', do gałęzi {_s(at)}' if at else ''}",
            )
        elif (now := after.entries.get(number, "")) != (was := before.entries.get(number, "")):
            to = now or after.start
            yield (
                f"number {_s(number)} now enters at branch {_s(to)}, not {_s(was or before.start)}",
                f"numer {_s(number)} wchodzi teraz do gałęzi {_s(to)}, nie {_s(was or before.start)}",
            )
    for number in before.numbers:
        if number not in after.numbers:
            yield (
                f"number {_s(number)} no longer leads here",
                f"numer {_s(number)} już tutaj nie prowadzi",
            )
    kept = [number for number in before.numbers if number in after.numbers]
    if kept != [number for number in after.numbers if number in before.numbers]:
        yield (
            f"the numbers stand in another order: {_s(', '.join(after.numbers))}",
            f"numery stoją w innej kolejności: {_s(', '.join(after.numbers))}",
        )


# Branches


def _branches(before: Tree, after: Tree) -> Iterator[Both]:
    for name, branch in after.branches.items():
        if name not in before.branches:
            yield f"branch {_s(name)} is new", f"gałąź {_s(name)} jest nowa"
        else:
            yield from _branch(before.branches[name], branch)
    for name in before.branches:
        if name not in after.branches:
            yield f"branch {_s(name)} is gone", f"gałęzi {_s(name)} już nie ma"


def _branch(before: Branch, after: Branch) -> Iterator[Both]:
    name = _s(after.name)
    if before.parent != after.parent:
        if after.parent is None:
            yield (
                f"branch {name} no longer names a branch above it",
                f"gałąź {name} nie wskazuje już gałęzi nad sobą",
            )
        else:
            yield (
                f"above branch {name} there is now {_s(after.parent)}",
                f"nad gałęzią {name} jest teraz {_s(after.parent)}",
            )
    known: dict[Hashable, int] = {}
    old, new = ([_known_as(step, known) for step in steps] for steps in (before.steps, after.steps))
    for same, low, high, first, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if same != "equal":
            yield from _steps(name, before.steps[low:high], after.steps[first:last])


def _known_as(step: Step, known: dict[Hashable, int]) -> int:
    """Return a number that equal steps have in common: actions hold mappings, which have no hash."""
    return known.setdefault((step.action_name, repr(leaves_of(step.action))), len(known))


def _steps(branch: str, before: tuple[Step, ...], after: tuple[Step, ...]) -> Iterator[Both]:
    """Tell of a part of a branch in which no step stayed as it was."""
    left = list(before)
    pairs: list[tuple[Step | None, Step]] = []
    for step in after:
        # The first that does the same is taken for the one it was.
        at = next((i for i, one in enumerate(left) if one.action_name == step.action_name), None)
        pairs.append((None if at is None else left[at], step))
        if at is not None:
            for gone in left[:at]:
                yield _gone(branch, gone)
            del left[: at + 1]
    for was, now in pairs:
        if was is None:
            named = f"{now.number} ({now.action_name})"
            yield (
                f"step {named} of branch {branch} is new",
                f"krok {named} gałęzi {branch} jest nowy",
            )
        else:
            yield from _step(branch, was, now)
    for gone in left:
        yield _gone(branch, gone)


def _gone(branch: str, step: Step) -> Both:
    named = f"{step.number} ({step.action_name})"
    return f"step {named} of branch {branch} is gone", f"kroku {named} gałęzi {branch} już nie ma"


# One step


def _step(branch: str, before: Step, after: Step) -> Iterator[Both]:
    place = (
        f"step {after.number} of branch {branch}",
        f"kroku {after.number} gałęzi {branch}",
    )
    was, now = before.action.exits(), after.action.exits()
    moved: set[tuple[str, str]] = set()
    for name in dict.fromkeys((*was, *now)):
        old, new = was.get(name), now.get(name)
        if old != new:
            moved.add((_target(old), _target(new)))
            yield _way(branch, after, name, old, new)
    leaves, other = leaves_of(before.action), leaves_of(after.action)
    told = bool(moved)
    for path in dict.fromkeys((*leaves, *other)):
        old_leaf, new_leaf = leaves.get(path), other.get(path)
        if path in leaves and path in other and old_leaf == new_leaf:
            continue
        if path.endswith(_ORDER) and not _is_shuffled(old_leaf, new_leaf):
            # What came or went is told of by itself.
            continue
        if _is_way(path) and (_named(old_leaf), _named(new_leaf)) in moved:
            # Told of already, by where it leads.
            continue
        told = True
        yield _parameter(place, path, old_leaf, new_leaf)
    if not told:
        # What cannot be shown as values is still another step.
        yield f"{place[0]} ({after.action_name}) is another", f"zmieniono {place[1]} ({after.action_name})"


def _way(branch: str, step: Step, name: str, old: Outcome | None, new: Outcome | None) -> Both:
    key = name.removeprefix("key ") if name.startswith("key ") else ""
    where = f"step {step.number} of branch {branch}", f"krok {step.number} gałęzi {branch}"
    if name == NEXT and old is not None and new is not None:
        to = _lead(new)
        return f"{where[0]} now {to[0]}", f"{where[1]}: teraz {to[1]}"
    english = f"key {_s(key)} of branch {branch}" if key else f"“{exit_word(name, ENGLISH)}” of {where[0]}"
    polish = f"klawisz {_s(key)} gałęzi {branch}" if key else f"„{exit_word(name, POLISH)}” ({where[1]})"
    if new is None:
        return f"{english} is gone", f"{polish}: już tego nie ma"
    to = _lead(new)
    if old is None:
        return f"{english} is new and {to[0]}", f"{polish}: nowe, {to[1]}"
    return f"{english} now {to[0]}", f"{polish}: teraz {to[1]}"


def _lead(outcome: Outcome) -> Both:
    match outcome:
        case Next():
            return "goes on to the next step", "przechodzi do następnego kroku"
        case GoTo(branch):
            return f"leads to {_s(branch)}", f"prowadzi do {_s(branch)}"
        case Into(branch):
            return f"leads through {_s(branch)} and back", f"prowadzi przez {_s(branch)} i z powrotem"
        case Back():
            return "leads back", "prowadzi z powrotem"
        case Up():
            return "leads up", "prowadzi w górę"
        case HangUp():
            return "ends the call", "kończy połączenie"
        case HandedOver(to):
            return f"hands over to {_s(to)}", f"przekazuje do {_s(to)}"


def _target(outcome: Outcome | None) -> str:
    return outcome.branch if isinstance(outcome, GoTo | Into) else ""


def _is_shuffled(old: object, new: object) -> bool:
    return isinstance(old, tuple) and isinstance(new, tuple) and sorted(old) == sorted(new)


def _named(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_way(path: str) -> bool:
    """Tell whether a branch could stand there: never where something is said or played."""
    return not {_TEXT, _PLAY} & set(path.split("."))


def _parameter(place: Both, path: str, old: object, new: object) -> Both:
    parts = path.split(".")
    was, now = _quoted(old), _quoted(new)
    if _TEXT in parts:
        language = parts[parts.index(_TEXT) + 1] if parts[-1] != _TEXT else ""
        of = ".".join(part for part in parts[: parts.index(_TEXT)] if part)
        within = f" [{_s(', '.join(part for part in (of, language) if part))}]" if of or language else ""
        return (
            f"the text of {place[0]} changed{within}: {was[0]} is now {now[0]}",
            f"zmienił się tekst {place[1]}{within}: było {was[1]}, jest {now[1]}",
        )
    if parts[-1] == _PLAY:
        return (
            f"the sound of {place[0]} changed: {was[0]} is now {now[0]}",
            f"zmieniło się nagranie {place[1]}: było {was[1]}, jest {now[1]}",
        )
    named = _s(path.removesuffix(f".{_ORDER}"))
    if parts[-1] == _ORDER:
        return f"the order of {named} of {place[0]} changed", f"zmieniła się kolejność {named} {place[1]}"
    return (
        f"{named} of {place[0]} changed: {was[0]} is now {now[0]}",
        f"zmieniło się {named} {place[1]}: było {was[1]}, jest {now[1]}",
    )


def leaves_of(action: BaseModel) -> Leaves:
    """Return the values of an action's parameters by dotted path."""
    return dict(_leaves("", action))


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    below: dict[str, object]
    match value:
        case BaseModel():
            below = {name: getattr(value, name) for name in type(value).model_fields}
        case Mapping():
            below = {str(key): one for key, one in value.items()}
        case tuple() | list():
            below = {str(index): one for index, one in enumerate(value, start=1)}
        case frozenset() | set():
            below = {str(index): one for index, one in enumerate(sorted(value, key=str), start=1)}
        case _:
            yield path, value
            return
    for name, one in below.items():
        yield from _leaves(f"{path}.{name}" if path else name, one)
    if isinstance(value, Mapping):
        yield f"{path}.{_ORDER}", tuple(below)


# Sounds, and how values are shown


def _sounds(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Both]:
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield f"the sound file {_s(name)} is another", f"plik dźwiękowy {_s(name)} jest inny"


def _quoted(value: object) -> Both:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return ("yes", "tak") if value else ("no", "nie")
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    if isinstance(value, float | int):
        return f"{value:g}", f"{value:g}".replace(".", ",")
    shown = _s(value.name if isinstance(value, Path) else str(value))
    return f"“{shown}”", f"„{shown}”"


def _s(text: str) -> str:
    """Return a text from a tree as one harmless piece of a sentence."""
    one_line = harmless(" ".join(text.split()))
    return one_line if len(one_line) <= LONGEST_QUOTE else one_line[: LONGEST_QUOTE - 1] + "…"
