"""Tests of trees as real calls to the line that is running, as far as they can be called there.

``softswitch test --live softswitch.yaml --running`` calls the switch that runs with this configuration: the
trees it has published, in its own voices, over its own SIP port. It is a line that people are called on, so
nothing is called that rings somebody, waits in a queue, sends or writes anything down, or asks who calls or
who is there: what a test gives cannot be had there. Opening hours are those of this moment: a test is called
whose call goes the same way now. What happens in a call is read from the line's event log.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from softswitch import home
from softswitch.calls.errors import CallError
from softswitch.clock import SystemClock
from softswitch.config import Config
from softswitch.errors import StartError
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    DeadAir,
    PromptPlayed,
    StepTaken,
    SwitchStarted,
)
from softswitch.ivr.model import Tree
from softswitch.ivr.proof.live import Way, differences, live_call, way_of
from softswitch.ivr.proof.model import Suite, TreeTest, Verdict
from softswitch.ivr.proof.reading import tree_of
from softswitch.ivr.proof.running import Result, differences_of, run_test
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.transcript import Moment, Transcript
from softswitch.phone.run import PhoneSetup, telephone
from softswitch.phone.telephone import PhoneError, Telephone
from softswitch.storage.database import opened
from softswitch.storage.event_store import EventStore
from softswitch.storage.place import known_url
from softswitch.tree_caller import LOOPBACK, Caller, News, free_ports, nobody_hears
from softswitch.tree_line import line_of

BY_HOURS: Final = "by_hours"
PLAIN: Final = frozenset(
    {
        "say", "play", "language", "menu", "gather", "read_keys", "echo", "label", "set",
        "goto", "call", "return", "up", "hangup", BY_HOURS,
    }
)  # fmt: skip
"""Actions that ring nobody, send nothing, keep nothing, and ask of the world no more than the time."""

KINDS: Final = (CallArrived, CallEnded, BranchEntered, StepTaken, PromptPlayed, DeadAir)
PAGE: Final = 1000
LOOK_S: Final = 0.1
"""How often the log is looked into."""

LONGER: Final = 2.0
MORE_S: Final = 20.0
"""What a real call may take beyond the simulated one: its voice may be slower, and it has to be set up."""


@dataclass(frozen=True, slots=True)
class CallsAs:
    """The account that calls. Its phone does not register: nobody is rung at it."""

    user: str
    password: str = field(repr=False)


def calls_as(config: Config, user: str, password: str | None) -> CallsAs:
    """Return whose account calls: the one that is named, else the first with a password that is written.

    Raises StartError where there is none.
    """
    known = {name: part.password for name, part in config.accounts.items()}
    name = user or next((name for name, word in known.items() if word is not None), "")
    if name not in known:
        raise StartError(
            f"there is no account {name} to call from" if name else "no account has a password here"
        )
    word = password or known[name]
    if word is None:
        raise StartError(f"the password of {name} is not written down: give it as SOFTSWITCH_PASSWORD")
    return CallsAs(name, word)


def why_not(tree: Tree, test: TreeTest, call: Transcript) -> str:
    """Return what keeps a test from being called on a line that people are called on, "" for nothing."""
    given = test.given
    if given.outage is not None:
        return "it gives an outage"
    plain = Scene()
    if (given.remembered, given.spoken, given.language) != (plain.remembered, "", ""):
        return "it gives a language"
    for branch, number, action in _taken(tree, call):
        if action not in PLAIN:
            return f"it comes to {branch} {number} ({action})"
        if tree.branches[branch].steps[number - 1].action.remembers():
            return f"{branch} {number} ({action}) keeps what the caller chooses"
    return ""


def at_this_moment(test: TreeTest, now: datetime) -> TreeTest:
    """Return a test that begins now, by the line's own opening hours."""
    return replace(test, given=test.given.model_copy(update={"at": now, "zone": "", "hours": {}}))


def _taken(tree: Tree, call: Transcript) -> Iterator[tuple[str, int, str]]:
    """Yield the steps that a call comes to, also the one in which the caller hangs up."""
    place = ("", 0)
    for moment in call.moments:
        match moment.event:
            case BranchEntered(tree=name, branch=branch) if name == tree.name:
                place = branch, 1
            case StepTaken(tree=name, branch=branch, step=step) if name == tree.name:
                number, _, action = step.partition(" ")
                if number.isdecimal():
                    place = branch, int(number) + 1
                    yield branch, int(number), action
    if call.ended is None:
        # That step has told nothing yet. One that cannot be found is none that may be called.
        branch, next_one = place
        steps = tree.branches[branch].steps if branch else ()
        yield branch, next_one, steps[next_one - 1].action_name if next_one <= len(steps) else "?"


async def prove_running(
    config: Config,
    suite: Suite,
    caller: CallsAs,
    told: Callable[[Result], None],
    left_out: Callable[[TreeTest, str], None],
) -> list[Result]:
    """Call the tests of a tree on the running line, one after another; those that cannot be are left out.

    ``left_out`` hears why. Raises StartError where no switch runs with this configuration, ConfigError where
    the tests do not fit the tree.
    """
    if home.holder(config.home) is None:
        raise StartError(f"no switch runs in {config.home}: start it, or leave --running out")
    url = config.storage.url or known_url(config.home)
    if url is None:
        raise StartError(f"the line in {config.home} has no database yet")
    tree, beside = tree_of(suite), line_of(config)
    results: list[Result] = []
    async with _log_of(url) as (store, news):
        server = await _server(store, config)
        for test in suite.tests:
            result = run_test(tree, test, beside)
            call = result.transcript
            if call is not None and result.verdict is Verdict.PASSED:
                now = run_test(tree, at_this_moment(test, SystemClock().wall()), beside)
                if reason := why_not(tree, test, call) or _otherwise_now(tree, call, now):
                    left_out(test, reason)
                    continue
                result = await _proved(server, tree, result, call, caller, news)
            results.append(result)
            told(result)
    return results


def _otherwise_now(tree: Tree, call: Transcript, now: Result) -> str:
    """Return what keeps a test from being called now, "" for nothing: its call would go another way."""
    ways = (way_of(tree, (m.event for m in one.moments)) for one in (call, now.transcript) if one is not None)
    return "" if len({*ways}) == 1 else "at this time of day its call goes another way"


@contextlib.asynccontextmanager
async def _log_of(url: str) -> AsyncIterator[tuple[EventStore, News]]:
    """Lend the event log, and follow what comes into it from now on."""
    news = News()
    async with opened(url, create=False) as database:
        store = EventStore(database, SystemClock())
        following = asyncio.create_task(_follow(store, news, await store.last_sequence()))
        try:
            yield store, news
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def _follow(store: EventStore, news: News, last: int) -> None:
    while True:
        entries, last = await store.after(last, KINDS, limit=PAGE)
        for entry in entries:
            news.take(entry)
        if len(entries) < PAGE:
            await asyncio.sleep(LOOK_S)


@contextlib.asynccontextmanager
async def _left_when(is_astray: Callable[[], bool], phone: Telephone, news: News) -> AsyncIterator[None]:
    """Hang up meanwhile as soon as the call is astray: where it goes then somebody may be rung."""

    async def leave() -> None:
        await news.until(is_astray)
        with contextlib.suppress(PhoneError):
            await phone.hang_up()

    leaving = asyncio.create_task(leave())
    try:
        yield
    finally:
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)


async def _proved(
    server: str, tree: Tree, simulated: Result, call: Transcript, caller: CallsAs, news: News
) -> Result:
    """Make one real call and compare it with the simulated one."""
    live, setup = live_call(tree, simulated.test, call, (), ()), _setup(server, caller)
    own, found = _from(setup.port), list[str]()

    def is_astray() -> bool:
        way = way_of(tree, news.events(news.call_where(own)))
        return way != live.way[: len(way)]

    try:
        async with (
            asyncio.timeout(LONGER * live.seconds + MORE_S),
            telephone(setup, nobody_hears) as (phone, _),
            _left_when(is_astray, phone, news),
        ):
            events = await Caller(phone, news, tree.name).called(live, own)
    except TimeoutError:
        found.append("the real call does not come to its end")
    except (PhoneError, CallError) as error:
        if is_astray():
            found += differences(live.way, way_of(tree, news.events(news.call_where(own))))
        else:
            found.append(f"the real call cannot be made: {error}")
    else:
        found += _differences(tree, simulated.test, live.way, events)
    return Result(simulated.test, Verdict.FAILED if found else Verdict.PASSED, tuple(found), call)


def _differences(tree: Tree, test: TreeTest, way: tuple[Way, ...], events: Sequence[object]) -> Iterator[str]:
    """Yield where the real call is another than the simulated one, or than the test wants it."""
    yield from differences(way, way_of(tree, events))
    heard = [one for one in events if isinstance(one, BranchEntered | StepTaken | PromptPlayed)]
    real = Transcript(tree.name, tuple(Moment(0.0, one) for one in heard), None, 0.0)
    # How it ended is told by its way; real voices take their own time.
    rest = {"seconds": None, "end": None, "answered": None}
    yield from differences_of(test.expect.model_copy(update=rest), real, tree)
    for event in events:
        if isinstance(event, DeadAir):
            yield f"the caller heard nothing at all at {event.tree} {event.branch} {event.step}"


async def _server(store: EventStore, config: Config) -> str:
    """Return where the switch said at its start that it listens: not always where its configuration says."""
    started = await store.last_of(SwitchStarted)
    addresses = started.event.addresses if started and isinstance(started.event, SwitchStarted) else ()
    return addresses[0] if addresses else f"{LOOPBACK}:{config.sip.port}"


def _setup(server: str, caller: CallsAs) -> PhoneSetup:
    """Return a phone that calls from a port of its own, by which its call is known in the log."""
    first, last = free_ports()
    return PhoneSetup(caller.user, server, caller.password, port=first, rtp=(first + 2, last), register=False)


def _from(port: int) -> Callable[[CallArrived], bool]:
    return lambda arrived: arrived.source.endswith(f":{port}")
