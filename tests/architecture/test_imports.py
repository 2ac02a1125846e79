"""The direction of imports, checked by reading the source: no module is imported to be judged.

The tables below are the import table of ARCHITECTURE.md. A room is the first name under ``softswitch``
(``softswitch/calls/leg.py`` is in room ``calls``); ``media`` has layers instead. Every import counts:
at the top, inside a function, behind ``TYPE_CHECKING``, or by name through ``import_module``.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("softswitch", "media")

PLAIN = frozenset({"errors", "clock", "ids", "events", "languages"})
FOUNDATION = PLAIN | {"parts"}
"""What every room may stand on; what stands on no package does without the base of settings."""

ROOMS: Mapping[str, frozenset[str]] = {
    # room: the rooms it may import, besides itself
    "errors": PLAIN,
    "clock": PLAIN,
    "ids": PLAIN,
    "events": PLAIN,
    "languages": PLAIN,
    "parts": frozenset(),
    "bus": PLAIN,
    "outbox": FOUNDATION,
    "sip": PLAIN,
    "transport": FOUNDATION | {"sip"},
    "registrar": FOUNDATION | {"bus", "sip"},
    "trunks": FOUNDATION | {"bus", "sip"},
    "calls": FOUNDATION | {"bus", "registrar", "sip"},
    # Of calls, the signaller alone: see SIGNALLER_ONLY.
    "presence": FOUNDATION | {"bus", "calls", "registrar", "sip"},
    "features": FOUNDATION | {"bus", "calls", "numerals", "registrar"},
    # When two values are the same: text and numbers, and nothing of ours.
    "sameness": frozenset(),
    # Simulated calls are told in the words in which the log tells of real ones.
    "ivr": FOUNDATION
    | {"amounts", "calls", "dates", "narration", "numerals", "sameness", "times", "words", "written_forms"},
    "queues": FOUNDATION | {"bus", "calls", "numerals", "registrar"},
    # Numbers and their nouns as they are said: tables, and nothing of ours.
    "numerals": frozenset(),
    "recordings": FOUNDATION | {"bus", "calls", "outbox"},
    "amounts": frozenset({"numerals"}),
    "ordinals": frozenset(),
    "dates": frozenset({"numerals", "ordinals"}),
    "times": frozenset({"numerals", "ordinals"}),
    "written_forms": frozenset({"amounts", "dates", "numerals", "times"}),
    "speech": FOUNDATION | {"numerals"},
    "pins": FOUNDATION,
    "signatures": frozenset(),
    "crm": FOUNDATION | {"pins", "sameness"},
    # Its steps are done by what does those of menus.
    "applications": FOUNDATION | {"calls", "ivr", "signatures"},
    "application_http": FOUNDATION | {"applications", "integrations"},
    # Of ivr, how variables stand in texts: see VARIABLES_ONLY.
    "integrations": FOUNDATION | {"crm", "ivr", "outbox", "payments", "signatures", "written_forms"},
    "payments": FOUNDATION | {"amounts", "outbox"},
    "schedules": FOUNDATION | {"bus", "calls", "numerals", "registrar", "sip"},
    # Further narrowed to their model modules: see STORED_MODELS.
    "storage": FOUNDATION
    | {"calls", "crm", "ivr", "outbox", "payments", "queues", "recordings", "registrar", "schedules"}
    | {"sip", "voicemail", "web"},
    # Of presence the counts alone, which it shows on lamps.
    "voicemail": FOUNDATION
    | {"bus", "calls", "numerals", "ordinals", "outbox", "pins", "presence", "registrar"},
    # Service objects are handed in; what it names of them are their types.
    "web": FOUNDATION | {"bus", "calls", "crm", "ivr", "queues", "registrar", "speech", "trunks"},
    # One frozen tree with a part per room; a room is handed its own part and never imports the whole.
    "config": FOUNDATION
    | {"applications", "calls", "crm", "features", "integrations", "ivr", "payments", "presence"}
    | {"queues", "recordings", "registrar", "schedules", "speech", "storage", "trace", "transport"}
    | {"trunks", "voicemail", "web"},
    # Readers of the event log, in words for people.
    "words": FOUNDATION | {"calls"},
    "narration": FOUNDATION | {"amounts", "calls", "words"},
    "commands": FOUNDATION
    | {"amounts", "applications", "calls", "crm", "features", "integrations", "ivr", "narration"}
    | {
        "numerals",
        "outbox",
        "payments",
        "presence",
        "queues",
        "recordings",
        "registrar",
        "schedules",
        "speech",
    }
    | {"storage", "trace", "transport", "trunks", "voicemail", "web", "words"},
    # The wire as it was kept by transport, on one axis with the events.
    "trace": FOUNDATION | {"calls", "narration", "sip", "transport", "words"},
    "fallen": FOUNDATION | {"bus", "calls"},
    "console": frozenset(),
    "garbage": frozenset(),
    "control": FOUNDATION,
    "queue_verbs": FOUNDATION | {"control", "queues"},
    "verbs": FOUNDATION | {"calls", "commands", "control", "registrar", "sip", "trunks"},
    "schedule_verbs": FOUNDATION | {"control", "schedules"},
    "voicemail_verbs": FOUNDATION | {"control"},
    # A telephone on the switch's own SIP core and media engine; it builds its objects itself.
    "phone": FOUNDATION | {"bus", "calls", "ports", "registrar", "sip", "transport"},
    # Joins trunks and calls, neither of which knows the other: implements the Protocols that calls own.
    "outside": FOUNDATION | {"bus", "calls", "sip", "trunks"},
    # Joins menus and queues in the same way: ivr owns the Protocol, queues do the work.
    "tree_queues": FOUNDATION | {"calls", "ivr", "queues"},
    # Joins calls and customers: what a call was to a customer.
    "call_history": FOUNDATION | {"calls", "crm"},
    "demo": FOUNDATION | {"config", "queues", "transport"},
    "demo_lines": FOUNDATION | {"config", "demo"},
    # The words for languages belong to calls.
    "first_line": FOUNDATION | {"calls", "config", "demo", "demo_lines"},
    # Builds the objects of customers; of trunks it takes the reader of numbers.
    "customers": FOUNDATION | {"call_history", "config", "crm", "storage", "trunks"},
    "tree_verbs": FOUNDATION | {"control", "ivr"},
    "tree_hours": FOUNDATION | {"ivr", "schedules"},
    "tree_people": FOUNDATION | {"calls", "crm", "ivr", "schedules"},
    "tree_desks": FOUNDATION | {"crm", "ivr", "payments"},
    "tree_customers": FOUNDATION | {"crm", "ivr"},
    "tree_memory": FOUNDATION | {"calls", "crm", "ivr"},
    # Joins menus in the same way with tickets, messages, other systems, programs and voicemail.
    "tree_world": FOUNDATION
    | {"applications", "calls", "config", "crm", "integrations", "ivr", "outbox", "voicemail"},
    # What is looked at before anything starts, and what is said once it has.
    "home": FOUNDATION,
    "ports": FOUNDATION | {"transport"},
    "music": FOUNDATION,
    "placeholders": frozenset(),
    "claims": FOUNDATION | {"config", "ivr", "queues"},
    "preflight": FOUNDATION
    | {"applications", "claims", "config", "demo", "features", "home", "integrations", "ivr", "music"}
    | {"placeholders", "ports", "queues", "recordings", "registrar", "schedules", "speech", "transport"}
    | {"tree_world", "trunks", "voicemail"},
    "voices": FOUNDATION | {"calls", "ivr", "speech"},
    # What receivers of webhooks are told of calls: a reader of their records.
    "webhook_payloads": FOUNDATION | {"calls", "outbox"},
    "understood": FOUNDATION | {"config", "transport", "trunks"},
    "greeting": FOUNDATION | {"calls", "config", "ivr", "transport", "words"},
}

COMPOSITION = frozenset(
    {
        "__main__",
        "app",
        "back_office",
        "call_centre",
        "channels",
        "cli",
        "interface",
        "leads",
        "listening",
        "message_room",
        "money_room",
        "personal",
        "request_tickets",
        "shop_room",
        "personal_files",
        "signalling",
        "talk_recording",
        "tree_beside",
        "tree_caller",
        "tree_line",
        "tree_proof",
        "tree_proof_running",
        "tree_room",
        "trunk_room",
        "voicemail_room",
        "withdrawing",
    }
)
"""The one place where objects are built: may import everything."""

PYTEST_PLUGIN = "softswitch.ivr.proof.plugin"
"""Begins by itself, within pytest: what it joins beyond its room is what joins trees with their line."""

STORED_MODELS = frozenset({"model", "messages", "bindings", "errors", "hop", "uri"})
"""Modules of other rooms that storage may import, and all ``…_model`` and ``…_errors``: what it returns,
takes and raises, never what acts."""

SIGNALLER_ONLY = frozenset({"presence"})
"""Rooms that send and answer requests but know no call."""

VARIABLES_ONLY = frozenset({"integrations"})
"""Rooms that fill variables into texts as menus do, and know nothing else of menus."""

VARIABLE_MODULES = frozenset(
    {"softswitch.ivr.expressions", "softswitch.ivr.errors", "softswitch.ivr.variables"}
)

MEDIA_DOORS = frozenset(
    {
        "softswitch.calls.media_port",
        "softswitch.app",
        "softswitch.phone.run",
        "softswitch.voices",
    }
)
"""The only modules and packages of the switch that know there is a media engine."""

PURE = "pure"
ENGINE = "engine"
MESSAGES = "messages"
SHELL = "shell"

MEDIA_MODULES: Mapping[str, str] = {
    # A media module that is not named here is a wire or signal file: the strictest layer is the default.
    "errors": MESSAGES,
    "commands": MESSAGES,
    "events": MESSAGES,
    "recording_messages": MESSAGES,
    "engine": ENGINE,
    "legs": ENGINE,
    "inbound": ENGINE,
    "keypad": ENGINE,
    "packing": ENGINE,
    "watch": ENGINE,
    "quiet": ENGINE,
    "sealing": ENGINE,
    "opening": ENGINE,
    "tick": ENGINE,
    "recordings": ENGINE,
    "soundfiles": SHELL,
    "wire": SHELL,
    "sockets": SHELL,
    "port_pairs": SHELL,
    "pacer": SHELL,
    "ports": SHELL,
    "worker": SHELL,
    "client": SHELL,
    "recorder": SHELL,
    "recording": SHELL,
    "recording_ring": SHELL,
    "recording_files": SHELL,
    "loading": SHELL,
    "shelf": SHELL,
    "timings": SHELL,
    "__main__": SHELL,
}

MEDIA_LAYERS: Mapping[str, frozenset[str]] = {
    # layer: the layers it may import, besides itself; wire files may also take media.errors
    MESSAGES: frozenset(),
    PURE: frozenset(),
    ENGINE: frozenset({PURE, MESSAGES}),
    SHELL: frozenset({PURE, ENGINE, MESSAGES}),
}

PURE_ROOMS = frozenset({"sip", "events", PURE, ENGINE, MESSAGES})
"""What is promised to be a function of its inputs: no I/O, no clock, no randomness, no waiting."""

PURE_THIRD_PARTY: Mapping[str, frozenset[str]] = {
    # The pure parts stand on named packages only; elsewhere what pyproject.toml declares may be used.
    **dict.fromkeys((*PLAIN, "bus", "sip"), frozenset[str]()),
    MESSAGES: frozenset({"msgspec"}),
    # Of cryptography only what computes: ciphers and codes, and no random numbers.
    PURE: frozenset({"numpy", "cryptography"}),
    ENGINE: frozenset({"numpy", "cryptography"}),
}

ONLY_IN: Mapping[str, str] = {
    # package: the one room that may import it
    "sqlalchemy": "storage",
    "aiosqlite": "storage",
    "alembic": "storage",
}

DISTRIBUTION_OF: Mapping[str, str] = {
    # import name: the name it is declared by, where the two differ
    "yaml": "pyyaml",
    "espeakng_loader": "espeakng-loader",
    "hibari": "hibari-tts",
    "dns": "dnspython",
    "jsonpath_ng": "jsonpath-ng",
    "stdnum": "python-stdnum",
    "argon2": "argon2-cffi",
    # Comes with boto3, whose errors and settings it holds.
    "botocore": "boto3",
}

OPERATORS_OWN: Mapping[str, str] = {
    # package: why it is not a dependency
    "piper": "used if the operator installed it and dropped a voice in",
}

IMPURE = frozenset(
    # I/O, waiting, threads and processes, clocks, randomness: what a function of bytes and `now` never needs.
    (
        "asyncio",
        "socket",
        "ssl",
        "select",
        "selectors",
        "socketserver",
        "threading",
        "_thread",
        "multiprocessing",
        "concurrent",
        "subprocess",
        "signal",
        "sched",
        "queue",
        "contextvars",
        "time",
        "random",
        "secrets",
        "uuid",
        "os",
        "io",
        "pathlib",
        "tempfile",
        "shutil",
        "glob",
        "mmap",
        "fcntl",
        "termios",
        "sqlite3",
        "http",
        "ftplib",
        "smtplib",
        "imaplib",
        "poplib",
        "logging",
        "getpass",
        "platform",
        "atexit",
        "ctypes",
        "importlib",
        "urllib.request",
    )
)

IMPURE_CALLS = frozenset({"open", "print", "input", "breakpoint", "exec", "eval"})
CLOCK_METHODS = frozenset({"now", "utcnow", "today"})
"""Of ``datetime`` and ``date``: pure code is told the time."""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module and the line that asks for it."""

    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its dotted name and its syntax tree."""

    name: str
    path: str
    tree: ast.Module
    is_package: bool

    @property
    def room(self) -> str:
        """Return the room (``softswitch.sip.uri`` is in ``sip``), or the layer of a media module."""
        top, _, rest = self.name.partition(".")
        first = rest.partition(".")[0]
        if top == "media":
            return MEDIA_MODULES.get(first, PURE)
        # The package's own __init__ runs before any of its modules, so it may know no more than they all.
        return first or "errors"


def read_module(path: Path, root: Path = ROOT) -> Module:
    """Return the module that ``path`` holds."""
    parts = path.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, str(path.relative_to(root)), ast.parse(path.read_bytes(), str(path)), is_package)


def module_of(name: str, source: str) -> Module:
    """Return a module made from text: how the tests show that the checks see what they should."""
    return Module(name, name.replace(".", "/") + ".py", ast.parse(source), is_package=False)


def imports_of(module: Module, known: frozenset[str]) -> Iterator[Import]:
    """Yield every module that ``module`` imports, wherever in the file.

    ``from a import b`` means ``a.b`` if that is a module of ours (one of ``known``), else ``a``.
    """
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(alias.name, node.lineno)
            case ast.ImportFrom(names=names):
                base = _absolute(module, node)
                for alias in names:
                    full = f"{base}.{alias.name}"
                    yield Import(full if full in known else base, node.lineno)
            case ast.Call(func=function, args=[ast.Constant(value=str(target)), *_]):
                if ast.unparse(function).rpartition(".")[2] in {"import_module", "__import__"}:
                    yield Import(target, node.lineno)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parents = module.name.split(".")
    keep = len(parents) - node.level + module.is_package
    return ".".join([*parents[:keep], *([node.module] if node.module else [])])


def is_within(name: str, packages: frozenset[str]) -> bool:
    """Return whether ``name`` is one of ``packages`` or lies inside one."""
    parts = name.split(".")
    return any(".".join(parts[:length]) in packages for length in range(1, len(parts) + 1))


def direction_fault(module: Module, target: str) -> str | None:
    """Return why ``module`` must not import ``target``, a module of ours; None if it may."""
    top, _, rest = target.partition(".")
    if module.name.partition(".")[0] == "media":
        return _media_fault(module, target)
    if top == "media":
        return (
            None if is_within(module.name, MEDIA_DOORS) else "only calls/media_port may know the media engine"
        )
    room = rest.partition(".")[0]
    if module.room in COMPOSITION or room in {"", module.room}:
        return None
    if module.name == PYTEST_PLUGIN and room == "tree_beside":
        return None
    if room not in ROOMS.get(module.room, frozenset()):
        return f"{module.room} may not import {room}"
    if module.room in SIGNALLER_ONLY and room == "calls" and target != "softswitch.calls.signaller":
        return f"{module.room} may import the signaller of calls only"
    if module.room in VARIABLES_ONLY and room == "ivr" and target not in VARIABLE_MODULES:
        return f"{module.room} may import the variables of ivr only"
    stored = target.rpartition(".")[2]
    is_model = stored in STORED_MODELS or stored.endswith(("_model", "_errors"))
    if module.room == "storage" and room not in FOUNDATION and not is_model:
        return f"storage may import the model modules of {room} only"
    return None


def _media_fault(module: Module, target: str) -> str | None:
    top, _, rest = target.partition(".")
    if top == "softswitch":
        return "media never imports softswitch"
    if rest in {"", "errors"}:
        return None
    layer = MEDIA_MODULES.get(rest.partition(".")[0], PURE)
    if layer == module.room or layer in MEDIA_LAYERS[module.room]:
        return None
    return f"{module.room} code of media may not import its {layer} code"


def third_party_fault(module: Module, package: str) -> str | None:
    """Return why ``module`` must not import the library ``package``; None if it may."""
    allowed = PURE_THIRD_PARTY.get(module.room)
    if allowed is not None and package not in allowed:
        return f"{module.room} may not stand on {package}"
    home = ONLY_IN.get(package, module.room)
    if module.room != home:
        return f"{package} belongs into {home} only"
    return None


def is_pure(module: Module) -> bool:
    """Return whether ``module`` is promised to be a function of its inputs."""
    return module.room in PURE_ROOMS


def faults_of(module: Module, known: frozenset[str]) -> Iterator[str]:
    """Yield every breach of the tables in ``module``, as ``file:line: reason``."""
    for found in imports_of(module, known):
        top = found.target.partition(".")[0]
        if top in PACKAGES:
            reason = direction_fault(module, found.target)
        elif top in sys.stdlib_module_names:
            pure_breach = is_pure(module) and is_within(found.target, IMPURE)
            reason = f"pure code may not import {found.target}" if pure_breach else None
        else:
            reason = third_party_fault(module, top)
        if reason:
            yield f"{module.path}:{found.line}: {reason} ({found.target})"
    if is_pure(module):
        yield from _impure_calls(module)


def _impure_calls(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        match node:
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield f"{module.path}:{node.lineno}: pure code does not wait: no async, no await"
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield f"{module.path}:{node.lineno}: pure code may not call {name}()"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name)) if (
                name in CLOCK_METHODS
            ):
                yield f"{module.path}:{node.lineno}: pure code is told the time, it does not ask {name}()"


def cycles_in(graph: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other in a circle (strong components, Tarjan 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            start = stack.index(node)
            group, stack[start:] = stack[start:], []
            if len(group) > 1 or node in graph[node]:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return found


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    return [read_module(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.fixture(scope="module")
def known(modules: list[Module]) -> frozenset[str]:
    return frozenset(module.name for module in modules)


def test_every_module_is_in_a_room_of_the_table(modules: list[Module]) -> None:
    strays = [
        f"{module.path}: no room {module.room!r} in the import table"
        for module in modules
        if module.name.partition(".")[0] == "softswitch" and module.room not in ROOMS.keys() | COMPOSITION
    ]
    assert not strays, "\n".join(["", *strays])


def test_imports_follow_the_table(modules: list[Module], known: frozenset[str]) -> None:
    faults = [fault for module in modules for fault in faults_of(module, known)]
    assert not faults, "\n".join(["", *faults])


def test_no_modules_import_each_other_in_a_circle(modules: list[Module], known: frozenset[str]) -> None:
    graph = {
        module.name: frozenset(found.target for found in imports_of(module, known) if found.target in known)
        for module in modules
    }
    circles = [" <-> ".join(circle) for circle in cycles_in(graph)]
    assert not circles, "\n".join(["", *circles])


def test_every_library_is_declared(modules: list[Module], known: frozenset[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = [line for lines in project["optional-dependencies"].values() for line in lines]
    declared = {_distribution(line) for line in [*project["dependencies"], *optional]}
    missing = [
        f"{module.path}:{found.line}: {top} is not declared in pyproject.toml"
        for module in modules
        for found in imports_of(module, known)
        if (top := found.target.partition(".")[0])
        not in sys.stdlib_module_names | {*PACKAGES, *OPERATORS_OWN}
        and DISTRIBUTION_OF.get(top, top) not in declared
    ]
    assert not missing, "\n".join(["", *missing])


def _distribution(requirement: str) -> str:
    end = next((place for place, letter in enumerate(requirement) if letter in "[<>=!~; "), len(requirement))
    return requirement[:end].lower()


OURS = frozenset(
    {
        "softswitch.sip.stack",
        "softswitch.calls.leg",
        "softswitch.calls.signaller",
        "softswitch.registrar.model",
        "media.rtp",
    }
)


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("softswitch.sip.stack", "def f():\n    import asyncio", "pure code may not import asyncio"),
        ("softswitch.sip.stack", "from time import monotonic", "pure code may not import time"),
        ("softswitch.sip.stack", "from datetime import datetime\nx = datetime.now()", "does not ask now()"),
        ("softswitch.sip.stack", "async def f(): ...", "does not wait"),
        ("softswitch.sip.stack", "import numpy", "sip may not stand on numpy"),
        ("softswitch.sip.stack", "from softswitch.bus import EventLog", "sip may not import bus"),
        ("softswitch.sip.stack", "from ..calls import leg", "sip may not import calls"),
        (
            "softswitch.registrar.service",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from softswitch.calls import leg",
            "registrar may not import calls",
        ),
        ("softswitch.ivr.context", "from softswitch.crm.model import Customer", "ivr may not import crm"),
        ("softswitch.errors", "import yaml", "errors may not stand on yaml"),
        ("softswitch.calls.bridge", "import media.rtp", "only calls/media_port may"),
        ("softswitch.calls.bridge", "import importlib\nimportlib.import_module('media.rtp')", "media_port"),
        ("softswitch.calls.hangup", "import sqlalchemy.orm", "sqlalchemy belongs into storage only"),
        ("softswitch.app", "from sqlalchemy import exc", "sqlalchemy belongs into storage only"),
        ("softswitch.storage.calls", "from softswitch.calls.leg import Leg", "model modules of calls only"),
        ("softswitch.presence.lines", "from softswitch.calls.leg import Leg", "signaller of calls only"),
        ("softswitch", "import softswitch.app", "may not import app"),
        ("media.rtp", "import softswitch.errors", "media never imports softswitch"),
        ("media.rtp", "import msgspec", "may not stand on msgspec"),
        ("media.engine", "from media import sockets", "engine code of media may not import its shell code"),
        ("media.engine", "import random", "pure code may not import random"),
        (
            "media.mixer",
            "from media.engine import Engine",
            "pure code of media may not import its engine code",
        ),
    ],
)
def test_a_breach_is_seen(name: str, source: str, reason: str) -> None:
    module = module_of(name, source)
    faults = list(faults_of(module, OURS | {name, "media.sockets"}))
    assert any(reason in fault for fault in faults), faults
    assert all(fault.startswith(f"{module.path}:") for fault in faults)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("softswitch.sip.digest", "import hashlib\nfrom datetime import datetime"),
        ("softswitch.calls.media_port", "from media.client import MediaClient"),
        ("softswitch.app", "import asyncio, media.worker\nfrom softswitch.calls.leg import Leg"),
        ("softswitch.storage.bindings", "import sqlalchemy\nfrom softswitch.registrar.model import Binding"),
        ("softswitch.presence.notifier", "from softswitch.calls.signaller import Signaller"),
        ("softswitch.transport.udp", "import asyncio, socket, uvloop\nfrom softswitch.sip import stack"),
        ("media.jitter", "import numpy as np\nfrom media import rtp\nfrom media.errors import MediaError"),
        (
            "media.engine",
            "import numpy\nfrom media.commands import Play\nfrom media.rtp import HEADER",
        ),
        ("media.worker", "import asyncio, os, msgspec\nfrom media.engine import Engine"),
    ],
)
def test_what_is_right_passes(name: str, source: str) -> None:
    assert list(faults_of(module_of(name, source), OURS | {name})) == []


def test_a_circle_is_named_whole() -> None:
    graph = {
        "a": frozenset({"b"}),
        "b": frozenset({"c"}),
        "c": frozenset({"a", "d"}),
        "d": frozenset[str](),
        "e": frozenset({"e"}),
    }
    assert cycles_in(graph) == [["a", "b", "c"], ["e"]]
