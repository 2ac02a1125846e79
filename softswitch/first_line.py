"""A first line of one's own: a folder with a configuration, a menu and its tests, ready to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from softswitch.config import Config, load_config
from softswitch.demo import TREES, new_password, write_private
from softswitch.demo_lines import CHOOSE, CONFIGURATION
from softswitch.errors import StartError
from softswitch.languages import POLISH

SOURCE: Final = TREES / "first"
"""Where the files stand that are copied, a folder for each language."""
USUAL_PORT: Final = "sip: {port: 5060}"


def make_first_line(folder: Path, language: str, *, port: int | None = None) -> tuple[Path, ...]:
    """Write a line into ``folder``, with passwords of its own; return its files, the configuration first.

    What callers hear and what the files say is in ``language``. Raises StartError when one of the files is
    there already, or cannot be written: nothing of anybody's is ever written over.
    """
    texts = _texts(SOURCE / language, port)
    files = {folder / name: text for name, text in texts.items()}
    taken = [str(path) for path in files if path.exists()]
    if taken:
        raise StartError(f"{', '.join(taken)}: there already, and nothing is written over; name a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path, text in files.items():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            write_private(path, text)
    except OSError as error:
        raise StartError(f"cannot write the line's folder {folder}: {error.strerror}") from error
    return tuple(sorted(files, key=lambda path: (path.name != CONFIGURATION, path)))


def _texts(source: Path, port: int | None) -> Mapping[str, str]:
    """Return the texts of the files by their places in the folder; the configuration comes last."""
    names = sorted(
        (path.relative_to(source).as_posix() for path in source.rglob("*.yaml")),
        key=lambda name: (name == CONFIGURATION, name),
    )
    texts = {name: (source / name).read_text(encoding="utf-8") for name in names}
    text = texts[CONFIGURATION]
    if port is not None:
        text = text.replace(USUAL_PORT, f"sip: {{port: {port}}}")
    while CHOOSE in text:
        text = text.replace(CHOOSE, new_password(), 1)
    return {**texts, CONFIGURATION: text}


def first_steps(files: tuple[Path, ...], language: str) -> str:
    """Return what was written, what to type into phones, and what to do next."""
    config = load_config(files[0])
    polish = language == POLISH
    folder = files[0].parent
    return "\n".join(
        [
            f"{'Zapisano' if polish else 'Written'}: {', '.join(str(path) for path in files)}",
            "",
            *_phones(config, polish=polish),
            "",
            "Dalej:" if polish else "Next:",
            "",
            f"    cd {folder}",
            *(f"    {command:34} {told[polish]}" for command, told in _next(config)),
        ]
    )


def _phones(config: Config, *, polish: bool) -> list[str]:
    user, password = ("Użytkownik", "hasło") if polish else ("User", "password")
    return [
        f"    {user} {name}    {password} {part.password}    {part.name}"
        for name, part in config.accounts.items()
    ]


def _next(config: Config) -> list[tuple[str, tuple[str, str]]]:
    return [
        ("softswitch check", ("is anything wrong?", "czy coś jest nie tak?")),
        ("softswitch test trees", ("what callers can do, tried", "co mogą dzwoniący, wypróbowane")),
        (
            "softswitch run",
            (
                f"start it: the menu is 200, port {config.sip.port}",
                f"start: menu ma numer 200, port {config.sip.port}",
            ),
        ),
        ("softswitch phone --help", ("a phone for the terminal", "telefon w terminalu")),
    ]
