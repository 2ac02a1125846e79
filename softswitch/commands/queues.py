"""``softswitch queues`` and ``softswitch agents``: how it is at this moment and was so far today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from softswitch.calls.record import between
from softswitch.calls.why import lasting
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.queues.figures import NO_SHARE, AgentFigures, Figures, QueueFigures
from softswitch.words import Both, queue_word

Rows = Iterator[tuple[str, str, str]]

QUEUE_TITLES: Final[tuple[Both, ...]] = (
    ("queue", "kolejka"),
    ("waits", "czeka"),
    ("longest", "najdłużej"),
    ("callback", "oddzw."),
    ("free", "wolni"),
    ("entered", "weszło"),
    ("answered", "odebr."),
    ("lost", "utrac."),
    ("SL", "SL"),
    ("ASA", "ASA"),
    ("AHT", "AHT"),
)
"""As call centres say: service level, average speed of answer, average handling time."""
AGENT_TITLES: Final[tuple[Both, ...]] = (
    ("agent", "konto"),
    ("state", "stan"),
    ("queues", "kolejki"),
    ("for", "od"),
    ("calls", "rozm."),
    ("talk", "mówił"),
    ("wrap-up", "po rozm."),
    ("missed", "nieod."),
    ("paused", "przerwy"),
    ("busy", "zajęty"),
)
FOLDED: Final = 3
"""Columns at the left that may be folded: words. Figures stay whole."""
READY: Final = "ready"
TALKING: Final = "talking"


def chosen(figures: Figures, queue: str) -> Figures:
    """Return the figures of one queue and its agents, or all of them for ""."""
    if not queue:
        return figures
    return replace(
        figures,
        queues=tuple(one for one in figures.queues if one.queue == queue),
        agents=tuple(one for one in figures.agents if queue in one.queues),
    )


def show_queues(figures: Figures, *, view: View, with_agents: bool = False) -> RenderableType:
    """Return how queues are, one of them in full; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(figures)
    if not figures.queues:
        return Text("Nie ma takiej kolejki." if view.language == POLISH else "There is no such queue.")
    parts: list[RenderableType] = [_whole(figures.queues[0], view)] if len(figures.queues) == 1 else []
    if not parts:
        parts.append(_table(QUEUE_TITLES, [_queue(one) for one in figures.queues], view, folded=1))
    if with_agents or len(figures.queues) == 1:
        parts += [Text(), _agents(figures, view)]
    return Group(*parts, Text(), _footer(figures, view))


def show_agents(figures: Figures, *, view: View) -> RenderableType:
    """Return how agents are; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(figures.agents)
    if not figures.agents:
        return Text("Nie ma konsultantów." if view.language == POLISH else "There are no agents.")
    return Group(_agents(figures, view), Text(), _footer(figures, view))


def show_agent(agent: AgentFigures, *, view: View) -> RenderableType:
    """Return how an agent is after what was done, in a line."""
    if view.as_json:
        return as_json(agent)
    queues = ", ".join(agent.queues) or "-"
    titles = "kolejki" if view.language == POLISH else "queues"
    return Text(printable(f"{agent.agent}: {_state(agent, view)}; {titles}: {queues}", 200))


def as_json(value: object) -> str:
    """Return figures as JSON for programs, times with their zone."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _table(titles: Sequence[Both], rows: Sequence[Sequence[str]], view: View, *, folded: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for number, title in enumerate(titles):
        table.add_column(title[view.language == POLISH], overflow="fold", no_wrap=number >= folded)
    for row in rows:
        table.add_row(*(Text(printable(cell, 120)) for cell in row))
    return table


def _queue(one: QueueFigures) -> Sequence[str]:
    return (
        one.queue,
        str(one.waiting),
        clock(one.longest_wait_s) if one.waiting else "-",
        str(one.callbacks_waiting),
        f"{one.agents.get(READY, 0)} / {sum(one.agents.values())}",
        str(one.entered),
        str(one.answered),
        str(one.abandoned + one.left),
        share(one.service_level),
        clock(one.speed_of_answer_s) if _answered_on_the_line(one) else "-",
        clock(one.mean_handling_s) if one.talks else "-",
    )


def _whole(one: QueueFigures, view: View) -> Table:
    table = Table.grid(padding=(0, 2))
    polish = view.language == POLISH
    for english, in_polish, value in _facts(one, view):
        table.add_row(Text(in_polish if polish else english, style="dim"), Text(printable(value, 120)))
    return table


def _facts(one: QueueFigures, view: View) -> Rows:
    told, level = one.estimates, f"{one.service_level_s:g} s"
    yield "Queue", "Kolejka", one.queue
    yield "Waiting", "Czeka", str(one.waiting)
    yield "Longest wait", "Najdłużej czeka", _seconds(one.longest_wait_s, one.waiting)
    yield "Callbacks waiting", "Do oddzwonienia", str(one.callbacks_waiting)
    yield "Agents", "Konsultanci", _by(one.agents, view)
    yield "Entered", "Weszło", str(one.entered)
    yield "Not taken in", "Nie przyjęto", _by(one.refused, view)
    yield "Answered", "Odebrane", str(one.answered)
    yield f"Answered within {level}", f"Odebrane w ciągu {level}", str(one.answered_in_time)
    soon = "od razu" if view.language == POLISH else "at once"
    yield "Abandoned", "Porzucone", f"{one.abandoned} ({soon}: {one.abandoned_soon})"
    yield "Left otherwise", "Wyszło inaczej", _by(one.left_by, view)
    yield "Service level", "Poziom obsługi", share(one.service_level)
    yield "Service level of all", "Poziom obsługi wszystkich", share(one.service_level_all)
    yield "Abandoned share", "Udział porzuconych", share(one.abandoned_share)
    on_the_line = _answered_on_the_line(one)
    yield "Speed of answer", "Średni czas do odbioru", _seconds(one.speed_of_answer_s, on_the_line)
    yield "Longest answered", "Najdłuższy odebrany", _seconds(one.longest_answered_s, on_the_line)
    yield "Mean talk", "Średnia rozmowa", _seconds(one.mean_talk_s, one.talks)
    yield "Mean handling", "Średnia obsługa", _seconds(one.mean_handling_s, one.talks)
    callbacks = f"{one.callbacks_asked} / {one.callbacks_answered} / {one.callbacks_missed}"
    yield "Callbacks asked, answered, missed", "Oddzwonienia: zamówione, odebrane, nieudane", callbacks
    yield "Waits told", "Zapowiedziane czasy", str(told.told)
    yield "Waits told that were right", "Zapowiedzi trafne", share(told.inside)
    yield "Mean error", "Średni błąd", _seconds(told.mean_error_s, told.judged)


def _answered_on_the_line(one: QueueFigures) -> int:
    """Return how many answers have a speed: not those of callbacks."""
    return one.answered - one.callbacks_answered


def _agents(figures: Figures, view: View) -> RenderableType:
    rows = [_agent(one, figures.at, view) for one in figures.agents]
    return _table(AGENT_TITLES, rows, view, folded=FOLDED)


def _agent(one: AgentFigures, at: datetime, view: View) -> Sequence[str]:
    return (
        one.agent,
        _state(one, view),
        ", ".join(one.queues) or "-",
        clock(between(one.since, at)),
        str(one.calls),
        clock(one.talk_s),
        clock(one.wrap_up_s),
        str(sum(one.missed.values())),
        clock(one.paused_s),
        share(one.occupancy),
    )


def _state(one: AgentFigures, view: View) -> str:
    """Return what an agent does: to whom he talks, why he is on a pause."""
    state = queue_word(one.state, view.language)
    if one.state == TALKING and one.queue:
        return f"{state}: {one.queue}, {one.party or '-'}"
    if one.state == READY and not one.reachable:
        return f"{state}, {queue_word('unregistered', view.language)}"
    if one.state == READY and one.engaged:
        return f"{state}, {queue_word('in_use', view.language)}"
    pauses = [f"{reason} ({queue})" if queue else reason for queue, reason in one.pauses.items()]
    return f"{state}: {', '.join(pauses)}" if pauses else state


def _by(counts: Mapping[str, int], view: View) -> str:
    named = (f"{queue_word(code, view.language)} {count}" for code, count in sorted(counts.items()))
    return ", ".join(named) or "-"


def _footer(figures: Figures, view: View) -> Text:
    """Return since when is counted, and when it was looked."""
    # Both in the zone whose midnight begins the day.
    since, at = figures.since, figures.at.astimezone(figures.since.tzinfo)
    words = ("od", "stan z") if view.language == POLISH else ("since", "at")
    return Text(f"{words[0]} {since:%Y-%m-%d %H:%M}, {words[1]} {at:%H:%M:%S}", style="dim")


def _seconds(seconds: float, count: int) -> str:
    return lasting(seconds) if count else "-"


def clock(seconds: float) -> str:
    """Write a duration as a clock shows it: ``0:07``, ``1:02:30``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def share(value: float) -> str:
    """Write a share in whole percents, ``-`` where there is none."""
    return "-" if value == NO_SHARE else f"{100 * value:.0f} %"
