"""The demo line: a configuration made once, with passwords of its own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

import yaml

from softswitch.config import Config, load_config
from softswitch.errors import StartError
from softswitch.queues.config import QueueConfig
from softswitch.transport.config import TlsConfig

USERS: Final = {"1001": "Anna", "1002": "Bartek", "1003": "Celina", "1004": "Dawid"}
AGENTS: Final = ("1003", "1004")
"""Who serves the demo queue from the start; the others may join it."""
QUEUE: Final = "demo"
"""The queue into which the shipped menu leads."""
TREES: Final = Path(__file__).parent.parent / "ivr_trees"
SHIPPED: Final = ("demo.yaml", "echo.yaml", "test_line.yaml")
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters for passwords that people type into phones: none that looks like another."""
OPTIONAL_TLS: Final = TlsConfig(optional=True)
PASSWORD_LETTERS: Final = 12
"""Sixty bits: more than anybody guesses over a network, and still typed in one go."""

_QUEUE: Final = {
    "number": "300",
    "language": "pl",
    "members": list(AGENTS),
    "may_join": [user for user in USERS if user not in AGENTS],
    "wrap_up_s": 10,
    "connecting": True,
    "whisper": True,
    # Whoever tries it has no others ahead, and is to hear something all the same.
    "announce": {
        "position": {"to_first": True},
        "comfort": {
            "messages": [
                {
                    "pl": "Jeden mówi, które to miejsce w kolejce. Dwa zamawia oddzwonienie.",
                    "en": "One tells your place in the queue. Two orders a callback.",
                }
            ],
            "start_s": 15,
        },
    },
    "keys": {"1": "place", "2": "callback"},
    # At any hour: those who are called are in the same room.
    "callback": {"by": next(iter(USERS)), "earliest": "00:00", "latest": "00:00"},
    "no_agent_wait_s": 120,
    "on_no_agent": "200",
}

_HEADING: Final = """\
# The demo line's configuration, made at its first start. It holds the phones' passwords: keep it private.
# Change what you like and start again.
"""


def prepare_demo(home: Path, *, bind: str | None, port: int | None, password: str | None) -> Config:
    """Return the configuration of the demo line in ``home``, made if it is not there yet.

    ``bind``, ``port`` and ``password`` override what stands in the file for this run only. Raises
    ConfigError, or StartError when the folder cannot be written.
    """
    path = home / "softswitch.yaml"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _write(path)
    except OSError as error:
        raise StartError(f"cannot write the demo line's folder {home}: {error.strerror}") from error
    config = to_try(load_config(path).overridden(bind=bind, port=port), home, password)
    return config if config.trees else _with_shipped_trees(config)


def to_try(config: Config, home: Path, password: str | None) -> Config:
    """Return a line that somebody wants to try: in ``home``, with TLS if its port is free.

    ``password`` takes the place of those of all accounts. Raises StartError when it is empty.
    """
    if "tls" not in config.sip.model_fields_set:
        # A port that somebody else has is no reason not to try the line.
        config = config.model_copy(update={"sip": config.sip.model_copy(update={"tls": OPTIONAL_TLS})})
    accounts = config.accounts
    if password == "":
        raise StartError("an empty password would let anybody in")
    if password is not None:
        only = {"password": password, "ha1": None, "ha1_sha256": None}
        accounts = {user: part.model_copy(update=only) for user, part in accounts.items()}
    return config.model_copy(update={"accounts": accounts, "home": home})


def _with_shipped_trees(config: Config) -> Config:
    """Return it with the menus that come with the switch, and the queue into which they lead.

    A file that was made before there were queues, or from which it was taken, names none.
    """
    agents = [user for user in AGENTS if user in config.accounts]
    bare = QueueConfig.model_validate({"language": "pl", "members": agents})
    return config.model_copy(
        update={"trees": tuple(TREES / name for name in SHIPPED), "queues": {QUEUE: bare, **config.queues}}
    )


def new_password() -> str:
    """Return a password that nobody has used before."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LETTERS))


def _write(path: Path) -> None:
    data = {
        "accounts": {user: {"name": name, "password": new_password()} for user, name in USERS.items()},
        "groups": {"200": {"name": "demo", "members": list(USERS)}},
        "rooms": {"800": {"name": "demo"}},
        "parking": {"number": "700", "slots": "701-709"},
        "queues": {QUEUE: _QUEUE},
        "pause_reasons": {"1": "przerwa", "2": "szkolenie"},
    }
    write_private(path, _HEADING + yaml.safe_dump(data, allow_unicode=True, sort_keys=False))


def write_private(path: Path, text: str) -> None:
    """Write a file with secrets, whole or not at all; raise OSError when it cannot be written."""
    part = path.with_name(path.name + ".part")
    # Created with its mode, so that the passwords are never readable by others, not even for a moment; and
    # under another name until it is whole, so that a start that was killed leaves no half of it.
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
