#!/usr/bin/env python3
"""Write docs/configuration.md, the page of all settings, from the models that check them.

python tools/write_configuration.py          write the page
python tools/write_configuration.py --check  exit 1 if the page is not what the models say
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from softswitch.config import Config
from softswitch.queues.config import Key
from tools.setting_words import CHAPTERS, MEANINGS

DOCUMENT = Path(__file__).parent.parent / "docs" / "configuration.md"

_KEYS: Final = {
    **dict.fromkeys(("trunks", "queues", "queues.NAME.skills"), "NAME"),
    **dict.fromkeys(("connections", "connections.NAME.answer"), "NAME"),
    **dict.fromkeys(("recordings.trunks", "recordings.queues"), "NAME"),
    "schedules": "NAME",
    "schedules.NAME.special": "DAY",
    "duties": "NAME",
    "tickets": "NAME",
    "shops": "NAME",
    "duties.NAME.week": "DAYS",
    "duties.NAME.days": "DAY",
    "callers.lists": "NAME",
    **dict.fromkeys(("mail", "templates", "sms", "webhooks", "drops", "sms.NAME.http.answer"), "NAME"),
    "customers.fields": "NAME",
    "trunks": "NAME",
    "queues": "NAME",
    "queues.NAME.skills": "NAME",
    "payments.providers": "NAME",
    **dict.fromkeys(("voicemail.boxes", "voicemail.requests"), "NAME"),
}
"""What the keys of a part are called that the operator names himself; NUMBER unless said here."""
_PLAIN: Final[Mapping[object, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    Path: "path",
    Any: "text or parts",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its dotted path, what it is, and what holds unless it is given."""

    path: str
    kind: str
    default: str


def settings(
    model: type[BaseModel] = Config, above: str = "", unsaid: BaseModel | None = None
) -> Iterator[Setting]:
    """Yield every setting of a model, each part before what stands in it.

    ``unsaid`` is what holds in place of the model where nothing is given, None for its own defaults.
    """
    for name, info in model.model_fields.items():
        path = f"{above}{info.alias or name}"
        inner, key = _inner(info.annotation)
        value = info.get_default(call_default_factory=True) if unsaid is None else getattr(unsaid, name)
        if inner is None:
            required = unsaid is None and info.is_required()
            default = "**required**" if required else _default(value)
            yield Setting(path, _limited(_kind(info.annotation), info), default)
            continue
        if key:
            path = f"{path}.{_KEYS.get(path, key)}" if key == "NUMBER" else f"{path}.{key}"
        part = value if isinstance(value, BaseModel) else None
        if path in MEANINGS:
            yield Setting(path, "part", "none" if part is None else "as below")
        yield from settings(inner, f"{path}.", part)


def markdown() -> str:
    """Return the page."""
    words = list(MEANINGS)
    found = sorted(settings(), key=lambda one: words.index(one.path))
    parts = [_HEAD]
    for chapter, title in CHAPTERS.items():
        rows = [one for one in found if _chapter(one.path) == chapter]
        parts.append(f"## {title}\n\n| setting | is | unless given | |\n|---|---|---|---|\n")
        parts[-1] += "".join(
            f"| `{one.path}` | {one.kind} | {one.default} | {MEANINGS[one.path]} |\n" for one in rows
        )
    return "\n".join((*parts, _RECIPES))


def _chapter(path: str) -> str:
    first = path.partition(".")[0]
    return first if first in CHAPTERS else ""


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - any type there is
    """Return a type without marks and without None."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    parts = get_args(annotation)
    if type(None) in parts:
        return _bare(next(part for part in parts if part is not type(None)))
    return annotation


def _inner(annotation: Any) -> tuple[type[BaseModel] | None, str]:  # noqa: ANN401
    """Return the model a setting is made of, and how one of several is named; None for a plain value."""
    plain = _bare(annotation)
    parts = [_bare(part) for part in get_args(plain)]
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        return plain, ""
    for part, key in zip(parts[:2], ("N", "NUMBER"), strict=False):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part, key
    return None, ""


def _kind(annotation: Any) -> str:  # noqa: ANN401
    plain = _bare(annotation)
    parts = get_args(plain)
    if get_origin(plain) is Literal:
        return _choice(parts)
    if get_origin(plain) is tuple:
        return f"list of {_kind(parts[0])}"
    if parts == (str, str):
        return "text"  # One for all, or one for each language.
    if get_origin(plain) is dict:
        return "by key" if parts[0] == Key else "by name"
    if isinstance(plain, type) and issubclass(plain, Enum):
        return _choice(one.value for one in plain)
    return _PLAIN[plain]


def _choice(words: Any) -> str:  # noqa: ANN401
    return ", ".join(f"`{word}`" for word in words)


def _limited(kind: str, info: FieldInfo) -> str:
    marks = [*info.metadata]
    for part in (info.annotation, *get_args(info.annotation)):
        for mark in getattr(part, "__metadata__", ()):
            marks += getattr(mark, "metadata", [mark])
    low = next((f"{mark.ge:g}" for mark in marks if isinstance(mark, Ge)), "")
    above = next((f"{mark.gt:g}" for mark in marks if isinstance(mark, Gt)), "")
    high = next((f"{int(mark.le)}" for mark in marks if isinstance(mark, Le)), "")
    if (low or above) and high:
        return f"{kind}, {low or f'above {above}'} to {high}"
    if low or above:
        return f"{kind}, {f'{low} or more' if low else f'above {above}'}"
    return kind


def _default(value: object) -> str:
    """Return what holds where a setting is not given, as it would be written."""
    return "none" if value is None or value in ((), "", {}) else f"`{_written(value)}`"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, Enum):
        return str(value.value)
    return f"{value:g}" if isinstance(value, float) else str(value)


_HEAD: Final = """\
# All settings

<!-- written by tools/write_configuration.py from the models of softswitch/config.py -->

After a change: `softswitch check --config softswitch.yaml`, then stop the switch and start it again. The
file is read once, at the start; `kill -HUP` reads certificates anew, and no settings. It may be as short as
one account:

```yaml
accounts:
  1001: {name: Anna, password: choose-a-long-one}
```

In the tables `.` leads into a part: `sip.port` is `port` in the part `sip`. NUMBER and NAME are yours
to choose, N counts the entries of a list. At the end of the page are [recipes](#recipes).
"""

_RECIPES: Final = """\
## Recipes

### A desk for two people

```yaml
accounts:
  1001: {name: Anna, password: choose-a-long-one, pickup_group: office, language: pl}
  1002: {name: Bartek, password: another-long-one, pickup_group: office, forward: {no_answer: 1001}}
groups:
  200: {name: office, members: [1001, 1002]}
```

### Behind a router (NAT)

```yaml
sip: {public_address: 203.0.113.7}   # as the internet sees us; phones inside are told the inner address
media: {ports: 10000-10999}
accounts:
  1001: {name: Anna, password: choose-a-long-one}
```

Forward to the switch, with the same port outside as inside: UDP and TCP 5060, UDP 10000-10999, and TCP 5061
if `tls` is on. Where all phones are inside and only a provider is outside, at which the line registers,
5060 often needs no forwarding. Switch off the router's own help with SIP ("SIP ALG"): it rewrites messages,
and more often breaks them. If somebody still hears nothing, `softswitch trace last` says whose address was
a private one.

### Encrypted sound for one account

```yaml
sip: {tls: yes}                      # without it the keys of SRTP travel in the open
accounts:
  1001: {name: Anna, password: choose-a-long-one, srtp: required}
  1002: {name: Bartek, password: another-long-one}
```

Set 1001's phone to transport TLS, port 5061, and SRTP (SDES) to "mandatory"; give it the switch's certificate
([transports.md](transports.md)). A call without SRTP is refused with 488. Towards 1002 the sound is encrypted
as far as that phone wants it: each phone has its own keys with the switch.

### A password that does not stand in the file

```yaml
accounts:
  1002: {name: Bartek, ha1: ee5ef8522be417d3851c72dfee46008a}
```

`printf '1002:softswitch:PASSWORD' | md5sum` makes it; `softswitch` in the middle is `sip.realm`.

### Voices

```yaml
accounts:
  1001: {name: Anna, password: choose-a-long-one}
speech:
  chains: {pl: [rhvoice, espeak], en: [piper, espeak]}
  cache_megabytes: 1024
```
"""


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing, fail when out of date")
    options = parser.parse_args()
    fresh = markdown()
    if options.check:
        return int(not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != fresh)
    DOCUMENT.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
