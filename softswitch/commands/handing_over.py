"""What is known of a person, as files that are read without this switch: a text, JSON, the sound."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, Final

import msgspec

from softswitch.crm.privacy import Enclosed

TEXT: Final = "what-is-known.txt"
DATA: Final = "what-is-known.json"
_STEP: Final = "    "
_ABOUT: Final = (
    "To wszystko, co centrala przechowuje o tej osobie: spis poniżej, to samo dla programów w pliku "
    f"{DATA}, a nagrania w katalogach obok.",
    f"This is all that the switch keeps of this person: the list below, the same for programs in {DATA}, "
    "and sound in the folders beside.",
)


def write_set(out: IO[bytes], told: Mapping[str, Any], files: Sequence[Enclosed]) -> None:
    """Write a zip archive of everything. Raises OSError for a file that cannot be read."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # With the mark by which every editor knows UTF-8.
        archive.writestr(TEXT, readable(told).encode("utf-8-sig"))
        archive.writestr(DATA, as_json(told))
        for file in files:
            archive.write(file.path, file.name)


def as_json(told: Mapping[str, Any]) -> bytes:
    """Return it for programs."""
    return msgspec.json.format(msgspec.json.encode(told), indent=2)


def readable(told: Mapping[str, Any]) -> str:
    """Return it as text: a heading for each part, a line for each thing that is known."""
    lines = [*_ABOUT, ""]
    for name, part in told.items():
        if isinstance(part, Mapping | list | tuple):
            lines += [name.upper(), *(_lines(part, _STEP) if part else [f"{_STEP}-"]), ""]
        else:
            lines += [f"{name}: {part}", ""]
    return "\r\n".join(lines)


def _lines(value: object, indent: str) -> Iterator[str]:
    match value:
        case Mapping():
            for name, one in value.items():
                if isinstance(one, Mapping | list | tuple):
                    if one:
                        yield f"{indent}{name}:"
                        yield from _lines(one, indent + _STEP)
                elif one not in ("", None):
                    yield f"{indent}{name}: {_told(one, indent)}"
        case list() | tuple():
            for number, one in enumerate(value, 1):
                if isinstance(one, Mapping | list | tuple):
                    yield f"{indent}{number}."
                    yield from _lines(one, indent + _STEP)
                else:
                    yield f"{indent}{_told(one, indent)}"
        case _:
            yield f"{indent}{_told(value, indent)}"


def _told(value: object, indent: str) -> str:
    """Return a value; what has several lines goes on below, further in."""
    lines = str(value).splitlines()
    return lines[0] if len(lines) == 1 else "".join(f"\r\n{indent}{_STEP}{line}" for line in lines)
