"""Speech as the rest of the switch sees it: ask for a text, get a file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from softswitch.speech.cache import AudioCache, cache_key
from softswitch.speech.chain import Candidate, Chain
from softswitch.speech.config import SpeechConfig
from softswitch.speech.engine import Order
from softswitch.speech.errors import EngineError, NoVoice, SpeechClosed, SpeechError
from softswitch.speech.model import SpeechRequest, Utterance
from softswitch.speech.sound import for_telephone
from softswitch.speech.spelling import spell


class Speech:
    """Makes texts into WAV files, each only once.

    Belongs to one event loop. A request that is being worked on is shared by all who ask for it, and goes
    on when one of them leaves: the next caller finds it in the cache.
    """

    def __init__(self, config: SpeechConfig, *, chain: Chain, cache: AudioCache) -> None:
        self._config = config
        self._chain = chain
        self._cache = cache
        self._flights: dict[SpeechRequest, asyncio.Task[Utterance | SpeechError]] = {}
        self._closed = False

    @property
    def reasons(self) -> dict[str, str]:
        """Return, by engine, why it was passed over last: for a status page and for start-up messages."""
        return self._chain.reasons

    def engines(self, language: str) -> tuple[str, ...]:
        """Return the names of the engines that have a voice for ``language``, best first."""
        candidates, _ = self._chain.candidates(self._config.chain_for(language), language, None)
        return tuple(candidate.link.name for candidate in candidates)

    async def render(self, request: SpeechRequest) -> Utterance:
        """Return the spoken text: from the cache, or made now by the first engine that can.

        Raises RequestRefused, NoVoice, CacheFailed or SpeechClosed (all SpeechError).
        """
        if self._closed:
            raise SpeechClosed
        request.check()
        flight = self._flights.get(request)
        if flight is None:
            flight = asyncio.create_task(self._fly(request), name=f"speech {request.text[:20]!r}")
            self._flights[request] = flight
        # A caller who hangs up must not take the text away from the others.
        try:
            outcome = await asyncio.shield(flight)
        except asyncio.CancelledError:
            if flight.cancelled():
                # It was stopped by close() before it began.
                raise SpeechClosed from None
            raise
        if isinstance(outcome, SpeechError):
            raise outcome
        return outcome

    async def prepare(self, requests: Iterable[SpeechRequest]) -> list[SpeechError]:
        """Render all of ``requests`` ahead of need, a few at a time; return what went wrong, in order."""
        gate = asyncio.Semaphore(self._config.parallel)

        async def attempt(request: SpeechRequest) -> SpeechError | None:
            async with gate:
                try:
                    await self.render(request)
                except SpeechError as problem:
                    return problem
            return None

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(attempt(request)) for request in dict.fromkeys(requests)]
        return [problem for task in tasks if (problem := task.result()) is not None]

    async def close(self) -> None:
        """Stop what is being made (who waits for it gets SpeechClosed) and end the engines' processes."""
        self._closed = True
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._chain.close()

    async def _fly(self, request: SpeechRequest) -> Utterance | SpeechError:
        """Make one text. Errors are returned: a flight nobody waits for any more has nobody to raise to."""
        try:
            return await self._make(request)
        except SpeechError as error:
            return error
        except asyncio.CancelledError:
            return SpeechClosed()
        finally:
            del self._flights[request]

    async def _make(self, request: SpeechRequest) -> Utterance:
        names = self._config.chain_for(request.language)
        candidates, failures = self._chain.candidates(names, request.language, request.voice)
        words = spell(request.text, request.language)
        resting: list[Candidate] = []
        for candidate in candidates:
            order = Order(words, request.language, candidate.voice.name, request.rate)
            kept = await asyncio.to_thread(self._cache.find, _key(candidate, order))
            if kept is not None:
                return Utterance(kept.path, kept.seconds, candidate.link.name)
            if candidate.link.resting:
                resting.append(candidate)
                continue
            try:
                return await self._speak(candidate, order, even_resting=False)
            except EngineError as failure:
                failures.append(failure)
        for candidate in resting:
            order = Order(words, request.language, candidate.voice.name, request.rate)
            try:
                return await self._speak(candidate, order, even_resting=True)
            except EngineError as failure:
                failures.append(failure)
        raise NoVoice(request.text, request.language, failures)

    async def _speak(self, candidate: Candidate, order: Order, *, even_resting: bool) -> Utterance:
        link = candidate.link
        sound = await link.synthesize(order, even_resting=even_resting)
        try:
            samples = await asyncio.to_thread(for_telephone, sound)
        except ValueError as error:
            failure = EngineError(link.name, str(error))
            link.failed(failure)
            raise failure from error
        kept = await asyncio.to_thread(self._cache.store, _key(candidate, order), samples)
        return Utterance(kept.path, kept.seconds, link.name)


def _key(candidate: Candidate, order: Order) -> str:
    engine = candidate.link.engine
    return cache_key(engine.name, engine.version, candidate.voice, order)
