"""Callbacks that do not keep alive whom they call.

A leg is known to its keys, its session and its requests, and knows them: a ring that only the garbage
collector would open, with all that was said on the leg. A line that is busy ends thousands of legs a minute,
and looking for them all at once would hold up every call for a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec
from weakref import WeakMethod

P = ParamSpec("P")


def weakly(method: Callable[P, None]) -> Callable[P, None]:
    """Return ``method``, bound to its object, as a call that does nothing once that is gone."""
    known = WeakMethod(method)

    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        found = known()
        if found is not None:
            found(*args, **kwargs)

    return call
