"""Two things at once, of which the first to end counts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def first_of(*works: Coroutine[Any, Any, T]) -> tuple[int, T]:
    """Run all; return the place and the result of the one that ends first, when the others are cancelled.

    Of two that end together the one that stands first counts. What it raises is raised as it is, which a
    TaskGroup would wrap.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        place = next(place for place, task in enumerate(tasks) if task.done())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return place, tasks[place].result()
