"""A line to try as it comes with the switch, started by its command; a provider and a gateway beside it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from softswitch.demo import TREES
from softswitch.demo_lines import CONFIGURATION, GATEWAY, prepare_line
from softswitch.events import BranchEntered, CallArrived, PromptPlayed
from tests.peers.conftest import assert_faultless
from tests.peers.line import LIFE_SECONDS, START_SECONDS, DemoLine
from tests.peers.programs import LOOPBACK, Ports, Program, require
from tests.peers.queue_line import FIRST_OUTSIDE
from tests.scenarios import short_speech

TRUNK_PORTS = 12
COMMAND_SECONDS = 60.0
TOLD_SECONDS = 10.0
VOICE = f"{sys.executable} -S -E {shlex.quote(short_speech.__file__)} {{text}} {{output}}"
"""Every text in a tenth of a second: what is tested is the way of a call, and a way is long."""

ALWAYS = "week: {mon-sun: always}\n"


class ShippedLine(DemoLine):
    """A running ``softswitch demo --demo NAME``.

    ``instead`` says what stands in its configuration in place of what was shipped, ``also`` what stands there
    besides. Calls out go to the first of the ``trunk_ports``; from each of the others one caller may call.
    """

    def __init__(
        self,
        name: str,
        home: Path,
        port: int,
        *,
        log: Path,
        number: str,
        trunk_ports: Sequence[int],
        instead: Mapping[str, str],
        also: str,
    ) -> None:
        self.name = name
        self.outside_port = trunk_ports[0]
        self._trunk_ports = iter(trunk_ports[1:])
        self._people = count(FIRST_OUTSIDE)
        self._number = number
        prepare_line(name, home, bind=None, port=None, password=None)
        self.config = home / CONFIGURATION
        text = self.config.read_text(encoding="utf-8")
        for shipped, other in instead.items():
            assert shipped in text, shipped
            text = text.replace(shipped, other)
        voice = f"speech: {{exec_command: '{VOICE}', chains: {{pl: [exec], en: [exec]}}}}\n"
        self.config.write_text(f"{text}\nmedia: {{workers: 1}}\n{voice}{also}", encoding="utf-8")
        super().__init__(home, port, log=log)

    def _start(self) -> Program:
        program = Path(sys.executable).with_name("softswitch")
        argv = [require(str(program)), "demo", "--demo", self.name, "--home", str(self.home)]
        argv += ["--bind", LOOPBACK, "--port", str(self.port), "--password", self.password]
        switch = Program(argv, log=self._log, life_seconds=LIFE_SECONDS)
        switch.wait_start(r"^ready$", START_SECONDS)
        return switch

    def somebody(self) -> str:
        """Return the number of somebody outside who has never called before."""
        return f"+{next(self._people)}"

    def trunk_port(self) -> int:
        """Return a port that somebody outside may call from, each once."""
        return next(self._trunk_ports)

    def number(self, called: str) -> str:
        """Return the number outside that is called: the line's own, or another that is written in full."""
        return called if called.startswith("+") else self._number

    def command(self, *words: str, typed: str = "") -> list[str]:
        """Run ``softswitch`` as an operator does, on this line; return what it said."""
        argv = [str(Path(sys.executable).with_name("softswitch")), *words, "--home", str(self.home)]
        log = self.home.parent / f"command-{words[0]}.log"
        program = Program(argv, log=log, life_seconds=COMMAND_SECONDS)
        try:
            for line in typed.splitlines():
                program.send(line)
            assert program.wait_end(COMMAND_SECONDS) == 0, program.lines
        finally:
            program.close()
        return program.lines

    def way(self, call: str) -> list[str]:
        """Return the branches a call has gone through, in order."""
        return [one.branch for one in self.of_kind(BranchEntered, call=call)]

    def later_call(self, caller: str, before: str) -> str:
        """Return the id of somebody's call after an earlier one. Raises PeerSilent."""

        def find() -> str | None:
            for entry in reversed(self.events()):
                if isinstance(entry.event, CallArrived) and entry.event.caller == caller:
                    return None if entry.call == before else entry.call
            return None

        return self.wait_for(find, f"another call of {caller}")

    def comes_to(self, call: str, branch: str, *, times: int = 1, seconds: float = TOLD_SECONDS) -> None:
        """Wait until a call has come to a branch so many times. Raises PeerSilent."""
        wanted = f"branch {branch} {times} times"
        self.wait_for(
            lambda: True if self.way(call).count(branch) >= times else None, wanted, seconds=seconds
        )

    def was_said(self, call: str, text: str) -> bool:
        """Tell whether a text was said in a call, whole or in part."""
        return any(text in one.text for one in self.of_kind(PromptPlayed, call=call))


class Gateway:
    """The gateway that comes with the line, and what it has printed."""

    def __init__(self, home: Path, texts: int, mails: int) -> None:
        argv = [sys.executable, str(home / GATEWAY), "--texts", str(texts), "--mails", str(mails)]
        self.program = Program(argv, log=home.parent / "gateway.log")
        self.program.wait_start(r"^text messages at ", START_SECONDS)

    def wait(self, pattern: str) -> re.Match[str]:
        """Return the line that fits, once it is printed. Raises PeerSilent."""
        return self.program.wait_line(pattern, TOLD_SECONDS)

    def told(self, text: str) -> int:
        """Return how many lines have a text."""
        return sum(text in line for line in self.program.lines)


@contextmanager
def shipped_line(
    name: str,
    folder: Path,
    ports: Ports,
    *,
    number: str,
    instead: Mapping[str, str] | None = None,
    also: str = "",
) -> Iterator[tuple[ShippedLine, Gateway | None]]:
    """Run a line, and its gateway where it comes with one; at the end it must have met no fault of its own.

    In ``instead`` and ``also``, TRUNK stands for the servers of a provider who calls us and is called.
    """
    home = folder / name
    with ExitStack() as end:
        texts, mails, *trunk_ports = end.enter_context(ports.held(2 + TRUNK_PORTS))
        first, *others = trunk_ports
        servers = ", ".join(f"'{LOOPBACK}:{other}'" for other in others)
        trunk = f"host: {LOOPBACK}, port: {first}, failover: [{servers}], qualify: 0"
        changed = {was: now.replace("TRUNK", trunk) for was, now in (instead or {}).items()}
        line = ShippedLine(
            name,
            home,
            ports.take(),
            log=folder / f"{name}.log",
            number=number,
            trunk_ports=trunk_ports,
            instead=changed | _at(name, texts, mails),
            also=also.replace("TRUNK", trunk),
        )
        end.callback(assert_faultless, line)
        end.callback(line.close)
        gateway = Gateway(home, texts, mails) if (home / GATEWAY).exists() else None
        if gateway is not None:
            end.callback(gateway.program.close)
        yield line, gateway


def _at(name: str, texts: int, mails: int) -> dict[str, str]:
    """Return what says in a configuration where the gateway is, with ports that are free in its place."""
    text = (TREES / name / CONFIGURATION).read_text(encoding="utf-8")
    places = {"127.0.0.1:8791": f"127.0.0.1:{texts}", "port: 8725": f"port: {mails}"}
    return {was: now for was, now in places.items() if was in text}
