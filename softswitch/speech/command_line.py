"""The command line of an operator's own engine, as it is configured: arguments, and placeholders in them."""

from __future__ import annotations

import shlex
import string

PLACEHOLDERS = frozenset({"text", "language", "voice", "rate", "output"})


def arguments_of(command: str) -> list[str]:
    """Return the arguments of a command line. Raises ValueError with the reason it cannot be used."""
    arguments = shlex.split(command)
    if not arguments:
        raise ValueError("the command is empty")
    for argument in arguments:
        for _, field, form, conversion in string.Formatter().parse(argument):
            if field is not None and (field not in PLACEHOLDERS or form or conversion):
                known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
                raise ValueError(f"{{{field}}} is no placeholder (known: {known})")
    return arguments
