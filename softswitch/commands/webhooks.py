"""``softswitch webhooks``: how receivers stand, for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.console import RenderableType

from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.outbox.messages import Receiver
from softswitch.words import Both

TITLES: Final[Sequence[Both]] = (
    ("receiver", "odbiorca"),
    ("told of", "powiadamiany o"),
    ("last number", "ostatni numer"),
    ("wants nothing more since", "nie chce niczego od"),
)


def show_receivers(
    receivers: Sequence[Receiver], wanted: Mapping[str, Sequence[str]], *, view: View
) -> RenderableType:
    """Return how the receivers stand; ``wanted`` is what each is told of by the configuration."""
    known = {one.name: one for one in receivers}
    names = sorted({*wanted, *known})
    if view.as_json:
        return as_json(
            [
                {
                    "receiver": name,
                    "events": list(wanted.get(name, ())),
                    "last": known[name].last if name in known else 0,
                    "gone": known[name].gone if name in known else None,
                }
                for name in names
            ]
        )
    if not names:
        return sentence(view, "No webhooks are configured.", "Nie skonfigurowano webhooków.")
    rows = []
    for name in names:
        one = known.get(name, Receiver(name, 0))
        gone = one.gone.isoformat() if one.gone is not None else ""
        rows.append((name, ", ".join(wanted.get(name, ())), str(one.last), local_time(gone, view)))
    return table(view, TITLES, rows)


def show_replayed(name: str, count: int, *, view: View) -> RenderableType:
    """Return how many messages go out again."""
    if view.as_json:
        return as_json({"receiver": name, "messages": count})
    if not count:
        return sentence(
            view,
            f"Nothing from there on is kept for {name}.",
            f"Od tego numeru nic nie zachowano dla {name}.",
        )
    return sentence(
        view,
        f"Sent to {name} again: {count}. They go out within half a minute.",
        f"Ponownie do {name}: {count}. Wyjdą w ciągu pół minuty.",
    )


def show_welcomed(name: str, *, view: View) -> RenderableType:
    """Return that a receiver is told again."""
    if view.as_json:
        return as_json({"receiver": name, "gone": None})
    return sentence(view, f"{name} is told again.", f"{name} jest znów powiadamiany.")
