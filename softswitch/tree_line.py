"""What simulated calls take of a line's configuration, and what it lacks.

That is schedules, templates, the kinds of customers' own fields, and the zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from softswitch.bus import EventLog
from softswitch.clock import Clock, SystemClock
from softswitch.config import Config, load_config
from softswitch.crm.config import OwnKind
from softswitch.errors import Problem
from softswitch.ivr.desks.hours import Hours
from softswitch.ivr.desks.post import Letter
from softswitch.ivr.expressions import Lookup
from softswitch.ivr.loader import read_trees
from softswitch.ivr.model import Tree
from softswitch.ivr.simulated.line import LineBeside
from softswitch.ivr.simulated.outside import SMS
from softswitch.preflight.menus import configured_names, judge_trees
from softswitch.sameness import FieldValue, number_of, truth
from softswitch.schedules.service import Schedules
from softswitch.tree_hours import TreeHours
from softswitch.tree_world.post import known_of


def read_line(file: Path) -> LineBeside:
    """Return the line of a configuration; raise ConfigError for one that is wrong."""
    return line_of(load_config(file))


def line_of(config: Config) -> LineBeside:
    """Return what simulated calls take of a configuration."""
    clock = SystemClock()
    # Nothing is switched by hand here, so the calendars alone are asked, and each by the clock of its call.
    schedules = Schedules(config, clock=clock, log=EventLog(clock))
    zone = ZoneInfo(config.time_zone)

    def hours(call: Clock) -> Hours:
        return TreeHours(schedules, call.wall)

    def template(kind: str, letter: Letter, variables: Lookup, at: datetime) -> Mapping[str, str]:
        found = config.templates.get(letter.template)
        if found is None:
            return {}
        known = known_of(letter, variables, at.astimezone(zone))
        if kind == SMS:
            return {"text": found.message(known)}
        mail = found.mail(known, ())
        return {"subject": mail.subject, "text": mail.text}

    def own(name: str, value: FieldValue) -> FieldValue:
        declared = config.customers.fields.get(name)
        if declared is None or isinstance(value, bool):
            return value
        kept: FieldValue | None = value
        if declared.kind is OwnKind.YES_NO:
            kept = truth(str(value))
        elif declared.kind is OwnKind.NUMBER:
            kept = number_of(str(value))
        return value if kept is None else kept

    def lacks(tree: Tree) -> Sequence[Problem]:
        _, unknown = read_trees([tree.path], configured_names(config))
        faults, _ = judge_trees(config, [tree], ())
        return [*unknown, *(fault for fault in faults if fault.path == str(tree.path))]

    return LineBeside(hours, template, own, config.time_zone, lacks)
