"""Steps are taken in order over real sockets; a step that fails ends them, and nothing is left behind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from media import commands as ask
from media.client import MediaLeg
from media.errors import WorkerGone
from media.recording_messages import RecordingEnded
from media.soundfiles import write_wave
from softswitch.clock import SystemClock
from softswitch.errors import StartError
from softswitch.phone import run
from softswitch.phone.run import PhoneSetup, take_steps
from softswitch.phone.steps import parse_steps
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import uri_host
from softswitch.sip.signals import Incoming, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import SipUri
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.driver import SipDriver
from tests.fakes.exchange import sdp
from tests.fakes.media import FakeMediaClient
from tests.fakes.party import counted
from tests.transport.shown import made, shown


class Switch:
    """Answers everything at once; 999 is nobody's number."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.seen: list[str] = []
        stack = SipStack(token=counted("s"), agent="switch")
        self.driver = SipDriver(stack, SystemClock(), user=self.hear, addresses=LocalAddresses(host))
        self.port = 0

    def hear(self, output: UserOutput) -> None:
        if not isinstance(output, Incoming):
            return
        request = output.request
        body = request.body.decode().split("\r\n") if request.method == "INFO" else []
        expires = f" {request.expires}" if request.method == "REGISTER" else ""
        hold = " sendonly" if b"a=sendonly" in request.body else ""
        self.seen.append(f"{request.method}{expires}{hold}{' '.join(['', *body[:1]])}")
        # This switch has no SRTP, which the phone offers first over TLS.
        status = 404 if ":999@" in request.target else 488 if b"RTP/SAVP" in request.body else 200
        refused = status >= 300
        response = self.driver.stack.response(output.transaction, status)
        if request.method == "INVITE" and not refused:
            direction = "recvonly" if hold else ""
            response.put_body(sdp(host=self.host, direction=direction), "application/sdp")
        contact = NameAddr(SipUri(uri_host(self.host), port=self.port))
        self.driver.respond(output.transaction, response, contact=contact)


class Sounds(FakeMediaClient):
    """Sound that is over as soon as it is played, and recorded as soon as it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.on_send = self.finish
        self.running = False
        self.broken_start = False
        self.recordings: list[tuple[Path, str]] = []
        self.why_not = ""
        """Why a recording has to be given up."""
        self.is_silent = False
        """Nothing is ever told of a recording."""

    def finish(self, command: ask.AnyCommand) -> None:
        if isinstance(command, ask.Play):
            asyncio.get_running_loop().call_soon(self.finish_play, self.legs[command.leg])

    def record(
        self,
        leg: MediaLeg,
        path: Path,
        listener: Callable[[RecordingEnded], None],
        *,
        layout: str,
        then: str,
    ) -> int:
        self.recordings.append((path, layout))
        if not self.is_silent:
            ended = RecordingEnded(1, str(path), 2.04, "", (), self.why_not)
            asyncio.get_running_loop().call_soon(listener, ended)
        return 1

    async def start(self) -> None:
        if self.broken_start:
            raise WorkerGone("no ports")
        self.running = True

    async def stop(self) -> None:
        self.running = False

    def all(self) -> list[ask.AnyCommand]:
        return [command for leg in self.legs.values() for command in leg.commands]


@pytest.fixture
def sounds(monkeypatch: pytest.MonkeyPatch) -> Sounds:
    made = Sounds()
    monkeypatch.setattr(run, "MediaClient", lambda **how: made)
    for pause in ("KEY_SECONDS", "INFO_SECONDS", "TONE_SECONDS"):
        monkeypatch.setattr(run, pause, 0.001)
    return made


@pytest.fixture
async def switch() -> AsyncIterator[Switch]:
    made = Switch()
    made.port = await made.driver.listen("127.0.0.1", 0)
    yield made
    await made.driver.close()


def spoken(folder: Path) -> Path:
    """Return a sound to play."""
    write_wave(folder / "said.wav", np.ones(800, np.int16))
    return folder / "said.wav"


def setup(switch: Switch, **more: object) -> PhoneSetup:
    more = {"server": f"127.0.0.1:{switch.port}", **more}
    return PhoneSetup(user="1001", password="x", **more)  # type: ignore[arg-type]


async def take(switch: Switch, *words: str, **more: object) -> tuple[bool, list[str]]:
    """Take steps; return whether all worked, and the time-line without its times."""
    told: list[str] = []
    # What it does at its end is a test of its own.
    more = {"keep_registered": True, **more}
    worked = await take_steps(setup(switch, **more), parse_steps(list(words)), told.append)
    assert all(line.partition(" s  ")[0].strip().replace(".", "").isdigit() for line in told), told
    assert not more.get("register", True) or "registering 1001 at" in told.pop(0)
    return worked, [line.partition(" s  ")[2] for line in told]


async def test_steps_are_taken_in_order(switch: Switch, sounds: Sounds) -> None:
    worked, told = await take(
        switch, "call:100", "info:12", "press:34", "hold", "resume", "wait:0", "hangup", "unregister"
    )
    assert worked, told
    assert [line for line in switch.seen if line != "BYE"] == [
        "REGISTER 3600",
        "INVITE",
        "INFO Signal=1",
        "INFO Signal=2",
        "INVITE sendonly",
        "INVITE",
        "REGISTER 0",
    ]
    assert switch.seen.count("BYE") == 1
    assert told == [
        "registered",
        "calling 100",
        "answered, PCMA",
        "pressing 12 (INFO)",
        "pressing 34 (RFC 4733)",
        "on hold",
        "resumed",
        "hung up",
        "unregistered",
    ]
    assert [one.digits for one in sounds.all() if isinstance(one, ask.SendDigits)] == ["34"]
    assert (sounds.running, sounds.open_legs) == (False, [])


async def test_a_step_that_fails_ends_the_steps(switch: Switch, sounds: Sounds) -> None:
    worked, told = await take(switch, "call:999", "call:100")
    assert (worked, told[-1]) == (False, "failed: not answered: 404 Not Found")
    assert switch.seen == ["REGISTER 3600", "INVITE"]


async def test_a_call_that_still_goes_on_is_hung_up_at_the_end(switch: Switch, sounds: Sounds) -> None:
    worked, told = await take(switch, "call:100", "ended:0")
    assert (worked, told[-2]) == (False, "failed: the call still goes on after 0 s")
    assert switch.seen[-1] == "BYE"
    assert sounds.open_legs == []


@pytest.mark.parametrize("step", ["press:1", "info:1", "tones:1", "hold", "resume", "hangup", "ended:0"])
async def test_what_needs_a_call_fails_without_one(switch: Switch, sounds: Sounds, step: str) -> None:
    worked, told = await take(switch, step, register=False)
    assert (worked, told[-1]) == (False, "failed: there is no call")
    assert switch.seen == []


async def test_nobody_calls(switch: Switch, sounds: Sounds) -> None:
    assert await take(switch, "answer:0") == (False, ["registered", "failed: nobody called within 0 s"])


async def test_a_phone_over_tcp(switch: Switch, sounds: Sounds) -> None:
    worked, told = await take(switch, "call:100", "hangup", transport="TCP")
    assert worked, told
    assert switch.seen == ["REGISTER 3600", "INVITE", "BYE"]


async def test_a_phone_over_tls_trusts_whom_it_is_told(
    switch: Switch, sounds: Sounds, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = made(tmp_path, ["127.0.0.1"])
    certificates = shown(files)
    port = await switch.driver.listen_for("TLS", "127.0.0.1", 0, lambda: (certificates.layer(),))
    secure = {"transport": "TLS", "server": f"127.0.0.1:{port}"}
    worked, told = await take(switch, "call:100", "hangup", ca_file=files.certificate, **secure)
    assert worked, told
    assert switch.seen == ["REGISTER 3600", "INVITE", "INVITE", "BYE"]
    # Nobody vouches for it: nothing is said to who may be anybody.
    worked, told = await take(switch, "call:100", **secure)
    assert not worked
    assert told[-1] == (
        f"failed: 127.0.0.1:{port} does not speak TLS, or its certificate is not trusted (transport failed): "
        "TLS is usually one port higher than UDP and TCP, and a certificate of its own needs --ca-file"
    )
    assert "has a certificate that we do not trust: self-signed certificate" in caplog.text
    assert len(switch.seen) == 4
    with pytest.raises(StartError, match=r"^cannot use .*none\.pem: No such file"):
        await take(switch, ca_file=tmp_path / "none.pem", **secure)


async def test_a_phone_over_ipv6(sounds: Sounds) -> None:
    switch = Switch("::1")
    switch.port = await switch.driver.listen("::1", 0)
    worked, told = await take(switch, "call:100", "hangup", server=f"[::1]:{switch.port}")
    assert worked, told
    assert switch.seen == ["REGISTER 3600", "INVITE", "BYE"]
    await switch.driver.close()


async def test_sound_is_played_and_recorded(switch: Switch, sounds: Sounds, tmp_path: Path) -> None:
    play, record = spoken(tmp_path), tmp_path / "heard.wav"
    worked, told = await take(switch, "call:100", "tones:1A1", "hangup", play=play, record=record)
    assert worked, told
    commands = sounds.all()
    assert sounds.recordings == [(record, "mono")]
    assert f"recorded 2.0 s in {record}" in told
    assert len([one for one in commands if isinstance(one, ask.HearLoop)]) == 1
    assert sounds.loaded[0] == play
    # Each key's tone is made once and played as often as it is pressed.
    played = [one.prompts for one in commands if isinstance(one, ask.Play)]
    assert (len(played), played[0]) == (3, played[2])
    assert played[0] != played[1]


async def test_a_sound_that_cannot_be_loaded_fails_the_call(
    switch: Switch, sounds: Sounds, tmp_path: Path
) -> None:
    sounds.broken.add("said.wav")
    worked, told = await take(switch, "call:100", play=spoken(tmp_path))
    assert not worked
    assert told[-2].startswith(f"failed: {tmp_path}/said.wav: ")
    assert switch.seen[-1] == "BYE"


async def test_a_recording_that_fails_fails_the_run(switch: Switch, sounds: Sounds, tmp_path: Path) -> None:
    sounds.why_not = "No space left on device"
    record = tmp_path / "heard.wav"
    worked, told = await take(switch, "call:100", "wait:0", "hangup", record=record)
    assert not worked
    assert f"failed: {record}: No space left on device" in told


async def test_a_recording_nobody_knows_of_fails_the_run(
    switch: Switch, sounds: Sounds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "FILE_SECONDS", 0.01)
    sounds.is_silent = True
    worked, told = await take(switch, "call:100", "hangup", record=tmp_path / "heard.wav")
    assert (worked, told[-1]) == (False, f"failed: nobody knows what became of {tmp_path}/heard.wav")


async def test_who_made_no_call_has_nothing_to_record(switch: Switch, sounds: Sounds, tmp_path: Path) -> None:
    record = tmp_path / "heard.wav"
    worked, told = await take(switch, "wait:0", record=record)
    assert worked, told
    assert (sounds.recordings, record.exists()) == ([], False)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"record": "none/heard.wav"}, "cannot record to {folder}/none/heard.wav: No such file or directory"),
        ({"record": ""}, "cannot record to {folder}: Is a directory"),
        ({"play": "said.wav"}, "cannot play {folder}/said.wav: "),
        ({"play": "notes.txt"}, "cannot play {folder}/notes.txt: "),
    ],
)
async def test_files_are_looked_at_before_the_switch_hears_of_it(
    switch: Switch, sounds: Sounds, tmp_path: Path, files: dict[str, str], sentence: str
) -> None:
    (tmp_path / "notes.txt").write_text("no sound", encoding="ascii")
    with pytest.raises(StartError) as caught:
        await take(switch, "call:100", **{what: tmp_path / name for what, name in files.items()})
    assert str(caught.value).startswith(sentence.format(folder=tmp_path))
    assert switch.seen == []


async def test_a_recording_of_before_is_kept_until_there_is_a_new_one(
    switch: Switch, sounds: Sounds, tmp_path: Path
) -> None:
    record = spoken(tmp_path)
    before = record.read_bytes()
    await take(switch, "wait:0", record=record)
    assert record.read_bytes() == before


# What a phone cannot be set up with


async def test_a_port_that_is_taken(switch: Switch, sounds: Sounds) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 0))
        port = other.getsockname()[1]
        with pytest.raises(
            StartError, match=f"^cannot listen on 0.0.0.0 port {port}: Address already in use. "
        ):
            await take(switch, port=port)


async def test_a_media_worker_that_does_not_start_leaves_no_socket(switch: Switch, sounds: Sounds) -> None:
    sounds.broken_start = True
    before = Switch()
    port = await before.driver.listen("127.0.0.1", 0)
    await before.driver.close()
    for _ in range(2):
        with pytest.raises(StartError, match=r"^the media worker cannot start: no ports$"):
            await take(switch, port=port)


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ("127.0.0.1:99999", "99999 is no port"),
        ("127.0.0.1:0", "0 is no port"),
        ("a..b", "there is no host 'a..b': a name cannot be written like this"),
    ],
)
async def test_a_server_that_cannot_be(sounds: Sounds, server: str, sentence: str) -> None:
    setup = PhoneSetup(user="1001", server=server, password="x")
    with pytest.raises(StartError) as caught:
        await take_steps(setup, [], lambda line: None)
    assert str(caught.value).startswith(sentence)


def test_the_password_is_in_no_text() -> None:
    assert "hidden" not in repr(PhoneSetup(user="1001", server="x", password="hidden"))


async def test_a_phone_leaves_no_registration_behind(switch: Switch, sounds: Sounds) -> None:
    worked, told = await take(switch, "call:100", keep_registered=False)
    assert (worked, told[-2:]) == (True, ["hung up", "unregistered"])
    assert switch.seen == ["REGISTER 3600", "INVITE", "BYE", "REGISTER 0"]
