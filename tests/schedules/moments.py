"""Schedules and moments as tests write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from softswitch.schedules.config import ScheduleConfig
from softswitch.schedules.schedule import Schedule

WARSAW = ZoneInfo("Europe/Warsaw")
USUAL_WEEK = {"mon-fri": "8:00-16:00"}


def warsaw(text: str, *, fold: int = 0) -> datetime:
    """Return the moment at which a clock in Warsaw shows this; ``fold`` 1 for the second time."""
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW, fold=fold).astimezone(UTC)


def schedule(**parts: object) -> Schedule:
    """Return a schedule; Monday to Friday from 8 to 16 unless its week is given."""
    return Schedule("office", ScheduleConfig.model_validate({"week": USUAL_WEEK, **parts}))
