"""The demo line: a configuration made once, with passwords of its own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

import yaml

from softswitch.config import Config, load_config
from softswitch.errors import StartError
from softswitch.transport.config import TlsConfig

USERS: Final = {"1001": "Anna", "1002": "Bartek", "1003": "Celina", "1004": "Dawid"}
TREES: Final = Path(__file__).parent.parent / "ivr_trees"
SHIPPED: Final = ("demo.yaml", "echo.yaml", "test_line.yaml")
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters for passwords that people type into phones: none that looks like another."""
OPTIONAL_TLS: Final = TlsConfig(optional=True)
PASSWORD_LETTERS: Final = 12
"""Sixty bits: more than anybody guesses over a network, and still typed in one go."""

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
    config = load_config(path).overridden(bind=bind, port=port)
    if "tls" not in config.sip.model_fields_set:
        # A port that somebody else has is no reason not to try the line.
        config = config.model_copy(update={"sip": config.sip.model_copy(update={"tls": OPTIONAL_TLS})})
    accounts = config.accounts
    if password == "":
        raise StartError("an empty password would let anybody in")
    if password is not None:
        only = {"password": password, "ha1": None, "ha1_sha256": None}
        accounts = {user: part.model_copy(update=only) for user, part in accounts.items()}
    shipped = tuple(TREES / name for name in SHIPPED)
    return config.model_copy(update={"accounts": accounts, "home": home, "trees": config.trees or shipped})


def _write(path: Path) -> None:
    def password() -> str:
        return "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LETTERS))

    data = {
        "accounts": {user: {"name": name, "password": password()} for user, name in USERS.items()},
        "groups": {"200": {"name": "demo", "members": list(USERS)}},
        "rooms": {"800": {"name": "demo"}},
        "parking": {"number": "700", "slots": "701-709"},
    }
    text = _HEADING + yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
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
