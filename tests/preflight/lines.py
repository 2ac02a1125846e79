"""Lines that are looked at."""

from __future__ import annotations

from pathlib import Path

from softswitch.config import Config, load_config
from softswitch.preflight.examining import examine

TREE = "tree: {name}\nlanguage: en\nnumbers: [{number}]\nstart: a\nbranches:\n  a:\n    - hangup\n"
ANNA = "accounts: {1001: {password: a-long-one}}\n"
TRUNK = "trunks: {a: {host: 192.0.2.1, number: 221234567}}\n"


def written(file: Path, text: str) -> Config:
    file.write_text("sip: {bind: 127.0.0.1, port: 0}\nhome: home\n" + text, encoding="utf-8")
    return load_config(file)


def faults(config: Config) -> list[str]:
    """Return the faults, each without the configuration's own path."""
    return [str(fault).removeprefix(config.path).lstrip() for fault in examine(config).faults]


def tree(place: Path, name: str = "a", number: str = "200") -> Path:
    place.parent.mkdir(exist_ok=True)
    place.write_text(TREE.format(name=name, number=number), encoding="utf-8")
    return place
