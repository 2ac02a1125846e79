"""Drive linphonec, the console phone of Linphone: a settings file, and commands on its standard input.

It names its calls by numbers from 1 on. What it hears is written to one file, :attr:`Linphonec.heard`, which
is whole when the call is over; a call that stops and goes on is written behind what there is.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.peers.programs import LOOPBACK, Ports, Program, require

START_SECONDS = 60.0
ANSWER_SECONDS = 30.0

SETTINGS = """\
[sip]
sip_port={sip_udp}
sip_tcp_port=0
sip_tls_port={sip_tls}
bind_address={loopback}
contact="{user}" <sip:{user}@{loopback}:{sip}>
use_ipv6=0
root_ca={authorities}
verify_server_certs={verify}
verify_server_cn={verify}
guess_hostname=0
default_proxy=0
use_info={use_info}
use_rfc2833={use_events}
media_encryption={encryption}
media_encryption_mandatory={mandatory}
avpf={feedback}
lime=0

[proxy_0]
reg_proxy=<sip:{server};transport={transport}>
reg_identity=sip:{user}@{server}
reg_expires=300
reg_sendregister=1
publish=0
quality_reporting_enabled=0

[auth_info_0]
username={user}
passwd={password}
domain={server}

[rtp]
audio_rtp_port={rtp}
avpf={feedback}

[sound]
echocancellation=0

[net]
firewall_policy=none
stun_server=

[video]
enabled=0
capture=0
display=0

[misc]
store_friends=0
version_check_url_root=
file_transfer_server_url=

[audio_codec_0]
mime=PCMU
rate=8000
enabled=1

[audio_codec_1]
mime=PCMA
rate=8000
enabled=1
"""


class Linphonec:
    """One linphonec with one account, its sound from a file.

    ``srtp`` is 1 to have it where it can be had, 2 to have it or no call; ``feedback`` offers RTP/AVPF.
    """

    def __init__(
        self,
        user: str,
        password: str,
        server: str,
        *,
        ports: Ports,
        folder: Path,
        sound: Path,
        digits_by_info: bool = False,
        srtp: int = 0,
        feedback: bool = False,
        authorities: Path | None = None,
    ) -> None:
        """Start it and wait until it has registered: over TLS when it is told whom to believe, else UDP."""
        program = require("linphonec")
        self.server = server
        self._suffix = "" if authorities is None else ";transport=tls"
        self.port = ports.take()
        home = folder / f"linphonec-{user}"
        (home / ".local/share/linphone").mkdir(parents=True)
        settings = home / "linphonerc"
        text = SETTINGS.format(
            user=user,
            password=password,
            server=server,
            sip=self.port,
            sip_udp=self.port if authorities is None else 0,
            sip_tls=0 if authorities is None else self.port,
            transport="udp" if authorities is None else "tls",
            authorities=authorities or "",
            verify=int(authorities is not None),
            rtp=ports.take(2),
            loopback=LOOPBACK,
            use_info=int(digits_by_info),
            use_events=int(not digits_by_info),
            encryption="srtp" if srtp else "none",
            mandatory=int(srtp == 2),
            feedback=int(feedback),
        )
        settings.write_text(text)
        self.log = folder / f"linphonec-{user}.log"
        self.program = Program(
            [program, "-c", str(settings), "-d", "6"],
            log=self.log,
            environment={"HOME": str(home), "XDG_DATA_HOME": str(home / ".local/share")},
        )
        self.program.wait_start(r"\[LinphoneRegistrationOk\]", START_SECONDS)
        # Without a sound card a call fails unless it is told to use files.
        self.tell("soundcard use files")
        self.tell(f"play {sound}")
        self.heard = home / "heard.wav"
        self.tell(f"record {self.heard}")

    def tell(self, command: str) -> int:
        """Type one command; return the place in the output before it."""
        place = self.program.mark()
        self.program.send(command)
        return place

    def call(self, number: str) -> None:
        """Call a number and wait until it is answered. Raises PeerSilent."""
        place = self.tell(f"call sip:{number}@{self.server}{self._suffix}")
        # Keys pressed before this line are lost.
        self.program.wait_line(
            r"to LinphoneCallStreamsRunning|StateStreamsRunning", ANSWER_SECONDS, since=place
        )

    def wait_incoming(self, call: int = 1) -> None:
        """Wait until it rings for the call with that number. Raises PeerSilent."""
        self.program.wait_line(rf"Receiving new incoming call .*assigned id {call}\b", ANSWER_SECONDS)

    def answer(self) -> None:
        """Answer the call that rings and wait until it stands. Raises PeerSilent."""
        place = self.tell("answer")
        self.program.wait_line(r"StreamsRunning|is connected", ANSWER_SECONDS, since=place)

    def transfer(self, call: int, number: str) -> None:
        """Send the other side of a call to a number; do not wait for what becomes of it."""
        self.tell(f"transfer {call} sip:{number}@{self.server}")

    def join(self, first: int, second: int) -> None:
        """Send the other side of its first call to that of its second; do not wait for what becomes of it."""
        self.tell(f"transfer {first} --to-call {second}")

    def pause(self, call: int) -> None:
        """Hold a call."""
        self.tell(f"pause {call}")

    def wait_over(self, call: int = 1) -> None:
        """Wait until a call is over. Raises PeerSilent."""
        self.program.wait_line(rf"^Call {call} with .* ended", ANSWER_SECONDS)

    def log_text(self) -> str:
        """Return its log, with every SIP message in it."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def press(self, digits: str) -> None:
        """Press keys; each is a command of its own."""
        for digit in digits:
            self.tell(digit)

    def hang_up(self) -> None:
        """End the call and wait until it is over. Raises PeerSilent."""
        place = self.tell("terminate")
        self.program.wait_line(r"LinphoneCallStateEnd|CallReleased", ANSWER_SECONDS, since=place)

    def digest_algorithms(self) -> set[str]:
        """Return the digest algorithms of the credentials it sent."""
        return set(re.findall(r"^Authorization:.*?algorithm=([\w-]+)", self.log_text(), re.MULTILINE))

    def close(self) -> None:
        """Hang up, unregister and end."""
        if not self.program.has_ended():
            self.tell("terminate")
            self.tell("quit")
            self.program.wait_end(ANSWER_SECONDS)
        self.program.close()
