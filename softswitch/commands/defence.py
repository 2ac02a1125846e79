"""``softswitch phones`` and ``softswitch bans``: who is here, and who is banned; for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import RenderableType

from softswitch.commands.shown import as_json, sentence, table
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable


@dataclass(frozen=True, slots=True)
class Phone:
    """A registered phone as the running switch tells of it; ``until`` is ISO 8601 with a zone."""

    account: str
    name: str
    contact: str
    source: str
    transport: str
    until: str
    user_agent: str
    behind_nat: bool


@dataclass(frozen=True, slots=True)
class ShutOut:
    """An address or a name that is banned: for how many seconds more, and how often it was.

    So many ``wrong`` passwords for ``account`` did it, "" where they were for several.
    """

    source: str
    seconds: int
    times: int
    wrong: int
    account: str


def show_phones(phones: Sequence[Phone], *, view: View) -> RenderableType:
    """Return who is registered; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(phones)
    if not phones:
        return sentence(view, "No phone is registered.", "Żaden telefon nie jest zarejestrowany.")
    titles = (
        ("account", "konto"),
        ("from", "skąd"),
        ("transport", "transport"),
        ("until", "do"),
        ("phone", "telefon"),
    )
    return table(view, titles, [_cells(phone, view) for phone in phones])


def _cells(phone: Phone, view: View) -> tuple[str, ...]:
    account = f"{phone.account} {phone.name}" if phone.name else phone.account
    source = phone.source
    if phone.behind_nat:
        source += " (za NAT)" if view.language == POLISH else " (behind NAT)"
    until = datetime.fromisoformat(phone.until).astimezone(view.zone).strftime("%H:%M:%S")
    return account, source, phone.transport, until, phone.user_agent


def show_bans(bans: Sequence[ShutOut], *, view: View) -> RenderableType:
    """Return who is banned; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(bans)
    if not bans:
        return sentence(view, "Nobody is banned.", "Nikt nie jest zablokowany.")
    titles = (
        ("address or account", "adres lub konto"),
        ("seconds left", "pozostało s"),
        ("wrong passwords", "błędne hasła"),
        ("for account", "do konta"),
        ("which ban", "która blokada"),
    )
    several = "kilku" if view.language == POLISH else "several"
    cells = [
        (ban.source, str(ban.seconds), str(ban.wrong), ban.account or several, str(ban.times)) for ban in bans
    ]
    return table(view, titles, cells)


def show_lifted(source: str, *, lifted: bool, view: View) -> RenderableType:
    """Return what came of letting somebody in again."""
    if view.as_json:
        return as_json({"source": source, "lifted": lifted})
    shown = printable(source)
    if lifted:
        return sentence(view, f"{shown} is let in again.", f"Zdjęto blokadę: {shown}.")
    return sentence(view, f"{shown} is not banned.", f"{shown} nie ma blokady.")
