"""What can go wrong in the voice menus, beyond a caller who hangs up.

::

    SoftswitchError
    └── IvrError                    base of everything raised on purpose by this room
        ├── TemplateError           a text with variables is not well formed
        ├── PromptFailed            a prompt cannot be made audible (raised by a Line; the tree goes on)
        ├── CallerGone              the caller hung up (raised by the simulator; live it is a cancellation)
        ├── NoSuchQueue             a queue was asked for that this switch does not have
        ├── NoSuchRoom              a program, box or desk was asked for that this switch does not have
        ├── NoSuchTill              money was to be taken by a switch without a payment provider
        ├── UnknownAction           an action was asked about that does not exist
        └── SimulationError         a step waited for something the simulated world does not have

Faults in the operator's tree files are :class:`softswitch.errors.ConfigError`, all of them at once.
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class IvrError(SoftswitchError):
    """Base of all errors raised on purpose by the ivr package."""


class TemplateError(IvrError):
    """A text with variables is not well formed; the text says what and where."""


class PromptFailed(IvrError):
    """A prompt cannot be made audible: no voice, a broken file. The tree goes on without it."""


class CallerGone(IvrError):
    """The caller hung up. Passes through the interpreter to whoever started it."""


class NoSuchQueue(IvrError):
    """A queue was asked for that does not exist. Trees are checked for it before anybody can call them."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no queue '{name}'")
        self.name = name


class NoSuchSchedule(IvrError):
    """A schedule was asked for that does not exist. Trees are checked for it before anybody can call them."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no schedule '{name}'")


class NoSuchRoom(IvrError):
    """A program, box or desk was asked for that does not exist. Trees are checked for it, too."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is nothing called '{name}' to lead callers to")
        self.name = name


class NoSuchTill(IvrError):
    """Money was to be taken by a switch that has no payment provider."""

    def __init__(self) -> None:
        super().__init__("no payment provider is configured")


class UnknownAction(IvrError):
    """There is no action of this name; the text names the nearest."""


class SimulationError(IvrError):
    """A step waited for something outside the simulated world, or the script cannot be played."""
