"""What people want done with their calls: forwarding and do-not-disturb, changed while the switch runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from softswitch.bus import EventLog
from softswitch.calls.hangup import Reason
from softswitch.events import DoNotDisturbSet, ForwardSet
from softswitch.features.config import PersonConfig
from softswitch.features.errors import FeatureError

DND: Final = "dnd"
ON: Final = "on"


class When(Enum):
    """When a call is sent on."""

    ALWAYS = "always"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"


_AFTER: Final = {
    Reason.BUSY: When.BUSY,
    # Who declines or is not to be disturbed wants the call taken elsewhere, as one who talks does.
    Reason.DECLINED: When.BUSY,
    Reason.DO_NOT_DISTURB: When.BUSY,
    Reason.NO_ANSWER: When.NO_ANSWER,
    Reason.OFFLINE: When.UNREACHABLE,
    Reason.UNREACHABLE: When.UNREACHABLE,
    Reason.PEER_FAILED: When.UNREACHABLE,
}
"""Which forwarding follows on why nobody was reached."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The wishes of one account. Numbers are "" where nothing is sent on; ``after`` is in seconds."""

    always: str = ""
    busy: str = ""
    no_answer: str = ""
    unreachable: str = ""
    after: float = 20.0
    dnd: bool = False

    def to(self, when: When) -> str:
        """Return where calls are sent on to, "" for nowhere."""
        return str(getattr(self, when.value))

    def follows(self, reason: Reason) -> str:
        """Return where a call goes that reached nobody for ``reason``, "" for nowhere."""
        when = _AFTER.get(reason)
        return self.to(when) if when is not None else ""


def configured(person: PersonConfig) -> Settings:
    """Return what the configuration says."""
    forward, missed = person.forward, person.forward.no_answer
    return Settings(
        always=forward.always or "",
        busy=forward.busy or "",
        no_answer=missed.to if missed is not None else "",
        unreachable=forward.unreachable or "",
        after=missed.after if missed is not None else NO_ANSWER_SECONDS,
        dnd=person.dnd,
    )


NO_ANSWER_SECONDS: Final = 20.0
"""How long a phone rings before the call is sent on, where a feature code has set it."""


class SettingsBook:
    """The settings of all accounts: what the configuration says, and over it what was changed since.

    ``changed`` is told (account, name, value) of every change, to be kept; ``restored`` are those kept
    before, by account and name. A change outlives the configuration it was made under.
    """

    def __init__(
        self,
        people: Mapping[str, PersonConfig],
        *,
        log: EventLog,
        changed: Callable[[str, str, str], None],
        restored: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._log = log
        self._changed = changed
        self._settings = {user: configured(person) for user, person in people.items()}
        for user, values in restored.items():
            for name, value in values.items():
                if user in self._settings:
                    self._settings[user] = _with(self._settings[user], name, value)

    def of(self, user: str) -> Settings:
        """Return the settings of an account; those of nobody are empty."""
        return self._settings.get(user, Settings())

    def set_forward(self, user: str, when: When, to: str | None) -> None:
        """Send calls of an account on to a number, or no more (None).

        Whether the number leads anywhere is seen when a call goes there. Raises FeatureError.
        """
        if to == user:
            raise FeatureError(f"{user} cannot forward to itself")
        self._set(user, when.value, to or "")
        self._log.append(ForwardSet(user, when.value, to or ""))

    def set_dnd(self, user: str, on: bool) -> None:
        """Let no calls through to an account, or let them again. Raises FeatureError."""
        self._set(user, DND, ON if on else "")
        self._log.append(DoNotDisturbSet(user, on))

    def _set(self, user: str, name: str, value: str) -> None:
        if user not in self._settings:
            raise FeatureError(f"there is no account {user}")
        self._settings[user] = _with(self._settings[user], name, value)
        self._changed(user, name, value)


def _with(settings: Settings, name: str, value: str) -> Settings:
    """Return them with one changed; a name of another version changes nothing."""
    if name == DND:
        return replace(settings, dnd=value == ON)
    if name in {when.value for when in When}:
        return replace(settings, **{name: value})  # type: ignore[arg-type]
    return settings
