"""The composition root: what is built starts in order, ends in order, and a failed start leaves nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import cast

import pytest

from media.errors import MediaError
from softswitch import app, control
from softswitch.app import DATABASE, Notices, Switch, Voices, running
from softswitch.calls.media_port import MediaPort
from softswitch.commands.defence import Phone
from softswitch.config import AccountConfig, Config, MediaConfig, SipConfig
from softswitch.errors import ConfigError, Problem, StartError
from softswitch.events import Entry, PhoneUnregistered, SourceSilenced, SwitchStarted, SwitchStopped
from softswitch.ivr.errors import PromptFailed
from softswitch.preflight import Findings
from softswitch.registrar.bindings import Binding
from softswitch.registrar.guard import Shares
from softswitch.sip.digest import MD5, SHA256, authorize, ha1
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.parser import parse_datagram
from softswitch.sip.sdes import Protection
from softswitch.sip.uri import SipUri
from softswitch.speech import Speech, SpeechConfig, SpeechRequest, build_speech
from softswitch.speech.errors import NoVoice
from softswitch.speech.model import Utterance
from softswitch.storage.binding_store import BindingStore
from softswitch.storage.database import Database
from softswitch.trace.config import TraceConfig
from softswitch.trace.hep import parse_hep
from softswitch.trace.messages import Wire
from softswitch.transport.config import TlsConfig, WebSocketConfig
from tests.fakes.clock import FakeClock
from tests.fakes.media import FakeMediaClient, media_port
from tests.ivr.written import tree_of
from tests.speech.fakes import FakeEngine
from tests.transport.shown import made

QUESTION = b"\r\n".join(
    (
        b"OPTIONS sip:127.0.0.1 SIP/2.0",
        b"Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKq",
        b"From: <sip:anybody@127.0.0.1>;tag=q",
        b"To: <sip:127.0.0.1>",
        b"Call-ID: q",
        b"CSeq: 1 OPTIONS",
        b"Max-Forwards: 70",
        b"Content-Length: 0",
        b"",
        b"",
    )
)

ANNA = {"1001": AccountConfig(password="x")}


def local(home: Path, **more: object) -> Config:
    """Return a configuration that starts fast: loopback, no trees."""
    values = {"sip": SipConfig(bind="127.0.0.1", port=0), "accounts": ANNA, **more}
    return Config(home=home, **values)  # type: ignore[arg-type]


# Accounts


def test_an_account_is_known_by_its_password_or_by_its_hashes() -> None:
    config = Config(
        accounts={
            "1001": AccountConfig(password="secret", name="Anna", language="pl", srtp="required"),
            "1002": AccountConfig(ha1="a" * 32),
            "1003": AccountConfig(ha1="c" * 32, ha1_sha256="b" * 64),
        }
    )
    accounts = app._accounts(config)
    assert {algorithm: accounts.secret("1001", algorithm) for algorithm in (MD5, SHA256)} == {
        algorithm: ha1(algorithm, "1001", "softswitch", "secret") for algorithm in (MD5, SHA256)
    }
    assert accounts.get("1002").secrets == {MD5: "a" * 32}  # type: ignore[union-attr]
    assert accounts.get("1003").secrets == {MD5: "c" * 32, SHA256: "b" * 64}  # type: ignore[union-attr]
    anna = accounts.get("1001")
    assert anna is not None
    assert (anna.name, anna.language) == ("Anna", "pl")
    assert accounts.protection("1001") is Protection.REQUIRED
    assert {accounts.protection("1002"), accounts.protection("nobody")} == {Protection.OFFERED}


# Voices


class OneVoice:
    """Speaks English into files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.asked: list[SpeechRequest] = []

    async def render(self, request: SpeechRequest) -> Utterance:
        self.asked.append(request)
        if request.language != "en":
            raise NoVoice(request.text, request.language, [])
        path = self._folder / f"{len(self.asked)}.wav"
        path.write_bytes(b"sound")
        return Utterance(path, 1.0, "one")


class SlowClient(FakeMediaClient):
    """Loads a sound when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.ready = asyncio.Event(), asyncio.Event()

    async def load(self, path: Path, *, keep: bool = False, as_it_is: bool = False) -> int:
        self.asked.set()
        await self.ready.wait()
        return await super().load(path, keep=keep)


@pytest.fixture
def client() -> FakeMediaClient:
    return FakeMediaClient()


@pytest.fixture
def voice(tmp_path: Path) -> OneVoice:
    return OneVoice(tmp_path)


@pytest.fixture
def voices(client: FakeMediaClient, voice: OneVoice) -> Voices:
    return Voices(cast(Speech, voice), media_port(client))


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_text_is_spoken_and_loaded(voices: Voices, client: FakeMediaClient, tmp_path: Path) -> None:
    number = await voices.text("Hello", language="en", voice=None, private=False)
    assert (number, client.loaded) == (101, [tmp_path / "1.wav"])
    assert client.loaded[0].exists()
    voices.forget(number)
    assert client.unloaded == [101]


@pytest.mark.parametrize("readable", [True, False])
async def test_a_private_text_leaves_no_file_behind(
    voices: Voices, client: FakeMediaClient, tmp_path: Path, readable: bool
) -> None:
    if not readable:
        client.broken.add("1.wav")
        with pytest.raises(PromptFailed, match=r"1\.wav"):
            await voices.text("Your code is 4711", language="en", voice=None, private=True)
    else:
        await voices.text("Your code is 4711", language="en", voice=None, private=True)
    assert names_in(tmp_path) == []


async def test_callers_of_the_same_private_text_have_numbers_of_their_own(
    client: FakeMediaClient, tmp_path: Path
) -> None:
    engine = FakeEngine("piper")
    config = SpeechConfig(chains={"en": ("piper",)})
    speech = build_speech(config, tmp_path, clock=FakeClock(), engines={"piper": engine})
    voices = Voices(speech, media_port(client))
    numbers = await asyncio.gather(
        *(voices.text("Your code is 4711", language="en", voice=None, private=True) for _ in range(2))
    )
    assert sorted(numbers) == [101, 102]
    assert len({path.name for path in client.loaded}) == 2
    assert names_in(tmp_path) == []
    await speech.close()


async def test_who_hangs_up_while_a_private_text_is_loaded_leaves_nothing(
    voice: OneVoice, tmp_path: Path
) -> None:
    client = SlowClient()
    voices = Voices(cast(Speech, voice), media_port(client))
    asking = asyncio.ensure_future(voices.text("Your code is 4711", language="en", voice=None, private=True))
    await client.asked.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert asking.cancelled()
    (loading,) = voices._abandoned
    client.ready.set()
    await loading
    await asyncio.sleep(0)  # What is done at its end is called a step later.
    assert (client.unloaded, names_in(tmp_path)) == ([101], [])


async def test_what_cannot_be_spoken_or_read_is_a_prompt_that_failed(
    voices: Voices, client: FakeMediaClient, tmp_path: Path
) -> None:
    with pytest.raises(PromptFailed, match="'fr'"):
        await voices.text("Bonjour", language="fr", voice=None, private=False)
    client.broken.add("gone.wav")
    with pytest.raises(PromptFailed, match=r"gone\.wav"):
        await voices.file(tmp_path / "gone.wav")


async def test_texts_are_made_ahead_and_one_that_fails_keeps_no_other_from_it(
    voices: Voices, voice: OneVoice, caplog: pytest.LogCaptureFixture
) -> None:
    trees = [
        tree_of(
            """
            a:
              - say: {text: {en: "First", fr: "Premier"}}
              - say: "To {{CALL.SRC_NUMBER}}"
              - say: "Last"
            """
        )
    ]
    with caplog.at_level(logging.WARNING):
        await voices.prepare(trees)
    assert {request.text for request in voice.asked} >= {"First", "Last"}
    assert not any("{{" in request.text for request in voice.asked)
    assert "a prompt cannot be spoken: no voice could say 7 letters" in caplog.text
    assert "('Premier')" in caplog.text


# The whole switch


class Diary:
    """Everything a switch told, for a test to wait for."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._news = asyncio.Event()

    def tell(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._news.set()

    async def until(self, kind: type) -> Entry:
        async with asyncio.timeout(5):
            while True:
                for entry in self.entries:
                    if isinstance(entry.event, kind):
                        return entry
                self._news.clear()
                await self._news.wait()


async def test_it_says_that_it_starts_and_stops_and_counts_on_after_a_restart(tmp_path: Path) -> None:
    diary = Diary()
    for _ in range(2):
        async with running(local(tmp_path), notices=Notices(event=diary.tell)) as switch:
            assert switch.addresses() == [f"127.0.0.1:{switch.port}"]
            started = diary.entries[-1].event
            assert isinstance(started, SwitchStarted)
            assert list(started.addresses) == switch.addresses()
    kinds = [type(entry.event) for entry in diary.entries]
    assert kinds[-1] is SwitchStopped
    numbers = [entry.sequence for entry in diary.entries]
    assert numbers == list(range(1, len(numbers) + 1))


def test_who_listens_on_all_addresses_names_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "reachable_addresses", lambda ipv6: ["192.0.2.1", "10.0.0.1"])
    switch = Switch(Config(home=tmp_path), FakeClock(), Notices())
    switch.port = 5060
    assert switch.addresses() == ["192.0.2.1:5060", "10.0.0.1:5060"]


async def test_a_start_that_fails_is_one_sentence_and_trips_up_no_second_attempt(tmp_path: Path) -> None:
    wrong = local(tmp_path / "home", music=tmp_path / "none.flac")
    with pytest.raises(ConfigError, match=r"none\.flac: No such file or directory$"):
        async with running(wrong):
            pass
    assert not (tmp_path / "home").exists()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(
            StartError, match=f"cannot listen on 127.0.0.1 port {port}: Address already in use"
        ):
            async with running(
                wrong.model_copy(update={"sip": SipConfig(bind="127.0.0.1", port=port), "music": None})
            ):
                pass
    async with running(local(tmp_path)):
        pass


async def test_a_port_taken_between_the_look_and_the_start_is_told_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "examine", lambda config: Findings(()))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        config = local(tmp_path, sip=SipConfig(bind="127.0.0.1", port=port))
        with pytest.raises(
            StartError, match=f"^cannot listen on 127.0.0.1 port {port}: Address already in use"
        ):
            async with running(config):
                pass


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (OSError(28, "No space left on device", "tones/busy.wav"), " in {home}: No space left on device"),
        (MediaError("no ports"), ": no ports"),
    ],
)
async def test_sound_that_cannot_be_prepared_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, sentence: str
) -> None:
    async def prepare(self: MediaPort, folder: Path, music: object, *, shared: bool) -> None:
        raise fault

    monkeypatch.setattr(MediaPort, "prepare", prepare)
    with pytest.raises(StartError) as caught:
        async with running(local(tmp_path)):
            pass
    assert str(caught.value) == f"the media worker cannot start{sentence.format(home=tmp_path)}"


async def test_what_stops_nothing_is_told_before_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem("softswitch.yaml", 3, "media.ports", "overlaps")
    monkeypatch.setattr(app, "examine", lambda config: Findings((), warnings=(problem,)))
    told: list[str] = []

    def started(entry: Entry) -> None:
        told.append(type(entry.event).__name__)

    async with running(local(tmp_path), notices=Notices(event=started, warned=told.append)):
        pass
    assert told[0] == "softswitch.yaml line 3: media.ports: overlaps"


async def test_a_fault_inside_is_not_swallowed_and_everything_is_ended_first(tmp_path: Path) -> None:
    diary = Diary()
    with pytest.raises(ZeroDivisionError):
        async with running(local(tmp_path), notices=Notices(event=diary.tell)):
            raise ZeroDivisionError
    assert isinstance(diary.entries[-1].event, SwitchStopped)


async def test_punctuality_goes_into_the_file_and_to_whoever_asked(tmp_path: Path) -> None:
    seen: list[int] = []
    timings = tmp_path / "timings.jsonl"
    told = asyncio.Event()

    def timed(worker: int, report: object) -> None:
        seen.append(worker)
        told.set()

    config = local(tmp_path, media=MediaConfig(timings=timings))
    async with running(config, notices=Notices(timed=timed)):
        async with asyncio.timeout(5):
            await told.wait()
    assert seen[0] == 0
    assert len(timings.read_text(encoding="utf-8").splitlines()) == len(seen)


async def test_a_timing_file_that_cannot_be_made(tmp_path: Path) -> None:
    config = local(tmp_path, media=MediaConfig(timings=tmp_path / "none" / "timings.jsonl"))
    with pytest.raises(ConfigError, match=r"media.timings: there is no folder .*none$"):
        async with running(config):
            pass


async def test_phones_of_before_the_restart_are_known_until_they_expire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SWEEP_SECONDS", 0.001)
    clock, diary = FakeClock(), Diary()
    binding = Binding(
        "1001",
        SipUri("192.0.2.9", "1001", 5062),
        Hop("UDP", "192.0.2.9", 5062, "192.0.2.1", 5060),
        "c1",
        1,
        clock.wall().timestamp() + 60,
    )
    database = await Database.open(f"sqlite:///{tmp_path / DATABASE}")
    store = BindingStore(database, clock)
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(store.run())
        store.save("1001", (binding,))
        await store.flush()
        writing.cancel()
    await database.close()
    accounts = {"1001": AccountConfig(password="x")}
    async with running(
        local(tmp_path, accounts=accounts), clock=clock, notices=Notices(event=diary.tell)
    ) as switch:
        # Where it is stays; from where we call it is where we are now.
        hop = Hop("UDP", "192.0.2.9", 5062, "127.0.0.1", switch.port)
        assert switch.registrar.bindings("1001") == (replace(binding, hop=hop),)
        assert len(switch.presence.qualifier) == 1
        clock.advance(61)
        expired = (await diary.until(PhoneUnregistered)).event
        assert expired == PhoneUnregistered("1001", "sip:1001@192.0.2.9:5062", "expired")
        assert len(switch.presence.qualifier) == 0


# TLS and WebSocket


async def shown_at(port: int) -> bytes:
    """Return the certificate somebody shows, as DER."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()
    assert isinstance(found, bytes)
    return found


def secured(home: Path, **tls: object) -> Config:
    both = WebSocketConfig(port=0, secure_port=0)
    return local(home, sip=SipConfig(bind="127.0.0.1", port=0, tls=TlsConfig(**tls), websocket=both))  # type: ignore[arg-type]


async def test_a_line_opens_what_it_is_told_to_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    async with running(secured(tmp_path)) as switch:
        assert sorted(switch.ports) == ["TLS", "WS", "WSS"]
        own = ssl.PEM_cert_to_DER_cert((tmp_path / "tls" / "certificate.pem").read_text())
        assert {await shown_at(switch.ports[one]) for one in ("TLS", "WSS")} == {own}


async def test_a_line_without_them_opens_and_makes_nothing(tmp_path: Path) -> None:
    async with running(local(tmp_path)) as switch:
        assert switch.ports == {}
    assert not (tmp_path / "tls").exists()


async def test_certificates_are_read_anew_while_connections_go_on(tmp_path: Path) -> None:
    files, warned = made(tmp_path / "bought", ["a.test"]), []
    config = secured(tmp_path / "home", certificate=files.certificate, key=files.key)
    async with running(config, notices=Notices(warned=warned.append)) as switch:
        before = await shown_at(switch.ports["TLS"])
        files.certificate.write_text("half")
        await switch.renew()
        assert await shown_at(switch.ports["TLS"]) == before
        assert len(warned) == 1
        assert "the old ones go on: " in warned[0]
        files.certificate.unlink()
        made(tmp_path / "bought", ["b.test"])
        await switch.renew()
        assert await shown_at(switch.ports["TLS"]) != before
        assert len(warned) == 1


async def test_a_port_for_tls_that_is_taken_stops_the_start_unless_it_is_optional(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        sentence = f"cannot listen on 127.0.0.1 port {port}: Address already in use"
        with pytest.raises(StartError, match=rf"^{sentence}.*sip\.tls\.port"):
            async with running(secured(tmp_path, port=port)):
                pass
        monkeypatch.setattr(app, "examine", lambda config: Findings(()))
        with pytest.raises(StartError, match=sentence):
            async with running(secured(tmp_path, port=port)):
                pass
        warned: list[str] = []
        optional = secured(tmp_path, port=port, optional=True)
        async with running(optional, notices=Notices(warned=warned.append)) as switch:
            assert sorted(switch.ports) == ["WS", "WSS"]
        assert warned[0].startswith(f"TLS is left out: {sentence}")


async def test_a_home_where_no_certificate_can_be_laid(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("in the way")
    with pytest.raises(StartError, match=r"^there is no certificate for TLS: .*tls"):
        async with running(secured(tmp_path)):
            pass


def test_addresses_of_ipv6_are_written_as_phones_want_them(tmp_path: Path) -> None:
    switch = Switch(Config(home=tmp_path, sip=SipConfig(bind="::1")), FakeClock(), Notices())
    switch.port = 5060
    assert switch.addresses() == ["[::1]:5060"]


# The trace


async def test_a_line_keeps_a_trace_and_tells_a_collector(tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(5)
        part = TraceConfig(size_mb=1, hep=f"127.0.0.1:{collector.getsockname()[1]}", hep_id=9)
        async with running(local(tmp_path, trace=part)) as switch:
            stranger.sendto(QUESTION, ("127.0.0.1", switch.port))
            loop = asyncio.get_running_loop()
            copies = [parse_hep(await loop.run_in_executor(None, collector.recv, 65_535)) for _ in range(2)]
    assert [agent for _, agent in copies] == [9, 9]
    assert copies[0][0].data == QUESTION
    messages = Wire(tmp_path).of_user("anybody")
    assert [message.title for message in messages] == ["OPTIONS", "200 OK"]


async def test_a_line_whose_trace_is_off_writes_none(tmp_path: Path) -> None:
    async with running(local(tmp_path, trace=TraceConfig(size_mb=0))):
        pass
    assert not (tmp_path / "trace").exists()


async def test_a_trace_that_cannot_be_kept_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "trace").write_text("in the way")
    with pytest.raises(StartError, match=r"the trace cannot be kept in .*trace: File exists"):
        async with running(local(tmp_path)):
            pass


async def test_the_log_tells_what_could_be_dialled(tmp_path: Path) -> None:
    entries: list[Entry] = []
    async with running(local(tmp_path), notices=Notices(event=entries.append)):
        pass
    (started,) = [entry.event for entry in entries if isinstance(entry.event, SwitchStarted)]
    assert started.numbers == ("1001",)


# Strangers

STRANGER = "127.0.0.77"
FLOOD = 150
"""Twice what a stranger is heard with, and answers for it that a socket's buffer holds."""


class Stranger:
    """A socket at an address that is not this machine's usual one."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((STRANGER, 0))
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._names = count()

    async def ask(self, method: str, fields: str = "") -> Response:
        """Send a request once and return its answer; raise TimeoutError when there is none."""
        name = f"{method}-{next(self._names)}"
        self._socket.send(self._text(method, name, fields))
        async with asyncio.timeout(10.0):
            while True:
                answer = parse_datagram(await asyncio.get_running_loop().sock_recv(self._socket, 65_535))
                if answer.call_id == name and isinstance(answer, Response):
                    return answer

    def flood(self) -> None:
        """Send many requests at once."""
        for number in range(FLOOD):
            self._socket.send(self._text("OPTIONS", f"flood-{number}", ""))

    async def answers(self) -> int:
        """Return how many answers there are until none comes for a while."""
        found = 0
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(1.0):
                    await asyncio.get_running_loop().sock_recv(self._socket, 65_535)
                found += 1
        return found

    def _text(self, method: str, name: str, fields: str) -> bytes:
        here = "{}:{}".format(*self._socket.getsockname())
        return (
            f"{method} sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bK{name}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:1001@127.0.0.1>;tag={name}\r\nTo: <sip:1001@127.0.0.1>\r\n"
            f"Call-ID: {name}\r\nCSeq: 1 {method}\r\nContact: <sip:1001@{here}>\r\n{fields}"
            "Content-Length: 0\r\n\r\n"
        ).encode()

    def close(self) -> None:
        self._socket.close()


async def test_a_strangers_flood_is_dropped_and_told_and_a_password_ends_his_being_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SWEEP_SECONDS", 0.05)
    told: list[Entry] = []
    notices = Notices(event=told.append)
    async with running(local(tmp_path / "home"), notices=notices) as switch:
        one, phone = Stranger(switch.port), Stranger(switch.port)
        try:
            one.flood()
            assert Shares().socket.burst <= await one.answers() < FLOOD
            silenced = [entry.event for entry in told if isinstance(entry.event, SourceSilenced)]
            assert [event.source for event in silenced] == [STRANGER]
            assert silenced[0].dropped > 1
            # At the same address another socket is heard, and once its password is known always.
            challenge = await phone.ask("REGISTER")
            request = Request("REGISTER", "sip:127.0.0.1")
            assert authorize(request, challenge, user="1001", password="x", cnonce="c")
            credentials = f"Authorization: {request.fields.get('Authorization')}\r\n"
            assert (await phone.ask("REGISTER", credentials)).status == 200
            phone.flood()
            assert await phone.answers() == FLOOD
            phones = await asyncio.to_thread(control.ask, tmp_path / "home", "phones", list[Phone])
            assert [one.account for one in phones] == ["1001"]
        finally:
            one.close()
            phone.close()
