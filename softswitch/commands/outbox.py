"""``softswitch outbox``: what is still to go out, and what could not be delivered; for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from rich.console import RenderableType

from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.outbox.model import Posted, State
from softswitch.words import Both

TITLES: Final[Sequence[Both]] = (
    ("when", "kiedy"),
    ("by", "przez"),
    ("what", "co"),
    ("state", "stan"),
    ("tries", "próby"),
    ("why not yet", "dlaczego jeszcze nie"),
)
STATES: Final[dict[State, Both]] = {
    State.WAITING: ("waiting", "czeka"),
    State.SENDING: ("being sent", "w drodze"),
    State.DELIVERED: ("delivered", "dostarczone"),
    State.REFUSED: ("refused", "odrzucone"),
    State.EXPIRED: ("too late", "za późno"),
}
NOT_OVER: Final = (State.WAITING, State.SENDING, State.REFUSED, State.EXPIRED)
"""What one looks for unless told otherwise: all that has not arrived."""


def show_outbox(posted: Sequence[Posted], *, view: View) -> RenderableType:
    """Return deliveries, newest first; JSON is a ``str`` to be printed as it is, without the messages."""
    if view.as_json:
        return as_json([_told(one) for one in posted])
    if not posted:
        return sentence(view, "Everything has been delivered.", "Wszystko dostarczono.")
    rows = [
        (
            local_time(one.created.isoformat(), view),
            one.delivery.channel,
            one.delivery.key,
            STATES[one.state][view.language == POLISH],
            str(one.attempts),
            one.trouble,
        )
        for one in posted
    ]
    return table(view, TITLES, rows)


def show_revived(key: str, *, revived: bool, view: View) -> RenderableType:
    """Return what came of trying anew."""
    if view.as_json:
        return as_json({"key": key, "revived": revived})
    if revived:
        return sentence(view, f"{key} is tried anew.", f"{key}: ponawiamy próby.")
    return sentence(
        view, f"Nothing called {key} was given up.", f"Żadna przesyłka {key} nie została zarzucona."
    )


def _told(one: Posted) -> dict[str, object]:
    told = asdict(one)
    delivery = told.pop("delivery")
    return {**{name: delivery[name] for name in ("key", "channel", "lane")}, **told}
