"""Names of dropped files, ``{date}/{queue}/{call}_{caller}.{format}``: filled in, none leads elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

FIELDS: Final = frozenset(
    {"date", "time", "queue", "agent", "caller", "called", "call", "recording", "format", "number"}
)
USUAL: Final = "{date}/{queue}/{call}_{caller}.{format}"
UNKNOWN: Final = "none"
"""What stands for a value there is none of: a call without a queue, a caller without a number."""
UNIQUE: Final = frozenset({"call", "recording"})

LONGEST_VALUE: Final = 60
LONGEST_NAME: Final = 240
"""What every file system and server takes, with some octets left for the name while it is uploaded."""

_FIELD: Final = re.compile(r"\{([a-z]+)\}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ._+/-]*\Z")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._+-]+")
_WITHOUT_MARK: Final = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "đ": "d"})


def checked_template(text: str) -> str:
    """Return a template of names; raise ValueError for one that is not safe or names two files alike."""
    fields = _FIELD.findall(text)
    unknown = sorted(set(fields) - FIELDS)
    if unknown:
        raise ValueError(
            f"unknown {{{unknown[0]}}}: there are {', '.join(f'{{{one}}}' for one in sorted(FIELDS))}"
        )
    plain = _FIELD.sub("x", text)
    if not _PLAIN.match(plain):
        raise ValueError("a name has letters without accents, digits, spaces and . _ + - / only")
    parts = plain.split("/")
    if any(not part.strip() or part.startswith((".", " ")) or part.endswith(" ") for part in parts):
        raise ValueError(
            "a name has no empty part, and none that begins with a dot: it stays below the drop's folder"
        )
    if not UNIQUE & set(fields):
        raise ValueError("a name needs {call} or {recording}: else all files would have the same")
    if len(text) > LONGEST_NAME // 2:
        raise ValueError(f"the name has more than {LONGEST_NAME // 2} letters")
    return text


def checked_folder(text: str) -> str:
    """Return a folder on a server without its last slash; raise ValueError for one that is not safe."""
    folder = text.rstrip("/")
    if not folder:
        return "/" if text.startswith("/") else ""
    parts = folder.removeprefix("/").split("/")
    if not _PLAIN.match(folder) or any(part in {"", ".", ".."} for part in parts):
        raise ValueError("a folder is a path such as recordings/line1, without .. in it")
    return folder


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return the name of one file; whatever the values hold, it stays one path below the drop's folder."""
    name = _FIELD.sub(lambda found: cleaned(values.get(found[1], "")), template)
    return name[:LONGEST_NAME]


def cleaned(value: str) -> str:
    """Return a value fit for a part of a name: plain letters, digits and ``. _ + -``, no dot in front."""
    plain = unicodedata.normalize("NFKD", value[:1000].translate(_WITHOUT_MARK))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _UNFIT.sub("_", letters).strip("._-")[:LONGEST_VALUE].rstrip(".") or UNKNOWN


def another(name: str, sha256: str) -> str:
    """Return a name beside one that is taken by another file."""
    stem, dot, ending = name.rpartition(".")
    if not dot or "/" in ending:
        return f"{name}-{sha256[:8]}"
    return f"{stem}-{sha256[:8]}.{ending}"
