"""Time that passes in tests of the simulated world: nothing waits, and what passed is kept."""

from __future__ import annotations


class Passed(list[float]):
    """Seconds that were let pass, in their order; call it to let some pass."""

    async def __call__(self, seconds: float) -> None:
        """Let them pass."""
        self.append(seconds)
