"""Whole lines to try: a shipped menu with accounts, queues and hours, copied into a folder of its own."""

from __future__ import annotations

import re
import secrets
import shutil
import string
from pathlib import Path
from typing import Final

from softswitch.config import Config, load_config
from softswitch.demo import TREES, new_password, to_try, write_private
from softswitch.errors import StartError

CONFIGURATION: Final = "softswitch.yaml"
CUSTOMERS: Final = "customers.csv"
"""The customers of such a line, taken in before its first start."""
CUSTOMERS_BEGUN: Final = f"{CUSTOMERS}.begun"
"""Lies beside them while they are taken in: a database that is there does not say that all of them are."""
CHOOSE: Final = "choose-a-long-one"
"""Stands for every password in the shipped files; in a copy each account gets one of its own."""
CHOSEN_PIN: Final = re.compile(r'(?<=\bpin: ")[0-9]+(?=")')
"""The PIN of a voice box in the shipped files; in a copy each box gets one of its own."""
PIN_DIGITS: Final = 6
ALWAYS: Final = ("echo.yaml", "test_line.yaml")
"""What every line has that somebody tries with a phone: the echo (600) and the test line (*43)."""

GATEWAY: Final = "gateway.py"
"""Prints what a line sends by text message and mail; it comes with every line that speaks of it."""

_HEADING: Final = """\
# A line to try, made at its first start from the one that comes with the switch. It holds the phones'
# passwords: keep it private. Change what you like, here and in the menu beside it, and start again.
"""


def shipped_lines() -> tuple[str, ...]:
    """Return the names of the lines that come with the switch."""
    return tuple(sorted(path.parent.name for path in TREES.glob(f"*/{CONFIGURATION}")))


def prepare_line(
    name: str, home: Path, *, bind: str | None, port: int | None, password: str | None
) -> Config:
    """Return the configuration of a shipped line in ``home``, copied there if it is not there yet.

    ``bind``, ``port`` and ``password`` override what stands in the file for this run only. Raises
    ConfigError, or StartError when there is no such line or the folder cannot be written.
    """
    if name not in shipped_lines():
        raise StartError(f"there is no line '{name}' to try: {', '.join(shipped_lines())}")
    path = home / CONFIGURATION
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _copy(TREES / name, path)
    except OSError as error:
        raise StartError(f"cannot write the folder {home} of the line to try: {error.strerror}") from error
    config = to_try(load_config(path).overridden(bind=bind, port=port), home, password)
    always = tuple(TREES / tree for tree in ALWAYS)
    return config.model_copy(update={"trees": (*config.trees, *always)})


def _copy(folder: Path, path: Path) -> None:
    """Copy a line's files; the configuration comes last, for where it is the copy is whole."""
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name != CONFIGURATION:
            shutil.copyfile(file, path.parent / file.name)
        elif file.is_dir():
            shutil.copytree(file, path.parent / file.name, dirs_exist_ok=True)
    text = (folder / CONFIGURATION).read_text(encoding="utf-8")
    if GATEWAY in text:
        shutil.copyfile(TREES / GATEWAY, path.parent / GATEWAY)
    while CHOOSE in text:
        text = text.replace(CHOOSE, new_password(), 1)
    text = CHOSEN_PIN.sub(lambda _: _new_pin(), text)
    write_private(path, _HEADING + text)


def _new_pin() -> str:
    return "".join(secrets.choice(string.digits) for _ in range(PIN_DIGITS))
