"""Commands about opening hours, duties and lists of callers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import RenderableType

from softswitch.cli.ending import exit_with, judged, put
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.commands.schedules import (
    show_callers,
    show_duties,
    show_hours,
    show_preview,
    show_previews,
)
from softswitch.commands.view import View
from softswitch.control import ask
from softswitch.schedules.figures import HoursFigures, ListedFigures
from softswitch.schedules.preview import PREVIEW_DAYS, PreviewDay

NOW, PREVIEW, SPECIAL = "now", "preview", "special"
MODES: Final = ("day", "night", "outage", "auto")

NUMBER: Final = re.compile(r"[+*]?[0-9][0-9*#]*")

By = Annotated[str, typer.Option(help="Who does it, for the log.")]


def schedules(
    what: Annotated[
        str,
        typer.Argument(
            help="now; preview; special; or day, night, outage, auto to switch by hand.", show_default=False
        ),
    ] = "",
    name: Annotated[
        str,
        typer.Argument(
            help="The schedule; all unless given. With preview also a number: what whoever dials it meets.",
            show_default=False,
        ),
    ] = "",
    on: Annotated[str, typer.Argument(help="With special: the day, 2026-12-24.", show_default=False)] = "",
    hours: Annotated[
        str, typer.Option(help="With special: its hours, 8-12 or closed; none: as configured again.")
    ] = "",
    at: Annotated[str, typer.Option(help="With now: at this moment, '2026-12-24 13:00'.")] = "",
    days: Annotated[int, typer.Option(help="With preview: how many days.", min=1, max=400)] = PREVIEW_DAYS,
    first: Annotated[str, typer.Option("--from", help="With preview: the first day, 2026-12-21.")] = "",
    until: Annotated[
        str, typer.Option(help="When a switch by hand ends: 18:00, '2026-12-23 9:00', midnight.")
    ] = "",
    length: Annotated[str, typer.Option("--for", help="How long it holds: 2h, 90m, 1d12h.")] = "",
    note: Annotated[str, typer.Option(help="Why, in a few words; the name of a special day.")] = "",
    by: By = "operator",
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show opening hours now and who is on duty; `schedules preview office` shows the next 14 days.

    `schedules night office --until 18:00` switches one by hand, `schedules outage` all, `auto` takes it back.
    """
    if what not in ("", NOW, PREVIEW, SPECIAL, *MODES):
        raise typer.BadParameter(f"say nothing, or one of {', '.join((NOW, PREVIEW, SPECIAL, *MODES))}")
    if (what == SPECIAL) != bool(on):
        raise typer.BadParameter("a day belongs to special: schedules special NAME 2026-12-24 --hours 8-12")
    if what == PREVIEW and not name:
        raise typer.BadParameter("say of which schedule: schedules preview NAME")
    view = view_of(json, pl)

    def show() -> None:
        if what == PREVIEW:
            put(_preview(home, name, {"days": str(days), "first": first}, view), json)
        elif what == SPECIAL:
            change = {"schedule": name, "day": on, "hours": hours, "name": note, "by": by}
            put(show_preview(ask(home, "schedule_day", list[PreviewDay], **change), view=view), json)
        elif what in MODES:
            more = {"until": until, "for": length, "note": note, "by": by}
            now = ask(home, "schedule_switch", HoursFigures, schedule=name, mode=what, **more)
            put(show_hours(now, view=view), json)
        else:
            put(show_hours(ask(home, "schedules", HoursFigures, schedule=name, at=at), view=view), json)

    exit_with(judged(show))


def _preview(home: Path, name: str, wanted: Mapping[str, str], view: View) -> RenderableType:
    def told(schedule: str) -> list[PreviewDay]:
        return ask(home, "schedule_preview", list[PreviewDay], schedule=schedule, **wanted)

    if not is_number(name):
        return show_preview(told(name), view=view)
    names = ask(home, "schedule_names", list[str], number=name)
    return show_previews({one: told(one) for one in names}, view=view)


def is_number(name: str) -> bool:
    """Tell whether it is a number to dial, and not the name of a schedule."""
    return NUMBER.fullmatch(name) is not None


def duties(
    duty: Annotated[str, typer.Argument(help="The duty to change.", show_default=False)] = "",
    day: Annotated[str, typer.Argument(help="The day, 2026-12-24.", show_default=False)] = "",
    main: Annotated[str, typer.Option(help="Who is rung first; without one the roster holds again.")] = "",
    spare: Annotated[str, typer.Option(help="Who is rung after.")] = "",
    by: By = "operator",
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show who is on duty; `duties doctor 2026-12-24 --main 1003` puts somebody on it for a day."""
    if bool(duty) != bool(day):
        raise typer.BadParameter("say nothing, or a duty and a day: duties doctor 2026-12-24 --main 1003")
    view = view_of(json, pl)

    def show() -> None:
        if duty:
            change = {"duty": duty, "day": day, "main": main, "spare": spare, "by": by}
            told = ask(home, "duty", HoursFigures, **change)
        else:
            told = ask(home, "schedules", HoursFigures)
        put(show_duties(told.duties, view=view), json)

    exit_with(judged(show))


def callers(
    what: Annotated[str, typer.Argument(help="add or remove a number.", show_default=False)] = "",
    listed: Annotated[
        str, typer.Argument(help="The list: vip, blocked, or its name.", show_default=False)
    ] = "",
    number: Annotated[str, typer.Argument(help="The caller's number.", show_default=False)] = "",
    to: Annotated[str, typer.Option(help="The consultant of a VIP.")] = "",
    otherwise: Annotated[str, typer.Option(help="Who gets a VIP's call that he does not answer.")] = "",
    name: Annotated[str, typer.Option(help="The caller's name.")] = "",
    by: By = "operator",
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show numbers put on lists of callers; `callers add vip 600100200 --to 1001` puts one on."""
    if what not in ("", "add", "remove") or bool(what) != bool(number):
        raise typer.BadParameter("say nothing, or: add LIST NUMBER, remove LIST NUMBER")
    view = view_of(json, pl)

    def show() -> None:
        change = {"list": listed, "number": number, "to": to, "otherwise": otherwise, "name": name, "by": by}
        told = ask(home, "callers", list[ListedFigures], do=what, **change)
        put(show_callers(told, view=view), json)

    exit_with(judged(show))
