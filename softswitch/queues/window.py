"""When callbacks may be made: between two times of day, in the zone of those who are called."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from softswitch.queues.config import CallbackConfig


def seconds_until_open(config: CallbackConfig, now: datetime) -> float:
    """Return how long it is until somebody may be called back, 0 when he may be called now.

    ``latest`` before ``earliest`` is on the next day: a night shift's callbacks.
    """
    zone = ZoneInfo(config.time_zone)
    here = now.astimezone(zone)
    earliest, latest = time.fromisoformat(config.earliest), time.fromisoformat(config.latest)
    clock = here.time().replace(tzinfo=None)
    halves = (earliest <= clock, clock < latest)
    is_open = all(halves) if earliest <= latest else any(halves)
    if is_open or earliest == latest:
        return 0.0
    day = here.date() if clock < earliest else here.date() + timedelta(days=1)
    # By the clock on the wall of that day: the night may have an hour more or less.
    opens = datetime.combine(day, earliest, tzinfo=zone)
    # Not their difference: between two times of one zone Python counts hours of the clock, not hours.
    return max(opens.timestamp() - now.timestamp(), 0.0)
