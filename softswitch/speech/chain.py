"""Which engine speaks a text: the order to try them in, and what happens when one fails.

A missing engine is normal and passed over. One that hung or died sits out for a while, or each new text
would wait for it again; when no other is left it is asked all the same. Why an engine failed is kept and
logged once, not for every text.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.clock import Clock
from softswitch.speech.engine import Engine, Order, Sound, Voice
from softswitch.speech.errors import EngineError, EngineMissing, EngineTimeout, WorkerDied

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An engine that has a voice for a text, and that voice."""

    link: Link
    voice: Voice


NOT_QUOTED: Final = "could not speak a private text"
"""What is kept and logged of a failure in place of the engine's own words."""


class Link:
    """One engine as a part of the chain: its queue, its time limit, its rest after a failure."""

    def __init__(self, engine: Engine, *, clock: Clock, time_limit: float, rest: float) -> None:
        self.engine = engine
        self._clock = clock
        self._time_limit = time_limit
        self._rest = rest
        self._gate = asyncio.Semaphore(engine.parallel)
        self._rests_until = float("-inf")
        self._reason = ""

    @property
    def name(self) -> str:
        """Return the engine's name."""
        return self.engine.name

    @property
    def reason(self) -> str:
        """Return why the engine failed last, empty when it never did."""
        return self._reason

    @property
    def resting(self) -> bool:
        """Return whether the engine sits out after a failure."""
        return self._clock.monotonic() < self._rests_until

    async def synthesize(self, order: Order, *, even_resting: bool, private: bool = False) -> Sound:
        """Wait for the engine to be free, then have it speak within the time limit.

        Raises EngineError. Programs say what they could not read, and what they say ends in logs: of a
        ``private`` text it is left out.
        """
        async with self._gate:
            # It may have failed for the one before us in the queue.
            if self.resting and not even_resting:
                raise EngineError(self.name, f"sits out after a failure ({self._reason})")
            try:
                async with asyncio.timeout(self._time_limit):
                    sound = await self.engine.synthesize(order)
            except TimeoutError as error:
                late = EngineTimeout(self.name, self._time_limit)
                self.failed(late)
                raise late from error
            except EngineError as error:
                failure = type(error)(self.name, NOT_QUOTED) if private else error
                self.failed(failure)
                if private:
                    raise failure from None
                raise
            self._rests_until = float("-inf")
            return sound

    def failed(self, failure: EngineError) -> None:
        """Keep why the engine failed; log it when that is news."""
        if isinstance(failure, EngineTimeout | WorkerDied | EngineMissing):
            self._rests_until = self._clock.monotonic() + self._rest
        if failure.reason != self._reason:
            self._reason = failure.reason
            logger.warning("speech engine %s %s; the next one speaks", self.name, failure.reason)

    def missing(self, failure: EngineMissing) -> None:
        """Keep why the engine has no voice; say so once, quietly: it is the normal case for most engines."""
        if failure.reason != self._reason:
            self._reason = failure.reason
            logger.debug("speech engine %s is passed over: %s", self.name, failure.reason)


class Chain:
    """All engines, and the order to ask them in."""

    def __init__(self, links: Mapping[str, Link]) -> None:
        self._links = links
        self._unknown_voices: set[tuple[str, str]] = set()

    @property
    def reasons(self) -> dict[str, str]:
        """Return why each engine that ever failed or is missing did so last, by its name."""
        return {name: link.reason for name, link in self._links.items() if link.reason}

    def candidates(
        self, names: Sequence[str], language: str, wanted: str | None
    ) -> tuple[list[Candidate], list[EngineError]]:
        """Return the engines of ``names`` that have a voice, best first, and why the others have none.

        When a voice was asked for by name, engines that have that very voice go before all others.
        """
        found: list[Candidate] = []
        failures: list[EngineError] = []
        for name in names:
            link = self._links[name]
            try:
                found.append(Candidate(link, link.engine.voice_for(language, wanted)))
            except EngineMissing as failure:
                link.missing(failure)
                # What an error was raised in is not wanted of it, and would hold on to itself by it.
                failures.append(failure.with_traceback(None))
            except OSError as error:
                # A voice taken away, or made unreadable, at the moment it is looked at.
                unreadable = EngineMissing(name, f"its voices cannot be read ({error})")
                link.missing(unreadable)
                failures.append(unreadable)
        found.sort(key=lambda candidate: not candidate.voice.exact)
        if wanted is not None and found and not found[0].voice.exact:
            self._report_unknown(language, wanted, found[0])
        return found, failures

    def has_voice(self, names: Sequence[str], language: str, wanted: str) -> bool:
        """Tell whether an engine of ``names`` has the very voice called ``wanted``."""
        for name in names:
            try:
                if self._links[name].engine.voice_for(language, wanted).exact:
                    return True
            except (EngineMissing, OSError):
                continue  # Why it has none is kept by candidates().
        return False

    async def close(self) -> None:
        """Close every engine."""
        for link in self._links.values():
            await link.engine.close()

    def _report_unknown(self, language: str, wanted: str, instead: Candidate) -> None:
        if (language, wanted) in self._unknown_voices:
            return
        self._unknown_voices.add((language, wanted))
        logger.warning(
            "no engine has a voice called %r for language %r; %s speaks with %s instead",
            *(wanted, language, instead.link.name, instead.voice.name),
        )
