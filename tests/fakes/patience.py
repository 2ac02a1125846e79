"""How long a test waits for what must come."""

from __future__ import annotations

from typing import Final

PATIENCE: Final = 60.0
"""Seconds until a test gives up.

What it waits for comes in moments, on a busy machine a little later. The limit only ends what would hang; it
is below that of a whole test, so that the failure shows what did not come.
"""
RUN_PATIENCE: Final = 240.0
"""The same for a program that a test runs from its start to its end."""
