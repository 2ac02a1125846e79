"""What those round a simulated call need of it: that time passes, and that somebody takes notes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from softswitch.ivr.transcript import Effect

Passing = Callable[[float], Awaitable[object]]
"""Lets seconds pass; raises CallerGone where the caller hangs up meanwhile."""
Done = Callable[[Effect], None]
"""Takes note of what was done outside."""
