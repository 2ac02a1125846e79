"""Drive baresip: a folder of configuration, and JSON commands in netstrings over its control port.

Works with Debian's version 1.0 as with later ones. It knows Digest MD5 only.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.peers.programs import LOOPBACK, PeerFailed, PeerSilent, Ports, Program, require

MODULES = Path("/usr/lib/baresip/modules")
START_SECONDS = 60.0
ANSWER_SECONDS = 30.0
Message = dict[str, object]
RTP_PORTS = 20

CONFIG = """\
sip_listen              {loopback}:{sip}
net_interface           {loopback}
rtp_ports               {rtp}-{rtp_last}
rtcp_mux                no
call_local_timeout      120
call_max_calls          4
audio_source            aufile,{sound}
audio_player            aubridge,ear
audio_alert             aubridge,bell
audio_srate             8000
audio_channels          1
ausrc_srate             8000
auplay_srate            8000
ausrc_channels          1
auplay_channels         1
ausrc_format            s16
auplay_format           s16
auenc_format            s16
audec_format            s16
audio_txmode            poll
audio_buffer            20-160
jitter_buffer_delay     1-50
module_path             {modules}
module                  g711.so
module                  aufile.so
module                  aubridge.so
module                  sndfile.so
module                  stdio.so
snd_path                {heard}
module_tmp              uuid.so
module_tmp              account.so
module_app              menu.so
module_app              ctrl_tcp.so
module_app              debug_cmd.so
ctrl_tcp_listen         {loopback}:{control}
statmode_default        off
menu_bell               no
ringback_disabled       yes
"""

ACCOUNT = (
    "<sip:{user}@{server}>;auth_user={user};auth_pass={password}"
    ";regint={expires};audio_codecs={codecs}{extra}\n"
)


class Baresip:
    """One baresip with one account. What it hears is written to files under :attr:`heard`."""

    def __init__(
        self,
        user: str,
        password: str,
        server: str,
        *,
        ports: Ports,
        folder: Path,
        sound: Path,
        answers: bool = False,
        codecs: str = "PCMU,PCMA",
        expires: int = 300,
    ) -> None:
        program = require("baresip")
        self.server = server
        self.folder = folder / f"baresip-{user}"
        self.heard = self.folder / "heard"
        self.heard.mkdir(parents=True)
        # It takes the port after it for TLS.
        self.port = ports.take(2)
        control = ports.take()
        rtp = ports.take(RTP_PORTS)
        config = CONFIG.format(
            loopback=LOOPBACK,
            sip=self.port,
            rtp=rtp,
            rtp_last=rtp + RTP_PORTS - 1,
            sound=sound,
            heard=self.heard,
            control=control,
            modules=MODULES,
        )
        extra = ";answermode=auto" if answers else ""
        account = ACCOUNT.format(
            user=user, server=server, password=password, expires=expires, codecs=codecs, extra=extra
        )
        (self.folder / "config").write_text(config)
        (self.folder / "accounts").write_text(account)
        (self.folder / "contacts").write_text("")
        # No newline at the end: it would be sent inside the Contact of REGISTER.
        (self.folder / "uuid").write_text(f"00000000-0000-4000-8000-{int(user):012d}")
        self.log = folder / f"baresip-{user}.log"
        # -s: every SIP message goes to the log.
        self.program = Program([program, "-f", str(self.folder), "-s"], log=self.log)
        self.program.wait_start(r"baresip is ready", START_SECONDS)
        self._messages: list[Message] = []
        self._changed = threading.Condition()
        self._link = socket.create_connection((LOOPBACK, control), ANSWER_SECONDS)
        self._link.settimeout(None)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for text in _netstrings(self._link):
            with self._changed:
                self._messages.append(json.loads(text))
                self._changed.notify_all()

    def wait_registered(self) -> None:
        """Wait until the server has taken the registration. Raises PeerSilent."""
        self.program.wait_line(r"200 OK .*\[\d+ binding", ANSWER_SECONDS)

    def command(self, name: str, parameters: str = "") -> None:
        """Send a command and wait for its answer. Raises PeerFailed when baresip says no."""
        start = len(self._messages)
        token = f"{name}-{start}"
        message = {"command": name, "token": token}
        if parameters:
            message["params"] = parameters
        text = json.dumps(message).encode()
        self._link.sendall(b"%d:%s," % (len(text), text))
        answer = self._wait(lambda found: found.get("token") == token, start, f"the answer to {name}")
        if not answer.get("ok"):
            raise PeerFailed(f"baresip would not {name} {parameters}: {answer.get('data')}")

    def wait_event(self, kind: str, *, seconds: float = ANSWER_SECONDS) -> Message:
        """Return the first event of that type (CALL_ESTABLISHED, CALL_CLOSED ...). Raises PeerSilent."""
        return self._wait(lambda found: found.get("type") == kind, 0, kind, seconds)

    def _wait(
        self,
        fits: Callable[[Message], bool],
        start: int,
        what: str,
        seconds: float = ANSWER_SECONDS,
    ) -> Message:
        def found() -> Message | None:
            return next((message for message in self._messages[start:] if fits(message)), None)

        with self._changed:
            if not self._changed.wait_for(lambda: found() is not None, seconds):
                raise PeerSilent(f"baresip: no {what} in {seconds:g} s:\n{self.program.tail()}")
            message = found()
        assert message is not None
        return message

    def dial(self, number: str) -> None:
        """Call a number; do not wait for what becomes of it."""
        # A bare number would be completed with a domain of baresip's choice.
        self.command("dial", f"sip:{number}@{self.server}")

    def transfer(self, number: str) -> None:
        """Hold the call and send its other side to a number; do not wait for what becomes of it."""
        self.command("transfer", f"sip:{number}@{self.server}")

    def recordings(self) -> list[Path]:
        """Return the files of what was heard, in the order of the calls."""
        return sorted(self.heard.glob("dump-*-dec.wav"))

    def close(self) -> None:
        """Hang up, unregister and end."""
        if not self.program.has_ended():
            # Sent without waiting: the answer is lost when it ends first.
            with contextlib.suppress(OSError):
                self._link.sendall(b'18:{"command":"quit"},')
            with contextlib.suppress(PeerSilent):
                self.program.wait_end(ANSWER_SECONDS)
        self.program.close()
        self._link.close()
        self._reader.join(ANSWER_SECONDS)


def _netstrings(link: socket.socket) -> Iterator[bytes]:
    """Yield each ``LENGTH:TEXT,`` from the socket until it closes."""
    waiting = b""
    while True:
        try:
            taken = link.recv(65536)
        except OSError:
            return
        if not taken:
            return
        waiting += taken
        while b":" in waiting:
            size, _, rest = waiting.partition(b":")
            length = int(size)
            if len(rest) <= length:
                break
            yield rest[:length]
            waiting = rest[length + 1 :]
