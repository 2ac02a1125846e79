"""Tests of trees as real calls: a switch of their own, real telephones, and the way each call went.

``softswitch test --live softswitch.yaml`` starts a switch on this machine from a line's configuration, in a
folder of its own, with the trees that are tested; nothing of the line itself is touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from softswitch.app import Notices, Switch, running
from softswitch.calls.errors import CallError
from softswitch.config import AccountConfig, Config
from softswitch.events import CallArrived, DeadAir
from softswitch.ivr.context import DialResult, World
from softswitch.ivr.interpreter import run
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import Ended
from softswitch.ivr.proof.live import Dial, LiveCall, differences, live_call, way_of
from softswitch.ivr.proof.model import Suite, TreeTest, Verdict
from softswitch.ivr.proof.reading import tree_of
from softswitch.ivr.proof.running import Result, differences_of, run_test
from softswitch.ivr.proof.stage import Cues, Performance
from softswitch.phone.run import PhoneSetup, take_steps, telephone
from softswitch.phone.steps import parse_steps
from softswitch.phone.telephone import PhoneError
from softswitch.preflight.menus import tree_files
from softswitch.tree_caller import LOOPBACK, Caller, News, free_ports, nobody_hears
from softswitch.tree_line import line_of
from softswitch.trunks.config import TrunkConfig

OUTSIDE: Final = (
    "storage",
    "webhooks",
    "drops",
    "recordings",
    "api",
)
"""Parts of a configuration that lead out of the switch, or to what the line itself keeps."""

NOWHERE: Final = TrunkConfig(host=LOOPBACK, port=9, transport="udp", qualify=0, max_calls=1)
"""What every trunk of the line is to the switch under test. Numbers outside are dialled by the stage; whoever
else would be called, a queue's agent on a mobile, is not there."""

PATIENT: Final = {"refuse_when_all": (), "leave_when_all": (), "no_agent_wait_s": 0.0, "max_wait_s": 0.0}
"""How every queue is: no agent has a phone here, and the callers are to wait until they press a key."""

TOGETHER: Final = 16
"""Calls at a time: most of a call is waiting."""

CALLERS: Final = tuple(f"tree-test-{number}" for number in range(TOGETHER))
"""The accounts that call; for whom the tree takes them is as the test says."""

TALK_S: Final = 0.5
"""How long those talk who are reached: the way of a call does not depend on it."""

LONGER: Final = 2.0
"""A real voice may take so much longer than the simulated one."""

MORE_S: Final = 30.0
"""What a real call may take beyond that: to ring, to be set up, on a busy machine."""

ANSWER: Final = "answer:3600"
VERBS: Final = {
    DialResult.ENDED_BY_CALLEE: (ANSWER, f"wait:{TALK_S}", "hangup"),
    DialResult.BUSY: ("busy:3600",),
    DialResult.DECLINED: ("decline:3600",),
    DialResult.NO_ANSWER: ("ignore:3600",),
}
"""What a dialled phone does for each result."""

STAYS: Final = (ANSWER, "wait:3600")
"""What it does where the caller hangs up."""


class _Theatre:
    """Has the tests on the stage that are run now, by who calls. The walk of every call of the switch."""

    def __init__(self) -> None:
        self._playing: dict[str, Performance] = {}

    @contextlib.contextmanager
    def playing(self, caller: str, performance: Performance) -> Iterator[None]:
        """Have a caller enter the world of a test meanwhile."""
        self._playing[caller] = performance
        try:
            yield
        finally:
            del self._playing[caller]

    async def walk(self, tree: Tree, world: World, start: str) -> Ended:
        """Lead a caller through the tree in the world of the test. See Walk of the interpreter."""
        performance = self._playing.get(world.facts.account)
        return await (run if performance is None else performance.walk)(tree, world, start)


async def prove_live(config: Config, suite: Suite, told: Callable[[Result], None]) -> list[Result]:
    """Run the tests of a tree as real calls on a switch of their own, :data:`TOGETHER` at a time.

    ``told`` hears of each when it is done. Raises ConfigError or StartError where the switch cannot start or
    the tests do not fit the tree.
    """
    tree = tree_of(suite)
    password = secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory(prefix="softswitch-live-") as folder:
        news, theatre = News(), _Theatre()
        own = _of_its_own(config, suite.tree, Path(folder), password)
        # What the line is warned of is told by its check.
        notices = Notices(event=news.take, warned=lambda warning: None)
        async with running(own, notices=notices, walk=theatre.walk) as switch:
            line = _Line(switch, news, theatre, tree, password)

            async def proved(test: TreeTest) -> Result:
                result = await line.proved(run_test(tree, test, line.beside))
                told(result)
                return result

            async with asyncio.TaskGroup() as tasks:
                running_now = [tasks.create_task(proved(test)) for test in suite.tests]
    return [task.result() for task in running_now]


def _of_its_own(config: Config, tree: Path, home: Path, password: str) -> Config:
    """Return the configuration of a switch beside the line: its folder, its ports, its passwords.

    Nothing leads outside: no trunk of the provider's, no webhook, no recording, no database of the line's.
    """
    trunks = {
        name: NOWHERE.model_copy(update={"number": trunk.number}) for name, trunk in config.trunks.items()
    }
    only = {"password": password, "ha1": None, "ha1_sha256": None}
    accounts = {user: part.model_copy(update=only) for user, part in config.accounts.items()}
    accounts |= {caller: AccountConfig(password=password) for caller in CALLERS}
    # Prompts that the line has spoken already are not spoken again.
    spoken = config.home / "speech"
    if spoken.is_dir():
        (home / "speech").symlink_to(spoken.resolve())
    plain = Config()
    inside = {name: getattr(plain, name) for name in OUTSIDE}
    queues = {name: queue.model_copy(update=PATIENT) for name, queue in config.queues.items()}
    changed = {**inside, "accounts": accounts, "trunks": trunks, "queues": queues}
    changed |= {"trees": _trees_with(config, tree), "home": home}
    return config.overridden(bind=LOOPBACK, port=0).model_copy(update=changed)


def _trees_with(config: Config, tree: Path) -> Sequence[Path]:
    """Return the trees of a line of which this is one, since queues may lead to them; else it alone."""
    files, _ = tree_files(config)
    known = {file.resolve() for file in files}
    return config.trees if tree.resolve() in known else (tree,)


class _Line:
    """The switch under test, and the telephones that call it and that it calls."""

    def __init__(self, switch: Switch, news: News, theatre: _Theatre, tree: Tree, password: str) -> None:
        self._switch = switch
        self._news = news
        self._theatre = theatre
        self._tree = tree
        self._password = password
        self.beside = line_of(switch.config)
        self._callers: asyncio.Queue[str] = asyncio.Queue()
        for caller in CALLERS:
            self._callers.put_nowait(caller)
        self._phones_of = {
            account: asyncio.Lock() for account in switch.config.accounts if account not in CALLERS
        }

    async def proved(self, simulated: Result) -> Result:
        """Make one real call and compare it with the simulated one."""
        test, call = simulated.test, simulated.transcript
        if call is None or simulated.verdict is not Verdict.PASSED:
            return simulated
        config = self._switch.config
        live = live_call(self._tree, test, call, config.accounts.keys(), config.queues.keys())
        async with contextlib.AsyncExitStack() as stack:
            for account in self._rung_in(live):
                await stack.enter_async_context(self._phones_of[account])
            caller = await self._callers.get()
            stack.callback(self._callers.put_nowait, caller)
            performance = Performance(self._tree, test, live, self._switch.clock, self.beside)
            with self._theatre.playing(caller, performance):
                found = tuple([one async for one in self._found(caller, test, live, performance)])
        verdict = Verdict.FAILED if found else Verdict.PASSED
        return Result(test, verdict, found, performance.transcript())

    def _rung_in(self, live: LiveCall) -> Sequence[str]:
        """Return the accounts whose phones no other test may touch, in one order everywhere.

        A queue of the line rings whom it will.
        """
        if any(wait.is_real for wait in live.waits):
            return sorted(self._phones_of)
        return sorted({dial.targets[0] for dial in live.dials if dial.is_real})

    async def _found(
        self, caller: str, test: TreeTest, live: LiveCall, performance: Performance
    ) -> AsyncIterator[str]:
        """Make the call, and yield where it is not as it was to be."""
        try:
            async with asyncio.timeout(LONGER * live.seconds + MORE_S):
                events = await self._called(caller, live, performance.cues)
        except TimeoutError:
            yield "the real call does not come to its end"
        except (PhoneError, CallError) as error:
            yield f"the real call cannot be made: {error}"
        else:
            for difference in self._differences(live, performance, test, events):
                yield difference

    def _differences(
        self, live: LiveCall, performance: Performance, test: TreeTest, events: Sequence[object]
    ) -> Iterator[str]:
        """Yield where the real call is another than the simulated one, or than the test wants it."""
        yield from differences(live.way, way_of(self._tree, events))
        # Real voices take their own time.
        expect = test.expect.model_copy(update={"seconds": None})
        yield from differences_of(expect, performance.transcript(), self._tree)
        for event in events:
            if isinstance(event, DeadAir):
                yield f"the caller heard nothing at all at {event.tree} {event.branch} {event.step}"

    async def _called(self, caller: str, live: LiveCall, cues: Cues) -> Sequence[object]:
        """Make the call, and return what happened in it."""

        def own(arrived: CallArrived) -> bool:
            return arrived.account == caller

        self._news.forget(self._news.call_where(own))
        async with self._phones(live.dials), telephone(self._setup(caller), nobody_hears) as (phone, _):
            await phone.register()
            try:
                calls = Caller(phone, self._news, self._tree.name, held=cues.held, did=cues.did)
                return await calls.called(live, own)
            finally:
                await phone.register(0)

    @contextlib.asynccontextmanager
    async def _phones(self, dials: Sequence[Dial]) -> AsyncIterator[None]:
        """Have the phones ready that the tree dials, each to do in turn what is to come of it."""
        steps: dict[str, list[str]] = {}
        for one in dials:
            if one.is_real:
                steps.setdefault(one.targets[0], []).extend(STAYS if one.stays else VERBS[one.result])
        before = self._news.registered.copy()
        phones = [
            asyncio.create_task(take_steps(self._setup(user), parse_steps(words), nobody_hears))
            for user, words in steps.items()
        ]
        try:
            await self._news.until(lambda: all(self._news.registered[user] > before[user] for user in steps))
            yield
        finally:
            for phone in phones:
                phone.cancel()
            await asyncio.gather(*phones, return_exceptions=True)

    def _setup(self, user: str) -> PhoneSetup:
        server = f"{LOOPBACK}:{self._switch.port}"
        return PhoneSetup(user=user, server=server, password=self._password, rtp=free_ports())
