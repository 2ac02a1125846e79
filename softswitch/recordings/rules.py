"""Whether a talk is recorded, and how: the narrowest rule that says so, with the reason kept. Pure.

An account is narrower than a queue, a queue than a trunk, a trunk than the whole line. Each setting is looked
for by itself, so that a queue may say how long its recordings are kept and leave all else to the line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from softswitch.recordings.config import ConsentKind, HoldKind, Mode, RecordingRule, RecordingsConfig

LINE: Final = "line"
"""The rule of the whole line, as a reason."""
NEVER: Final = "never"
ON_DEMAND: Final = "on_demand"
ALWAYS: Final = "always"
NO_CONSENT_ASKED: Final = "none"
CHOICE: Final = "choice"

Fault = tuple[str, str]
"""Dotted path of the part, and what is wrong with it."""

Value = TypeVar("Value")

_MODES: Final[tuple[Mode, ...]] = ("never", "on_demand", "always")
_CONSENTS: Final[tuple[ConsentKind, ...]] = ("choice", "notice", "none")
_HOLDS: Final[tuple[HoldKind, ...]] = ("cut", "keep")


@dataclass(frozen=True, slots=True)
class TalkOf:
    """Of whom a talk is: the accounts of ours in it, the queue it came from and the trunk, "" for none."""

    accounts: tuple[str, ...] = ()
    queue: str = ""
    trunk: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for a talk. ``keep_days`` is 0 for ever.

    ``because`` is the rule that says whether it is recorded: ``account:1001``, ``queue:sales``,
    ``trunk:office``, ``line``; ``reasons`` are those of every setting by its name.
    """

    record: Mode
    consent: ConsentKind
    keep_days: int
    hold: HoldKind
    beep: bool
    reasons: Mapping[str, str]

    @property
    def because(self) -> str:
        """The rule by which it is recorded or not."""
        return self.reasons["record"]


def decide(config: RecordingsConfig, talk: TalkOf) -> Policy:
    """Return what holds for a talk.

    Where two accounts talk that both have a rule, the one that keeps less counts: never before on demand
    before always, asking before telling, the shorter time, music cut, a beep heard.
    """
    rules = [*_narrowest_first(config, talk)]
    reasons: dict[str, str] = {}

    def found(name: str, least: Callable[[Any], float]) -> Any:  # noqa: ANN401 - of every setting's own type
        for level in rules:
            said = [(because, value) for because, rule in level if (value := getattr(rule, name)) is not None]
            if said:
                reasons[name], value = min(said, key=lambda one: least(one[1]))
                return value
        reasons[name] = LINE
        return getattr(config, name)

    return Policy(
        record=found("record", _MODES.index),
        consent=found("consent", _CONSENTS.index),
        keep_days=found("keep_days", lambda days: days or float("inf")),
        hold=found("hold", _HOLDS.index),
        beep=found("beep", lambda beep: not beep),
        reasons=reasons,
    )


def _narrowest_first(
    config: RecordingsConfig, talk: TalkOf
) -> Iterator[Collection[tuple[str, RecordingRule]]]:
    accounts = dict.fromkeys(talk.accounts)
    yield [(f"account:{one}", config.accounts[one]) for one in accounts if one in config.accounts]
    for kind, name, rules in (("queue", talk.queue, config.queues), ("trunk", talk.trunk, config.trunks)):
        yield [(f"{kind}:{name}", rules[name])] if name in rules else []


def rule_faults(
    config: RecordingsConfig,
    *,
    accounts: Collection[str],
    queues: Collection[str],
    trunks: Collection[str],
) -> Iterator[Fault]:
    """Yield every rule for somebody or something that is not there."""
    for kind, rules, known in (
        ("account", config.accounts, accounts),
        ("queue", config.queues, queues),
        ("trunk", config.trunks, trunks),
    ):
        for name in rules:
            if name not in known:
                yield f"recordings.{kind}s.{name}", f"there is no {kind} {name}"
