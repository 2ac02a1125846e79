"""What a parameter may speak of outside itself: branches of its tree, variables, files beside it.

Checked while the parameter is read, so that one reading of a file tells everything that is wrong in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, ValidationInfo

from softswitch.ivr.errors import TemplateError
from softswitch.ivr.expressions import names_in, nearest
from softswitch.ivr.variables import OPEN_FAMILIES

QUEUE: Final = "queue"
SCHEDULE: Final = "schedule"
SHOP: Final = "shop"
OWN_FIELD: Final = "own field"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the file round a parameter; None where it is not known and anything goes.

    Handed to pydantic as the context of a validation.
    """

    folder: Path | None = None
    branches: Collection[str] | None = None
    variables: Collection[str] | None = None
    configured: Mapping[str, Collection[str]] = field(default_factory=dict)
    """What the configuration names, by its kind (QUEUE, SCHEDULE, ...); of other kinds any name will do."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a parameter of this type is, for people: in English and in Polish."""

    english: str
    polish: str


def around(info: ValidationInfo) -> Around:
    """Return what is known where a parameter is read."""
    return info.context if isinstance(info.context, Around) else Around()


def no_branch(name: str, branches: Collection[str]) -> str:
    """Return the sentence about a branch that is not there."""
    return f"there is no branch '{name}'{nearest(name, list(branches))}"


def checked_branch(name: str, info: ValidationInfo) -> str:
    """Return ``name`` when the tree has such a branch; raise ValueError if not."""
    branches = around(info).branches
    if branches is not None and name not in branches:
        raise ValueError(no_branch(name, branches))
    return name


def _named(kind: str) -> AfterValidator:
    """Return the check of names that the configuration gives to something of a kind; one with variables may
    become any.
    """

    def checked(name: str, info: ValidationInfo) -> str:
        if has_variables(checked_template(name, info)):
            return name
        known = around(info).configured.get(kind)
        if known is not None and name not in known:
            raise ValueError(f"there is no {kind} '{name}'{nearest(name, sorted(known))}")
        return checked_text(name)

    return AfterValidator(checked)


def _fast(name: str) -> str:
    """Return a name that stands fast; raise ValueError for one with variables."""
    try:
        varies = has_variables(name)
    except TemplateError as error:
        raise ValueError(str(error)) from error
    if varies:
        raise ValueError(f"'{name}': no variable can stand here, the name must be known before the call")
    return name


def checked_variable(name: str) -> str:
    """Return ``name`` when a variable can be called so; raise ValueError if not."""
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"'{name}' is not a variable name: letters, digits and _")
    return name


def checked_text(text: str) -> str:
    """Return ``text`` when it is not empty; raise ValueError if it is."""
    if not text.strip():
        raise ValueError("the text is empty")
    return text


def has_variables(text: str) -> bool:
    """Tell whether what a text says is known in a call alone."""
    return any(names_in(text))


def checked_template(text: str, info: ValidationInfo) -> str:
    """Return ``text`` when its variables are well written and can be known; else raise ValueError."""
    try:
        names = list(dict.fromkeys(names_in(text)))
    except TemplateError as error:
        raise ValueError(str(error)) from error
    known = around(info).variables
    if known is not None and (strange := [name for name in names if not _is_known(name, known)]):
        raise ValueError(
            ", ".join(f"unknown variable {{{{{name}}}}}{nearest(name, list(known))}" for name in strange)
        )
    return text


def _is_known(name: str, known: Collection[str]) -> bool:
    return name in known or any(name.startswith(family) and name != family for family in OPEN_FAMILIES)


def checked_sound(path: Path, info: ValidationInfo) -> Path:
    """Return ``path`` made absolute from the folder of the tree; raise ValueError if it is no sound file.

    Only its header is read.
    """
    folder = around(info).folder
    if folder is None:
        return path
    whole = (folder / path).resolve()
    if whole.is_dir():
        raise ValueError(f"'{path}' is a folder: a sound file is wanted here")
    if not whole.is_file():
        raise ValueError(f"the file '{path}' does not exist")
    # Only here: numpy comes with it, and few menus play files of their own.
    import soundfile

    try:
        sound = soundfile.info(str(whole))
    except soundfile.LibsndfileError as error:
        raise ValueError(f"the file '{path}' cannot be played: {error.error_string.rstrip('.')}") from error
    except TypeError as error:
        # What soundfile says of raw samples, whose rate and form are written nowhere.
        raise ValueError(f"the file '{path}' cannot be played: it has no header") from error
    if not sound.frames:
        raise ValueError(f"the file '{path}' holds no sound")
    return whole


BranchName = Annotated[str, AfterValidator(checked_branch), Kind("branch", "gałąź")]
ShopName = Annotated[str, AfterValidator(_fast), _named(SHOP), Kind("shop", "sklep")]
QueueName = Annotated[str, AfterValidator(_fast), _named(QUEUE), Kind("queue", "kolejka")]
AnyQueueName = Annotated[str, _named(QUEUE), Kind("queue", "kolejka")]
"""The name of a queue, in which variables may stand: the step must say what follows where there is none."""
ScheduleName = Annotated[str, AfterValidator(_fast), _named(SCHEDULE), Kind("schedule", "godziny pracy")]
Template = Annotated[str, AfterValidator(checked_template), Kind("text", "tekst")]
Text = Annotated[str, AfterValidator(checked_text), AfterValidator(checked_template), Kind("text", "tekst")]
SoundFile = Annotated[Path, AfterValidator(checked_sound), Kind("sound file", "plik dźwiękowy")]
