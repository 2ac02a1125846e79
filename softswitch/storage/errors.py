"""What can go wrong between the switch and its database.

::

    SoftswitchError
    └── StorageError                base of everything raised on purpose by this room
        └── DatabaseRefused         the database cannot be used; also a StartError: one plain sentence
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError, StartError


class StorageError(SoftswitchError):
    """Base of all errors raised on purpose by the storage package."""


class DatabaseRefused(StorageError, StartError):
    """The database cannot be used: not there, not ours, or too new; says so in one sentence."""
