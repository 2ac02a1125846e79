"""Every command: the module it lives in, the name it has there, and its line in ``softswitch --help``.

Nothing is imported to be listed; a test holds that each line is the first one of its command's docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command is found: a module of ``softswitch.cli``, a function or group of commands in it."""

    module: str
    name: str
    line: str
    """What it is for, in one line."""


COMMANDS: Final[Mapping[str, Place]] = {
    "demo": Place(
        "serving",
        "demo",
        "Start the demo line: four phones, a menu (100), a queue (300), an echo (600), a test line (*43).",
    ),
    "run": Place(
        "serving",
        "run",
        "Start a line of your own from its configuration; --home, --bind, --port count for this run alone.",
    ),
    "new": Place(
        "beginning",
        "new",
        "Make a first line of your own: three phones, hours, a menu with tests, a queue, a voicemail.",
    ),
    "simulate": Place(
        "walking",
        "simulate",
        "Walk through a voice menu in virtual time, on the same interpreter as real calls.",
    ),
    "actions": Place(
        "walking",
        "actions",
        "Show the steps a voice menu is made of: what they do, their parameters and their ways out.",
    ),
    "phone": Place(
        "telephoning",
        "phone",
        "Be a telephone: register, call, press keys, play and record; exit code 0 if every step worked.",
    ),
    "calls": Place("recalling", "calls", "List the last calls: who, whom, how long, what came of it."),
    "call": Place("recalling", "call", "Show one call step by step, and why it ended, in one sentence."),
    "trace": Place(
        "recalling",
        "trace",
        "Show a call as a ladder: every SIP message, the menu, the sound, and why it ended.",
    ),
    "phones": Place(
        "asking",
        "phones",
        "List the phones that are registered now: whose, from where, until when, which.",
    ),
    "trunks": Place(
        "asking",
        "trunks",
        "Show how the trunks are now: whether they answer, until when registered, how many calls.",
    ),
    "bans": Place(
        "asking",
        "bans",
        "List who is banned for wrong passwords now; `bans lift ADDRESS` lets somebody in again.",
    ),
    "queues": Place(
        "asking",
        "queues",
        "Show how queues are now and were today: who waits and how long, answered, lost, service level.",
    ),
    "agents": Place(
        "asking",
        "agents",
        "Show what agents do and did today; `agents pause 1001 --reason lunch` does it for them.",
    ),
    "recordings": Place(
        "recordings",
        "recordings",
        "Find recordings of talks; `recordings info 7K2A-1` shows one, `erase 7K2A-1 --why …` erases it.",
    ),
    "listen": Place("supervising", "listen", "Let somebody hear a talk, heard by nobody: their phone rings."),
    "whisper": Place(
        "supervising",
        "whisper",
        "Let somebody hear a talk and speak to the agent alone: their phone rings.",
    ),
    "barge": Place(
        "supervising",
        "barge",
        "Let somebody hear a talk and speak to both sides: their phone rings.",
    ),
    "schedules": Place(
        "hours",
        "schedules",
        "Show opening hours now and who is on duty; `schedules preview office` shows the next 14 days.",
    ),
    "duties": Place(
        "hours",
        "duties",
        "Show who is on duty; `duties doctor 2026-12-24 --main 1003` puts somebody on it for a day.",
    ),
    "callers": Place(
        "hours",
        "callers",
        "Show numbers put on lists of callers; `callers add vip 600100200 --to 1001` puts one on.",
    ),
    "tickets": Place(
        "tickets",
        "tickets",
        "List what is to be done for callers; `tickets close K3M2XA` ends one, `tickets show` tells all.",
    ),
    "voicemail": Place(
        "messages",
        "voicemail",
        "List voicemail; `voicemail BOX` its messages; `export ID --to FILE`, `delete ID`, `set-pin BOX`.",
    ),
    "callbacks": Place(
        "messages",
        "callbacks",
        "List who asked to be called back after hours; `callbacks done ID --by anna` ticks one off.",
    ),
    "payments": Place(
        "paying",
        "payments",
        "List open payments; `payments refund ID` gives one back; `payments sandbox` is a provider to try.",
    ),
    "webhooks": Place(
        "channels",
        "webhooks",
        "Show who is told what happens, up to which number; `webhooks replay NAME --from N` tells it again.",
    ),
    "verify": Place(
        "channels",
        "verify_drop",
        "Find out whether dropped recordings are as they were put there: a changed octet, a missing line.",
    ),
    "try-mail": Place(
        "channels",
        "try_mail",
        "Send a mail to try a mailbox, now and past the outbox; say what the server answers.",
    ),
    "check": Place(
        "checking",
        "check",
        "Check everything that a start would check, and start nothing; exit code 0 if the line could start.",
    ),
    "test": Place(
        "proving",
        "prove",
        "Run the tests of voice menus in virtual time, and tell what of the menus they cover.",
    ),
    "draw": Place(
        "drawing",
        "draw",
        "Draw a voice menu: branches, their steps, all ways out, where callers come in and how they leave.",
    ),
    "paths": Place(
        "wayfinding",
        "paths",
        "Show the ways of real calls through a voice menu: where they hang up, err, and how long it takes.",
    ),
    "trees": Place(
        "trees",
        "trees",
        "Show the voice menus that callers enter; `trees publish` takes their files anew, calls go on.",
    ),
    "application": Place(
        "applying",
        "application",
        "Play a call against a program that drives calls, in the terminal: `application try URL`.",
    ),
    "connection": Place(
        "applying",
        "connection",
        "Ask a connection to another system once, and show its status and what its answer gives.",
    ),
    "tokens": Place(
        "programs",
        "tokens",
        "List the tokens of programs; `tokens add crm --scope customers:read` makes one, `tokens revoke ID`.",
    ),
    "audit": Place(
        "programs",
        "audit",
        "List what programs asked of the line: who, when, from where, what, and with which result.",
    ),
    "api": Place(
        "programs",
        "api",
        "Print the description of the interface for programs (OpenAPI), for generators of clients.",
    ),
    "outbox": Place(
        "keeping",
        "outbox",
        "List what is still to be sent out (mails, messages, recordings); `outbox retry KEY` tries one anew.",
    ),
    "backup": Place(
        "keeping",
        "backup",
        "Back up a line's database into one file, while its switch runs; recordings lie beside it.",
    ),
    "restore": Place(
        "keeping",
        "take_back",
        "Restore a backup into the new database of a line; also from SQLite to PostgreSQL, or back.",
    ),
    "customers": Place("customers", "customers", "Find, show, import, export and erase customers."),
}
"""By the names under which they are typed, in the order in which they are listed."""

PANELS: Final[Mapping[str, tuple[str, ...]]] = {
    "To begin with": ("demo", "new", "check", "run", "phone"),
    "Voice menus": (
        *("actions", "simulate", "test", "draw", "trees", "paths"),
        *("application", "connection"),
    ),
    "Calls, phones and lines outside": ("calls", "call", "trace", "phones", "trunks", "bans"),
    "Queues and talks": ("queues", "agents", "listen", "whisper", "barge", "recordings", "verify"),
    "Callers and hours": (
        *("schedules", "duties", "callers", "customers", "voicemail", "callbacks"),
        *("tickets", "payments"),
    ),
    "What goes out, and programs": ("outbox", "try-mail", "webhooks", "tokens", "audit", "api"),
    "Upkeep": ("backup", "restore", "version"),
}
"""Under which heading of ``softswitch --help`` commands stand: who is new looks for a matter, not a name."""

PANEL_OF: Final[Mapping[str, str]] = {name: panel for panel, names in PANELS.items() for name in names}
