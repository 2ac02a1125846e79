"""The composition root: what is built starts in order, ends in order, and a failed start leaves nothing."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import pytest

from media.errors import MediaError
from softswitch import app
from softswitch.app import Notices, running
from softswitch.applications.config import ApplicationConfig
from softswitch.calls.media_port import MediaPort
from softswitch.config import MediaConfig, SipConfig
from softswitch.errors import ConfigError, Problem, StartError
from softswitch.events import CallArrived, CallEnded, Entry, SwitchStarted, SwitchStopped
from softswitch.features.settings import Settings, When
from softswitch.integrations.http_config import HttpConfig
from softswitch.integrations.webhook_config import WebhookConfig
from softswitch.preflight.examining import Findings
from tests.fakes.home_line import Diary, local
from tests.fakes.patience import PATIENCE
from tests.integrations.servers import serving


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


async def test_what_people_set_holds_after_a_restart(tmp_path: Path) -> None:
    async with running(local(tmp_path)) as switch:
        switch.signalling.features.settings.set_forward("1001", When.BUSY, "1002")
        switch.signalling.features.settings.set_dnd("1001", True)
    async with running(local(tmp_path)) as switch:
        assert switch.signalling.features.settings.of("1001") == Settings(busy="1002", dnd=True)


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
        async with asyncio.timeout(PATIENCE):
            await told.wait()
    assert seen[0] == 0
    assert len(timings.read_text(encoding="utf-8").splitlines()) == len(seen)


async def test_a_timing_file_that_cannot_be_made(tmp_path: Path) -> None:
    config = local(tmp_path, media=MediaConfig(timings=tmp_path / "none" / "timings.jsonl"))
    with pytest.raises(ConfigError, match=r"media.timings: there is no folder .*none$"):
        async with running(config):
            pass


async def test_the_log_tells_what_could_be_dialled(tmp_path: Path) -> None:
    entries: list[Entry] = []
    program = {"url": "https://example.com/", "secret": "a secret of some length", "fallback": "1001"}
    config = local(tmp_path, applications={"700": ApplicationConfig.model_validate(program)})
    async with running(config, notices=Notices(event=entries.append)) as switch:
        assert (tmp_path / "recordings" / "applications").is_dir()
        assert switch.signalling.accounts.get("1001") is not None
    (started,) = [entry.event for entry in entries if isinstance(entry.event, SwitchStarted)]
    assert started.numbers == ("1001", "700")


async def test_certificates_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    config = local(tmp_path, http=HttpConfig(authorities=(tmp_path / "none.pem",)))
    with pytest.raises(ConfigError, match=r"http.authorities.0: .*none.pem: No such file"):
        async with running(config):
            pass


async def test_a_receiver_of_webhooks_is_told_of_a_call_once_over_a_restart(tmp_path: Path) -> None:
    async with serving() as crm:
        receiver = {"url": f"{crm.url}/hook", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}
        config = local(
            tmp_path,
            http=HttpConfig(allow=("127.0.0.1",)),
            webhooks={"crm": WebhookConfig.model_validate(receiver)},
        )
        async with running(config) as switch:
            switch.log.append(CallArrived("a", "+48600100200", "", "300", "", ""), call="01CALL")
            switch.log.append(CallEnded("missed", "caller_hung_up", 487, 16, "caller"), call="01CALL")
            await crm.arrived.wait()
        async with running(config) as switch:
            switch.log.append(CallArrived("a", "+48600100201", "", "300", "", ""), call="02CALL")
            crm.arrived.clear()
            switch.log.append(CallEnded("missed", "caller_hung_up", 487, 16, "caller"), call="02CALL")
            while len(set(crm.bodies)) < 2:
                await crm.arrived.wait()
                crm.arrived.clear()
    told = {body: json.loads(body) for body in crm.bodies}.values()
    assert [(one["number"], one["data"]["call"]) for one in told] == [(1, "01CALL"), (2, "02CALL")]
    assert len({request.headers["webhook-id"] for request in crm.asked}) == 2
