"""What every switch does as it starts, done once, in the process of which the switches are forks.

Its import is that: the command line is built, and what the start would load is loaded. A switch is then there
after half of the work. Nothing is open, and no thread runs.
"""

from __future__ import annotations

import gc

import aiosqlite
import alembic.command
import alembic.context
import phonenumbers

from softswitch.cli import serving
from tests.scenarios import falling_switch

LOADED = (aiosqlite, alembic.command, alembic.context, serving)

falling_switch.command()
phonenumbers.PhoneMetadata.load_all()
# A switch looks through all objects once before it is ready: not through those that all have.
gc.collect()
gc.freeze()
