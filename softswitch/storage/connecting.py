"""A connection to SQLite, opened whole or closed again: nobody who gives up leaves its thread behind."""

from __future__ import annotations

import asyncio
from typing import Any

import aiosqlite


async def open_sqlite(database: str, **options: Any) -> aiosqlite.Connection:  # noqa: ANN401 - the driver's
    """Open a file as :func:`sqlite3.connect` does, in a thread of its own; raises what that raises.

    Whom it fails, and who is cancelled while it opens, goes on only when the thread has ended. The driver
    alone would tell the thread to stop and not wait: its last answer could come to a loop that is closed.
    """
    connecting = aiosqlite.connect(database, **options)
    # The driver shows its thread to nobody. One that hangs in a disk must not keep the process from ending.
    thread = connecting._thread
    thread.daemon = True
    opening = asyncio.ensure_future(_opened(connecting))
    try:
        return await asyncio.shield(opening)
    except BaseException:
        (opened,) = await asyncio.gather(opening, return_exceptions=True)
        if isinstance(opened, aiosqlite.Connection):
            await opened.close()
        await asyncio.to_thread(thread.join)
        raise


async def _opened(connecting: aiosqlite.Connection) -> aiosqlite.Connection:
    return await connecting
