"""How often callers may err before nobody is checked any more."""

from __future__ import annotations

from pydantic import Field

from softswitch.crm.identity_model import LOCKED_FOR, TRIES, WITHHELD_TRIES
from softswitch.parts import Part


class IdentityConfig(Part):
    """Identity checks: wrong tries for one customer or from one number, and how long is locked after them.

    Callers who hide their number have ``withheld_tries`` together.
    """

    tries: int = Field(default=TRIES, ge=1, le=10)
    withheld_tries: int = Field(default=WITHHELD_TRIES, ge=1, le=1000)
    lock_minutes: float = Field(default=LOCKED_FOR.total_seconds() / 60, ge=1.0, le=1440.0)
