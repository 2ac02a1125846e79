"""Speech as the rest of the switch sees it: ask for a text, get a file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from softswitch.speech.cache import AudioCache, Kept, cache_key
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
    on when one of them leaves: the next caller finds it in the cache. A private one is shared with nobody:
    its file is removed by whoever asked, or here when they have left.
    """

    def __init__(self, config: SpeechConfig, *, chain: Chain, cache: AudioCache) -> None:
        self._config = config
        self._chain = chain
        self._cache = cache
        self._flights: set[asyncio.Task[Utterance | SpeechError]] = set()
        self._shared: dict[SpeechRequest, asyncio.Task[Utterance | SpeechError]] = {}
        self._closed = False

    @property
    def reasons(self) -> dict[str, str]:
        """Return, by engine, why it was passed over last: for a status page and for start-up messages."""
        return self._chain.reasons

    def engines(self, language: str) -> tuple[str, ...]:
        """Return the names of the engines that have a voice for ``language``, best first."""
        candidates, _ = self._chain.candidates(self._config.chain_for(language), language, None)
        return tuple(candidate.link.name for candidate in candidates)

    def has_voice(self, language: str, name: str) -> bool:
        """Tell whether an engine speaks ``language`` with the very voice called ``name``."""
        return self._chain.has_voice(self._config.chain_for(language), language, name)

    async def render(self, request: SpeechRequest) -> Utterance:
        """Return the spoken text: from the cache, or made now by the first engine that can.

        The file of a private text is the caller's to remove.

        Raises RequestRefused, NoVoice, CacheFailed or SpeechClosed (all SpeechError).
        """
        if self._closed:
            raise SpeechClosed
        request.check()
        flight = self._shared.get(request) or self._take_off(request)
        # A caller who hangs up must not take the text away from the others.
        try:
            outcome = await asyncio.shield(flight)
        except asyncio.CancelledError:
            if flight.cancelled():
                # It was stopped by close() before it began.
                raise SpeechClosed from None
            if request.private:
                flight.add_done_callback(_remove_file)
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
        flights = list(self._flights)
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._chain.close()
        await asyncio.to_thread(self._cache.close)

    def _take_off(self, request: SpeechRequest) -> asyncio.Task[Utterance | SpeechError]:
        flight = asyncio.create_task(self._fly(request), name=f"speech in {request.language}")
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)
        if not request.private:
            self._shared[request] = flight
            flight.add_done_callback(lambda _: self._shared.pop(request))
        return flight

    async def _fly(self, request: SpeechRequest) -> Utterance | SpeechError:
        """Make one text. Errors are returned: a flight nobody waits for any more has nobody to raise to."""
        try:
            return await self._make(request)
        except SpeechError as error:
            return error
        except asyncio.CancelledError:
            return SpeechClosed()

    async def _make(self, request: SpeechRequest) -> Utterance:
        names = self._config.chain_for(request.language)
        candidates, failures = self._chain.candidates(names, request.language, request.voice)
        words = spell(request.text, request.language)
        resting: list[Candidate] = []
        for candidate in candidates:
            order = Order(words, request.language, candidate.voice.name, request.rate)
            if (kept := await self._kept(candidate, order, private=request.private)) is not None:
                return Utterance(kept.path, kept.seconds, candidate.link.name)
            if candidate.link.resting:
                resting.append(candidate)
                continue
            try:
                return await self._speak(candidate, order, private=request.private)
            except EngineError as failure:
                failures.append(failure)
        for candidate in resting:
            order = Order(words, request.language, candidate.voice.name, request.rate)
            try:
                return await self._speak(candidate, order, private=request.private, even_resting=True)
            except EngineError as failure:
                failures.append(failure)
        raise NoVoice(request.text, request.language, failures)

    async def _kept(self, candidate: Candidate, order: Order, *, private: bool) -> Kept | None:
        return None if private else await asyncio.to_thread(self._cache.find, _key(candidate, order))

    async def _speak(
        self, candidate: Candidate, order: Order, *, private: bool, even_resting: bool = False
    ) -> Utterance:
        link = candidate.link
        sound = await link.synthesize(order, even_resting=even_resting, private=private)
        try:
            samples = await asyncio.to_thread(for_telephone, sound)
        except ValueError as error:
            failure = EngineError(link.name, str(error))
            link.failed(failure)
            raise failure from error
        if private:
            kept = await asyncio.to_thread(self._cache.store_private, samples)
        else:
            kept = await asyncio.to_thread(self._cache.store, _key(candidate, order), samples)
        return Utterance(kept.path, kept.seconds, link.name)


def _key(candidate: Candidate, order: Order) -> str:
    engine = candidate.link.engine
    return cache_key(engine.name, engine.version, candidate.voice, order)


def _remove_file(flight: asyncio.Task[Utterance | SpeechError]) -> None:
    """Remove what was made for somebody who has left."""
    if flight.cancelled() or flight.exception() is not None:
        return
    made = flight.result()
    if isinstance(made, Utterance):
        made.path.unlink(missing_ok=True)
