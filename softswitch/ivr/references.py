"""What a parameter may speak of outside itself: branches of its tree, variables, files beside it.

Checked while the parameter is read, so that one reading of a file tells everything that is wrong in it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import soundfile
from pydantic import AfterValidator, ValidationInfo

from softswitch.ivr.errors import TemplateError
from softswitch.ivr.expressions import names_in, nearest

VARIABLE = "VARIABLE."
"""How the names of variables begin that steps give values to."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the file round a parameter; None where it is not known and anything goes.

    Handed to pydantic as the context of a validation.
    """

    folder: Path | None = None
    branches: Collection[str] | None = None
    variables: Collection[str] | None = None
    queues: Collection[str] | None = None


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


def checked_queue(name: str, info: ValidationInfo) -> str:
    """Return ``name`` when there is such a queue; raise ValueError if not."""
    queues = around(info).queues
    if queues is not None and name not in queues:
        raise ValueError(f"there is no queue '{name}'{nearest(name, sorted(queues))}")
    return checked_text(name)


def checked_text(text: str) -> str:
    """Return ``text`` when it is not empty; raise ValueError if it is."""
    if not text.strip():
        raise ValueError("the text is empty")
    return text


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
    return name in known or (name.startswith(VARIABLE) and name != VARIABLE)


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
QueueName = Annotated[str, AfterValidator(checked_queue), Kind("queue", "kolejka")]
Template = Annotated[str, AfterValidator(checked_template), Kind("text", "tekst")]
Text = Annotated[str, AfterValidator(checked_text), AfterValidator(checked_template), Kind("text", "tekst")]
SoundFile = Annotated[Path, AfterValidator(checked_sound), Kind("sound file", "plik dźwiękowy")]
