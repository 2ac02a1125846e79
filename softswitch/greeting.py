"""What is said when a line is up: which numbers lead where, and what to type into a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from softswitch.config import Config
from softswitch.ivr.model import Tree
from softswitch.languages import ENGLISH, POLISH
from softswitch.transport.own_certificate import own_files
from softswitch.words import Both

MOST_PEOPLE: Final = 20
"""Accounts named at a start; more are counted."""

SHIPPED: Final[dict[str, Both]] = {
    "demo": ("the menu", "menu"),
    "echo": ("an echo", "echo"),
    "test_line": ("the test line", "linia testowa"),
}
"""What people call the trees that come with the switch; others are called by their own names."""


ALL_RING: Final = ("phones ringing together", "telefony dzwoniące razem")
TO_MEET: Final = ("a room to meet in", "pokój konferencyjny")
TO_WAIT: Final = ("a queue with agents", "kolejka do konsultantów")


def numbers_of(config: Config, trees: Sequence[Tree], language: str = ENGLISH) -> str:
    """Return one line a menu and one for all people: the number that is dialled, and where it leads."""
    entered = [tree for tree in trees if tree.numbers]
    lines = [f"{', '.join(tree.numbers)} -> menu {tree.name} ({_shown(tree.path)})" for tree in entered]
    lines += [f"{number} -> application {part.name}".rstrip() for number, part in config.applications.items()]
    people = [f"{user} {part.name}".rstrip() for user, part in config.accounts.items()]
    nobody, more = ("nie ma kont", " i jeszcze") if language == POLISH else ("no accounts", " and")
    rest = len(people) - MOST_PEOPLE
    left_out = f"{more} {rest}{'' if language == POLISH else ' more'}" if rest > 0 else ""
    return "\n".join([*lines, f"{', '.join(people[:MOST_PEOPLE]) or nobody}{left_out}"])


def invitation(
    config: Config,
    trees: Sequence[Tree],
    addresses: Sequence[str],
    language: str = ENGLISH,
    *,
    ports: Mapping[str, int] | None = None,
) -> str:
    """Return what to type into a phone to try the line; ``ports`` are those of TLS and WebSocket."""
    polish = language == POLISH
    place, way, user, password, hidden, others = (
        ("Domena", "Transport", "Użytkownik", "hasło", "(to, z którego jest ha1)", "lub")
        if polish
        else ("Domain", "Transport", "User", "password", "(the one behind its ha1)", "or")
    )
    title = (
        "Wpisz w telefonie (w Linphone: Użyj konta SIP):"
        if polish
        else "Type this into a phone (in Linphone: Use a SIP account):"
    )
    lines = ["", title, ""]
    lines.append(
        f"    {place:<12} {addresses[0]}" + "".join(f"   {others} {other}" for other in addresses[1:])
    )
    at = "na porcie" if polish else "on port"
    ways = [f"{others} TCP", *(f"{others} {kind} {at} {port}" for kind, port in (ports or {}).items())]
    lines.append(f"    {way:<12} UDP ({', '.join(ways)})")
    if ports and not config.sip.doors.files:
        certificate = "Certyfikat" if polish else "Certificate"
        lines.append(f"    {certificate:<12} {_shown(own_files(config.home).certificate)}")
    for account, part in config.accounts.items():
        secret = part.password if part.password is not None else hidden
        lines.append(f"    {user} {account}    {password} {secret}    {part.name}".rstrip())
    return "\n".join([*lines, "", _what_to_dial(config, trees, polish), ""])


def _what_to_dial(config: Config, trees: Sequence[Tree], polish: bool) -> str:
    entered = [
        (tree.numbers[0], SHIPPED.get(tree.name, (f"the menu {tree.name}", f"menu {tree.name}"))[polish])
        for tree in trees
        if tree.numbers
    ]
    entered += [(number, ALL_RING[polish]) for number in config.groups]
    entered += [(number, TO_MEET[polish]) for number in config.rooms]
    entered += [(queue.number, TO_WAIT[polish]) for queue in config.queues.values() if queue.number]
    if not entered:
        return "Potem wybierz numer innego użytkownika." if polish else "Then dial another of the users."
    if polish:
        menus = "".join(f"{number}: {name}, " for number, name in entered)
        return f"Potem wybierz  {menus}albo numer innego użytkownika."
    menus = "".join(f"{number} for {name}, " for number, name in entered)
    return f"Then dial  {menus}or another of the users."


def _shown(path: Path) -> str:
    """Return a path as short as it can be from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
