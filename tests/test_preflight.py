"""Whatever is wrong is found before anything starts, all of it at once, and nothing is changed by looking."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile

from softswitch import home, ports
from softswitch.config import Config, load_config
from softswitch.demo import TREES
from softswitch.errors import ConfigError, StartError
from softswitch.preflight import examine, tree_files
from tests.transport.shown import NOW, made

TREE = "tree: {name}\nlanguage: en\nnumbers: [{number}]\nstart: a\nbranches:\n  a:\n    - hangup\n"
ANNA = "accounts: {1001: {password: a-long-one}}\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ports, "overlap", lambda first, last: None)
    return tmp_path / "softswitch.yaml"


@pytest.fixture
def unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder nobody may list, for root too."""
    folder, scan = tmp_path / "closed", os.scandir
    folder.mkdir()

    def scandir(path: Path) -> object:
        if path == folder:
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    yield folder
    monkeypatch.undo()


def written(file: Path, text: str) -> Config:
    file.write_text("sip: {bind: 127.0.0.1, port: 0}\nhome: home\n" + text, encoding="utf-8")
    return load_config(file)


def faults(config: Config) -> list[str]:
    """Return the faults, each without the configuration's own path."""
    return [str(fault).removeprefix(config.path).lstrip() for fault in examine(config).faults]


def tree(place: Path, name: str = "a", number: str = "200") -> Path:
    place.parent.mkdir(exist_ok=True)
    place.write_text(TREE.format(name=name, number=number), encoding="utf-8")
    return place


def test_a_line_that_can_start(file: Path) -> None:
    tree(file.parent / "trees" / "a.yaml")
    config = written(file, f"{ANNA}trees: [trees]\n")
    before = sorted(file.parent.rglob("*"))
    found = examine(config)
    assert (found.faults, found.obstacles, found.warnings, found.running) == ((), (), (), "")
    assert [one.name for one in found.trees] == ["a"]
    found.refuse()
    assert sorted(file.parent.rglob("*")) == before


# Trees


def test_trees_are_files_and_the_files_of_folders_in_order_each_once(file: Path) -> None:
    folder = file.parent / "trees"
    for place, name, number in (
        (folder / "b.yml", "b", "2"),
        (folder / "a.yaml", "a", "1"),
        (file.parent / "c.yaml", "c", "3"),
    ):
        tree(place, name, number)
    (folder / "a.tests.yaml").write_text("tests: {}", encoding="utf-8")  # no tree
    (folder / "notes.txt").write_text("not a tree", encoding="utf-8")
    config = written(file, f"{ANNA}trees: [c.yaml, trees, trees/a.yaml]\n")
    assert [one.name for one in examine(config).trees] == ["c", "a", "b"]
    assert tree_files(written(file, ANNA)) == ([], [])


def test_a_folder_with_nothing_in_it_or_that_cannot_be_listed(file: Path, unreadable: Path) -> None:
    (file.parent / "empty").mkdir()
    (file.parent / "empty" / "notes.txt").write_text("not a tree", encoding="utf-8")
    config = written(file, f"{ANNA}trees:\n  - empty\n  - closed\n  - none.yaml\n")
    assert faults(config) == [
        f"line 5: trees.0: the folder {file.parent}/empty holds no tree: "
        "put a .yaml file there, or take it out",
        f"line 6: trees.1: {unreadable} cannot be read: Permission denied",
        f"line 7: trees.2: there is no file or folder {file.parent}/none.yaml",
    ]


def test_a_fault_in_one_tree_hides_no_number_of_another(file: Path) -> None:
    (file.parent / "a.yaml").write_text(
        "tree: a\nlanguage: english\nnumbers: 1001\nstart: a\nbranches: {a: [dial: 5555]}\n", encoding="utf-8"
    )
    found = faults(written(file, f"{ANNA}trees: [a.yaml]\n"))
    assert any("'english' is not a language code" in fault for fault in found)
    assert any("there is no account 5555" in fault for fault in found)
    assert any("is also a number of the menu 'a'" in fault for fault in found)


def test_the_faults_of_all_files_are_named_at_once(file: Path) -> None:
    for name in ("a", "b"):
        (file.parent / f"{name}.yaml").write_text("tree: x\n", encoding="utf-8")
    config = written(file, "trees: [a.yaml, b.yaml, none.yaml]\nmusic: none.flac\n")
    found = examine(config)
    text = "\n".join(map(str, found.faults))
    assert all(f"{file.parent}/{name}" in text for name in ("a.yaml", "b.yaml", "none.yaml", "none.flac"))
    assert "accounts: nobody could call" in text
    with pytest.raises(ConfigError) as caught:
        found.refuse()
    assert str(caught.value) == text


# Accounts


def test_a_line_without_accounts(file: Path) -> None:
    (fault,) = faults(written(file, ""))
    assert fault.startswith(": accounts: nobody could call: name at least one account, such as 1001: ")


def test_a_number_that_is_an_account_and_a_menu(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office", "1001")
    config = written(
        file,
        "accounts:\n  1000: {password: a-long-one}\n  1001: {password: a-long-one}\ntrees: [office.yaml]\n",
    )
    assert faults(config) == [
        f"line 5: accounts.1001: is also a number of the menu 'office' ({place}, line 3): "
        "give one of the two another number"
    ]


def test_who_may_watch_whom_names_accounts(file: Path) -> None:
    watch = "presence:\n  watch:\n    1000: [1001, 1003]\n"
    config = written(
        file, f"accounts:\n  1000: {{password: a-long-one}}\n  1001: {{password: a-long-one}}\n{watch}"
    )
    assert faults(config) == ["line 8: presence.watch.1000: there is no account 1003"]


def test_a_number_dialled_that_nobody_has(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    text = place.read_text(encoding="utf-8").replace("- hangup", "- dial: 5555")
    place.write_text(text, encoding="utf-8")
    (fault,) = examine(written(file, f"{ANNA}trees: [office.yaml]\n")).faults
    assert str(fault).startswith(f"{place} line 7: branch a step 1 (dial): there is no account 5555")


# Trunks and numbers

TRUNK = "trunks: {a: {host: 192.0.2.1, number: 221234567}}\n"


def outside_faults(file: Path, text: str) -> list[str]:
    tree(file.parent / "office.yaml", "office")
    return faults(written(file, f"{ANNA}trees: [office.yaml]\n{TRUNK}{text}"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "outbound:\n  - {match: +48*, trunks: [a]}\n  - {match: +49*, trunks: [a, b]}\n",
            "line 8: outbound.1.trunks.1: route 2: there is no trunk b",
        ),
        (
            "outbound:\n  - {match: +48*, trunks: a, allow: [1001, 1002]}\n",
            "line 7: outbound.0.allow.1: route 1: there is no account and no group 1002",
        ),
        (
            "numbers:\n  +48221234567: office\n  +48221234568: ofice\n",
            "line 8: numbers.+48221234568: leads to ofice: there is no menu, account, group, room, queue or "
            "number of that name; did you mean 'office'?",
        ),
        (
            "numbers:\n  +48221234567: 1001\n  221234567: office\n",
            "line 6: numbers: +48221234567 is claimed twice, written in two ways",
        ),
        (
            "emergency: [112, 1001]\n",
            "line 3: accounts.1001: 1001 is an emergency number too: give this one another",
        ),
    ],
)
def test_what_leads_nowhere_outside_is_named_with_its_line(file: Path, text: str, sentence: str) -> None:
    assert outside_faults(file, text) == [sentence]


def test_a_menu_under_an_emergency_number_is_named_where_it_stands(file: Path) -> None:
    (fault,) = outside_faults(file, "emergency: [112, 200]\n")
    assert fault.startswith(f"{file.parent}/office.yaml line 3: numbers: 200 is an emergency number too: ")


def test_a_trunk_that_is_written_wrongly_is_guessed(file: Path) -> None:
    text = "trunks: {provider: {host: 192.0.2.1}}\noutbound: [{match: +48*, trunks: provder}]\n"
    (fault,) = faults(written(file, f"{ANNA}{text}"))
    assert fault.endswith("route 1: there is no trunk provder; did you mean 'provider'?")


def test_a_number_of_ours_that_is_a_menus_too(file: Path) -> None:
    tree(file.parent / "bank.yaml", "bank", "221234567")
    text = f"{ANNA}trees: [bank.yaml]\n{TRUNK}numbers:\n  +48221234567: 1001\n"
    assert faults(written(file, text)) == [
        "line 6: numbers: 221234567 leads to 1001 and is also a number of the menu 'bank': keep one"
    ]


def test_a_gateway_on_this_machine_that_nobody_may_ask_is_told_at_the_start(file: Path) -> None:
    body = "{to: '{{SMS.NUMBER}}', text: '{{SMS.TEXT}}'}"
    gateway = f"sms: {{default: {{sender: A, http: {{url: 'http://127.0.0.1:8085/send', body: {body}}}}}}}\n"
    (warning,) = examine(written(file, f"{ANNA}{gateway}")).warnings
    assert str(warning).endswith(
        "sms.default.http.url: asks 127.0.0.1:8085, an inner address: nothing gets there until http: allow "
        "names it"
    )
    assert examine(written(file, f"{ANNA}{gateway}http: {{allow: [127.0.0.1:8085]}}\n")).warnings == ()


INSIDE = "https://10.1.2.3"
FIELDS = "{number: $.n, status: $.s, placed: $.p}"
ORDERS = f"{{http: {{url: '{INSIDE}/?phone={{phone}}', orders: '$.a[*]', fields: {FIELDS}}}}}"
SIGNED = "whsec_IX5aWxwfbv+n0uU9Wt53b0v13NNe7XvZEYbrb5wTnDY="
PROGRAM = f"{{url: '{INSIDE}/', secret: ours-alone-and-so-long-0815, fallback: 1001}}"


@pytest.mark.parametrize(
    ("where", "part"),
    [
        ("webhooks.crm.url", f"webhooks: {{crm: {{url: '{INSIDE}/', secrets: [{SIGNED}]}}}}"),
        ("applications.700.url", f"applications: {{700: {PROGRAM}}}"),
        ("shops.erp.http.url", f"shops: {{erp: {ORDERS}}}"),
        (
            "shops.web.woocommerce.url",
            f"shops: {{web: {{woocommerce: {{url: '{INSIDE}', key: k, secret: s}}}}}}",
        ),
    ],
)
def test_others_on_this_machine_that_nobody_may_ask_are_told_as_well(
    file: Path, where: str, part: str
) -> None:
    text = f"{ANNA}{part}\n"
    (warning,) = examine(written(file, text)).warnings
    assert f"{where}: asks 10.1.2.3:443, an inner address" in str(warning)
    assert examine(written(file, f"{text}http: {{allow: [10.1.2.3]}}\n")).warnings == ()


def test_a_name_of_two_things_is_no_place_to_lead_to(file: Path) -> None:
    tree(file.parent / "bank.yaml", "bank")
    boxes = "voicemail: {boxes: {bank: {language: pl}, 1001: {language: pl}}}\n"
    text = f"{ANNA}trees: [bank.yaml]\n{TRUNK}numbers: {{+48221234567: bank, +48221234568: 1001}}\n{boxes}"
    assert faults(written(file, text)) == [
        "line 6: numbers.+48221234567: leads to bank, which is a menu and a voicemail box: give one of them "
        "another name"
    ]


def test_a_number_of_ours_and_a_menu_without_numbers(file: Path) -> None:
    place = tree(file.parent / "bank.yaml", "bank")
    place.write_text(place.read_text(encoding="utf-8").replace("numbers: [200]\n", ""), encoding="utf-8")
    text = f"{ANNA}trees: [bank.yaml]\n{TRUNK}numbers: {{+48221234567: bank}}\n"
    (fault,) = faults(written(file, text))
    assert "leads to the menu 'bank', which has no number" in fault


def test_a_menu_may_dial_what_has_a_way_out(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    text = place.read_text(encoding="utf-8").replace("- hangup", "- dial: [+48600100200, 112, +1600]")
    place.write_text(text, encoding="utf-8")
    routes = f"{TRUNK}outbound: [{{match: +48*, trunks: a}}]\n"
    (fault,) = faults(written(file, f"{ANNA}trees: [office.yaml]\n{routes}"))
    assert "there is no account +1600" in fault or "there is no account 1600" in fault


def test_what_may_cost_money_is_a_warning(file: Path) -> None:
    tree(file.parent / "office.yaml", "office")
    routes = "outbound: [{match: +48*, trunks: a, from_outside: true}]\n"
    text = f"{ANNA}trees: [office.yaml]\ntrunks: {{a: {{host: 192.0.2.1}}}}\n{routes}"
    found = [str(warning) for warning in examine(written(file, text)).warnings]
    assert any("outbound.0.from_outside: callers from outside can be led out again" in one for one in found)
    assert any("trunks.a: has no number of its own" in one for one in found)


@pytest.mark.parametrize(
    ("password", "words"), [("1001", "is the account's own number"), ("short", "is shorter than 8 letters")]
)
def test_passwords_that_are_guessed_are_a_warning_and_not_said(file: Path, password: str, words: str) -> None:
    (warning,) = examine(written(file, f"accounts:\n  1001: {{password: {password}}}\n")).warnings
    assert str(warning).startswith(f"{file} line 4: accounts.1001.password: {words}")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("tls: {port: 5060}", "sip.tls.port: 5060 is the same port as sip.port: TLS needs its own"),
        (
            "tls: {port: 8443}, websocket: {secure_port: 8443}",
            "sip.websocket.secure_port: 8443 is the same port as sip.tls.port: WSS needs its own",
        ),
    ],
)
def test_a_port_that_stands_here_twice(file: Path, setting: str, sentence: str) -> None:
    file.write_text(f"sip: {{bind: 127.0.0.1, {setting}}}\nhome: home\n{ANNA}", encoding="utf-8")
    assert faults(load_config(file)) == [f"line 1: {sentence}"]


def test_people_left_out_of_a_shipped_tree_are_a_warning(file: Path) -> None:
    found = examine(written(file, f"{ANNA}trees: [{TREES}/demo.yaml]\nqueues: {{demo: {{}}}}\n"))
    assert found.faults == ()
    assert any("there is no account 1002" in str(warning) for warning in found.warnings)


def test_what_runs_and_is_still_wrong_in_a_tree_is_a_warning(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    place.write_text(place.read_text(encoding="utf-8") + "  b:\n    - hangup\n", encoding="utf-8")
    (warning,) = examine(written(file, f"{ANNA}trees: [office.yaml]\n")).warnings
    assert str(warning).startswith(f"{place} line 8: branch b: ")


# Sounds and voices


def test_music_is_opened(file: Path) -> None:
    def reason(name: str) -> str:
        (fault,) = faults(written(file, f"{ANNA}music: {name}\n"))
        start = f"line 4: music: {file.parent / name}: "
        assert fault.startswith(start)
        return fault.removeprefix(start)

    assert reason("none.flac") == "No such file or directory"
    (file.parent / "folder").mkdir()
    assert reason("folder") == "holds no sound file"
    (file.parent / "text.flac").write_text("no sound", encoding="ascii")
    assert reason("text.flac").startswith("is no sound file")
    soundfile.write(file.parent / "empty.wav", np.zeros(0, np.int16), 8000)
    assert reason("empty.wav") == "holds no sound"
    soundfile.write(file.parent / "music.wav", np.zeros(80, np.int16), 8000)
    assert faults(written(file, f"{ANNA}music: music.wav\n")) == []
    (file.parent / "folder" / "a.mp3").write_text("no sound", encoding="ascii")
    text = f"{ANNA}music:\n  shuffle: true\n  play:\n    - music.wav\n    - folder\n"
    (fault,) = faults(written(file, text))
    assert fault.startswith(f"line 8: music.play.1: {file.parent / 'folder' / 'a.mp3'}: is no sound file")


def test_folders_that_are_not_there(file: Path) -> None:
    config = written(file, f"{ANNA}speech: {{piper_voices: voices}}\nmedia: {{timings: log/t.jsonl}}\n")
    assert faults(config) == [
        f"line 4: speech.piper_voices: there is no folder {file.parent}/voices",
        f"line 5: media.timings: there is no folder {file.parent}/log",
    ]


def test_a_language_nobody_speaks(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    place.write_text(
        place.read_text(encoding="utf-8").replace("- hangup", '- say: "Hello"'), encoding="utf-8"
    )
    config = written(file, f"{ANNA}trees: [office.yaml]\nspeech: {{chains: {{en: [exec]}}}}\n")
    found = examine(config)
    assert found.obstacles == (
        "there is no voice for the language 'en', which the menu 'office' speaks "
        "(exec: no command is configured)",
    )
    with pytest.raises(StartError, match="there is no voice"):
        found.refuse()


def test_a_voice_nobody_has_is_a_warning_with_its_line(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    said = '- say: {text: "Hello", voice: Nobody}\n    - say: {text: "Bye", voice: Nobody}\n    - hangup'
    place.write_text(place.read_text(encoding="utf-8").replace("- hangup", said), encoding="utf-8")
    found = examine(written(file, f"{ANNA}trees: [office.yaml]\nspeech: {{chains: {{en: [espeak]}}}}\n"))
    assert [str(warning) for warning in found.warnings] == [
        f"{place} line 7: branch a step 1 (say): no engine has a voice 'Nobody' for the language 'en': "
        "another speaks"
    ]
    found.refuse()


# This machine


def test_a_port_that_is_taken(file: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        config = written(file, ANNA).overridden(port=port)
        (obstacle,) = examine(config).obstacles
    assert obstacle.startswith(f"cannot listen on 127.0.0.1 port {port}: Address already in use. ")
    assert examine(config).obstacles == ()


def test_a_home_that_cannot_be_written(file: Path) -> None:
    (file.parent / "home").write_text("a file", encoding="utf-8")
    (obstacle,) = examine(written(file, ANNA)).obstacles
    assert obstacle.startswith(f"cannot write in {file.parent}/home: ")


def test_a_line_that_is_running_may_be_looked_at(file: Path) -> None:
    config = written(file, ANNA)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as its_own, home.owned(config.home):
        its_own.bind(("127.0.0.1", 0))
        found = examine(config.overridden(port=its_own.getsockname()[1]))
    assert found.obstacles == ()
    assert f"(process {os.getpid()})" in found.running
    with pytest.raises(StartError, match="another switch is running"):
        found.refuse()


def test_keys_that_can_be_read_on_the_way_are_a_warning(file: Path) -> None:
    text = (
        "accounts:\n  1001: {password: a-long-one}\n  1002:\n    password: a-long-one\n    srtp: required\n"
    )
    (warning,) = examine(written(file, text)).warnings
    assert str(warning).startswith(f"{file} line 7: accounts.1002.srtp: SRTP is required of 1002, but ")


def test_ports_the_kernel_gives_out_are_a_warning(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "overlap", lambda first, last: (32_768, 60_999))
    (warning,) = examine(written(file, f"{ANNA}media:\n  ports: 30000-39999\n")).warnings
    assert str(warning).startswith(f"{file} line 5: media.ports: 30000-39999 overlaps 32768-60999, ")


# Certificates


def test_certificates_are_looked_at_and_nothing_is_made(file: Path) -> None:
    good = made(file.parent / "good", now=NOW - timedelta(days=810))
    text = ANNA + "trees: []\n"
    path = written(file, text)
    assert faults(path) == []
    lines = (
        "sip:\n  bind: 127.0.0.1\n  port: 0\n"
        "  tls:\n    certificate: good/tls/certificate.pem\n    key: none.key\n"
        "    certificates:\n      - {certificate: good/tls/certificate.pem, key: good/tls/key.pem}\n"
    )
    file.write_text(f"{lines}home: home\n{text}", encoding="utf-8")
    found = examine(load_config(file))
    assert [str(fault) for fault in found.faults] == [
        f"{file} line 4: sip.tls: {file.parent}/none.key: No such file or directory"
    ]
    (warning,) = [str(one) for one in found.warnings]
    assert warning.startswith(f"{file} line 4: sip.tls: {good.certificate}: expires on ")
    assert warning.endswith("in 15 days: get another")
    assert not (file.parent / "home").exists()


@pytest.mark.parametrize(("part", "setting"), [("tls", "sip.tls.port"), ("websocket", "sip.websocket.port")])
def test_their_ports_are_tried_too(file: Path, part: str, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        more = ", secure_port: ~" if part == "websocket" else ""
        file.write_text(
            f"sip: {{bind: 127.0.0.1, port: 0, {part}: {{port: {port}{more}}}}}\nhome: home\n{ANNA}",
            encoding="utf-8",
        )
        (obstacle,) = examine(load_config(file)).obstacles
        assert f"127.0.0.1 port {port}: Address already in use" in obstacle
        assert f"choose another port with {setting}" in obstacle
        if part == "tls":
            text = file.read_text().replace(f"port: {port}", f"port: {port}, optional: yes")
            file.write_text(text, encoding="utf-8")
            assert examine(load_config(file)).obstacles == ()


def test_what_is_impossible_of_phone_features_is_named_with_its_line(file: Path) -> None:
    tree(file.parent / "a.yaml", number="200")
    text = (
        "accounts: {1001: {password: a-long-one, forward: {busy: 1001}}}\ntrees: [a.yaml]\n"
        "groups:\n  200: {members: [1001]}\n  201: {members: [1001, 1002]}\n"
        "rooms:\n  8000: {pin: 2468}\ncodes: {meet: '*8', pickup: ''}\n"
    )
    assert faults(written(file, text)) == [
        "line 6: groups.200: 200 is also the number of the menu 'a': give one of the two another",
        "line 7: groups.201.members.1: there is no account 1002",
        "line 3: accounts.1001.forward.busy: 1001 cannot forward to itself",
    ]


def test_a_number_from_outside_may_lead_to_a_group_or_a_room(file: Path) -> None:
    text = (
        f"{ANNA}groups: {{200: {{members: [1001]}}}}\nrooms: {{8000: {{pin: 2468}}}}\n"
        "numbers: {+48221234567: 200, +48221234568: 8000, +48221234569: 700}\nparking: {}\n"
    )
    (fault,) = faults(written(file, text))
    assert (
        "numbers.+48221234569: leads to 700: there is no menu, account, group, room, queue or number" in fault
    )


def test_a_menu_may_ring_a_group(file: Path) -> None:
    (file.parent / "a.yaml").write_text(
        "tree: a\nlanguage: en\nnumbers: [100]\nstart: a\nbranches: {a: [dial: 200]}\n", encoding="utf-8"
    )
    config = written(file, f"{ANNA}trees: [a.yaml]\ngroups: {{200: {{members: [1001]}}}}\n")
    assert faults(config) == []


QUEUE_STEPS = """\
tree: shop
language: en
numbers: [200]
start: a
branches:
  a:
    - by_waiting: {queue: slaes, at_most: 5, yes: b}
    - queue: service
  b:
    - say: Hello.
    - queue: sales
"""
SALES = "queues: {sales: {members: [1001], answer: when_agent}}\n"


def test_queues_of_menus_that_do_not_exist_are_named_where_they_stand(file: Path) -> None:
    (file.parent / "shop.yaml").write_text(QUEUE_STEPS, encoding="utf-8")
    place = f"{file.parent / 'shop.yaml'} line"
    assert faults(written(file, f"{ANNA}{SALES}trees: [shop.yaml]\n")) == [
        f"{place} 7: branch a step 1 (by_waiting): queue: there is no queue 'slaes'; did you mean 'sales'?",
        f"{place} 8: branch a step 2 (queue): there is no queue 'service'",
    ]
    none = faults(written(file, f"{ANNA}trees: [shop.yaml]\n"))
    assert [fault.rpartition("there is ")[2] for fault in none] == [
        "no queue 'slaes'",
        "no queue 'service'",
        "no queue 'sales'",
    ]


def test_rules_of_recordings_for_nobody_are_named(file: Path) -> None:
    rules = "recordings:\n  accounts: {1009: never}\n  queues: {slaes: always}\n"
    assert [fault.partition(": ")[2] for fault in faults(written(file, f"{ANNA}{rules}"))] == [
        "recordings.accounts.1009: there is no account 1009",
        "recordings.queues.slaes: there is no queue slaes",
    ]


def test_a_queue_that_only_agents_answer_comes_before_anything_is_said(file: Path) -> None:
    steps = QUEUE_STEPS.replace("slaes", "sales").replace("service", "sales")
    (file.parent / "shop.yaml").write_text(steps, encoding="utf-8")
    found = examine(written(file, f"{ANNA}{SALES}trees: [shop.yaml]\n"))
    assert found.faults == ()
    (warning,) = [str(one) for one in found.warnings if "callers are answered already" in str(one)]
    assert "shop.yaml line 11: branch b step 2 (queue): something is said before the queue" in warning


def test_who_waits_is_not_led_into_a_queue_by_a_side_menu(file: Path) -> None:
    steps = QUEUE_STEPS.replace("slaes", "sales").replace("service", "sales")
    (file.parent / "shop.yaml").write_text(steps, encoding="utf-8")
    queues = "queues: {sales: {members: [1001], menus: {5: 200}}}\n"
    found = faults(written(file, f"{ANNA}{queues}trees: [shop.yaml]\n"))
    assert [fault.partition(": ")[0].rpartition("/")[2] for fault in found] == [
        "shop.yaml line 8",
        "shop.yaml line 11",
    ]


def test_numbers_of_duties_are_numbers_of_the_line(file: Path) -> None:
    config = written(
        file,
        "accounts: {1001: {password: a-long-one}, 1002: {password: another-long-one}}\n"
        "duties: {doctor: {number: 540, week: {mon-sun: {main: 1001, spare: 1002}}}}\n"
        "queues: {sales: {number: 600, members: [1002], on_empty: 540}}\n"
        "numbers: {+48221234567: 540}\n"
        "schedules: {office: {week: {mon-fri: 9-17}}}\n"
        "callers:\n  lists: {late: {numbers: [+4812*], to: 600, schedule: office}}\n",
    )
    assert faults(config) == []


def test_what_is_impossible_in_schedules_is_named_where_it_stands(file: Path) -> None:
    config = written(
        file,
        f"{ANNA}duties: {{doctor: {{number: 600, week: {{mon-sun: 1009}}}}}}\n"
        "queues: {sales: {number: 600, members: [1001]}}\n"
        "schedules: {office: {week: {mon-fri: 9-17}}}\n"
        "schedule_codes: {day: '*45'}\n",
    )
    assert faults(config) == [
        "line 4: duties.doctor.number: 600 is also the number of the queue sales: "
        "give one of the two another",
        "line 7: schedule_codes.day: *45 is also the number of the code log_in: give one of the two another",
        "line 4: duties.doctor.week.mon-sun.main: 1009 is no number of the switch: say with whose rights it "
        "is called outside (by: ACCOUNT)",
    ]


PROGRAM = "url: 'https://example.com/', secret: a-secret-of-some-length"


def test_a_program_takes_calls_from_outside_and_from_queues_and_has_a_number_of_its_own(file: Path) -> None:
    line = (
        f"{ANNA}applications: {{700: {{{PROGRAM}, fallback: 600}}}}\n"
        "queues: {sales: {members: [1001], number: 600, on_full: 700}}\n"
        "trunks: {provider: {host: sip.provider.example, number: '+48221234567'}}\n"
        "numbers: {'+48221234567': 700}\n"
    )
    assert faults(written(file, line)) == []
    twice = (
        f"{ANNA}applications:\n  600: {{{PROGRAM}, fallback: 1001}}\n  1001: {{{PROGRAM}, fallback: 999}}\n"
    )
    twice += "queues: {sales: {members: [1001], number: 600}}\n"
    assert sorted(one.partition(" is ")[0] for one in faults(written(file, twice)) if "also" in one) == [
        "line 5: applications.600: 600",
        "line 6: applications.1001: 1001",
    ]


def test_a_program_asked_without_tls_is_warned_of(file: Path) -> None:
    program = PROGRAM.replace("https", "http")
    found = examine(written(file, f"{ANNA}applications: {{700: {{{program}, fallback: 1001}}}}\n"))
    assert [str(one) for one in found.warnings if "without TLS" in str(one)]


VOICEMAIL = """\
accounts:
  1001: {password: a-long-one}
  1002: {password: a-long-one, forward: {always: FORWARD}}
trunks: {office: {host: 127.0.0.1, number: "+48221234500"}}
numbers: {"+48221234567": sales, "+48221234568": "*98", "+48221234569": night, "+48221234570": 8000}
queues: {help: {number: 600, members: [1001], on_empty: 8100}}
voicemail:
  boxes:
    1001: {unavailable: {play: GREETING}}
    1002: {number: BOX}
    sales: {number: 8000, keys: {0: 600}}
  requests: {night: {number: 8100}}
"""


def voicemail(file: Path, **words: str) -> list[str]:
    """Return the faults of a line with voicemail, with other words in it."""
    text = VOICEMAIL
    for word, given in {"forward": "voicemail", "greeting": "hello.wav", "box": "8002", **words}.items():
        text = text.replace(word.upper(), given)
    soundfile.write(file.parent / "hello.wav", np.zeros(8000, np.int16), 8000)
    return faults(written(file, text))


def test_everybody_may_be_led_to_boxes_and_desks(file: Path) -> None:
    assert voicemail(file) == []


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ({"box": "600"}, "voicemail.boxes.1002: 600 is also the number of the queue help"),
        ({"box": "'*72'"}, "voicemail.boxes.1002: *72 is also the number of the code forward_always"),
        ({"box": "1001"}, "voicemail.boxes.1002: 1001 is also the number of the account 1001"),
        ({"greeting": "gone.wav"}, "voicemail.boxes.1001.unavailable: "),
    ],
)
def test_what_is_wrong_with_boxes_is_named(file: Path, words: dict[str, str], fault: str) -> None:
    (found,) = voicemail(file, **words)
    assert fault in found


def test_who_forwards_to_a_box_and_has_none_is_told(file: Path) -> None:
    text = "accounts: {1001: {password: a-long-one, forward: {busy: voicemail}}}\n"
    (found,) = faults(written(file, text))
    assert "accounts.1001.forward.busy: 1001 has no voicemail box" in found
