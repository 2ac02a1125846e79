"""How a command ends: with its exit code, after one clear sentence where it failed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine

import typer
import uvloop
from rich.console import Console as Screen
from rich.console import RenderableType

from softswitch.cli.codes import EXIT_CANNOT_START, EXIT_WRONG_CONFIG
from softswitch.control import NoSwitch
from softswitch.errors import ConfigError, SoftswitchError

NAME_IT = "If another line is meant, name its configuration with --config, or its folder with --home."


def run_to_the_end(work: Coroutine[None, None, None]) -> int:
    """Run it on a loop of its own; return the exit code, see :func:`judged`."""
    return judged(lambda: uvloop.run(work))


def judged(work: Callable[[], None], said: Callable[[SoftswitchError], str] = str) -> int:
    """Do it; return the exit code, after one clear sentence on standard error, ``said`` so, if it failed."""
    try:
        work()
    except ConfigError as error:
        return complain(said(error), EXIT_WRONG_CONFIG)
    except NoSwitch as error:
        return complain(f"{error}. {NAME_IT}", EXIT_CANNOT_START)
    except SoftswitchError as error:
        return complain(said(error), EXIT_CANNOT_START)
    return 0


def complain(error: str, code: int) -> int:
    """Say on standard error what is wrong; return the exit code."""
    print(error, file=sys.stderr)  # noqa: T201 - the command line's own voice
    return code


def exit_with(code: int) -> None:
    """End the command with an exit code; with 0 it goes on. Raises typer.Exit."""
    if code:
        raise typer.Exit(code)


def say(line: str) -> None:
    """Write a line to standard output."""
    # Flushed, so that programs that wait for a line see it when it is true.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def put(shown: RenderableType, as_json: bool) -> None:
    """Write what a command shows; JSON is a ``str``, written as it is."""
    if as_json:
        say(str(shown))
    else:
        Screen().print(shown)
