"""The operator's configuration: read as it was meant, or refused with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from softswitch.config import AccountConfig, Config, MediaConfig, MusicConfig, load_config
from softswitch.errors import ConfigError, StartError
from softswitch.transport.config import TlsConfig, WebSocketConfig


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "softswitch.yaml"


def read(file: Path, text: str) -> Config:
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def refused(file: Path, text: str) -> list[str]:
    """Return the lines of the refusal, each without the file's path."""
    with pytest.raises(ConfigError) as caught:
        read(file, text)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(str(file)) for line in lines), lines
    return [line.removeprefix(str(file)).lstrip() for line in lines]


def test_hashes_that_share_an_algorithm_are_enough(file: Path) -> None:
    md5, sha256 = "a" * 32, "b" * 64
    both = f"  1: {{ha1: {md5}}}\n  2: {{ha1: {md5}, ha1_sha256: {sha256}}}\n  3: {{password: x}}\n"
    assert len(read(file, f"accounts:\n{both}").accounts) == 3
    assert len(read(file, f"accounts:\n  1: {{ha1_sha256: {sha256}}}\n").accounts) == 1


def test_a_whole_configuration(file: Path) -> None:
    config = read(
        file,
        """\
sip: {bind: 192.0.2.1, port: 5070, realm: firma, shortest_registration: 30, longest_registration: 600}
media: {ports: 20000-20999, workers: 2, cores: [0, 1], timings: log/timings.jsonl}
calls: {ring_for: 20, longest: 3600}
speech: {piper_voices: voices}
accounts:
  "1001": {password: tajne, name: Zażółć, language: pl}
  "1002": {ha1: 0123456789abcdef0123456789abcdef}
trees: [trees, /srv/other.yaml]
music: sounds/music.flac
home: var
""",
    )
    base = file.parent
    assert (config.sip.bind, config.sip.port, config.sip.realm) == ("192.0.2.1", 5070, "firma")
    assert config.media.port_range == (20000, 20999)
    assert config.media.cores == (0, 1)
    assert config.accounts["1001"].name == "Zażółć"
    # What is relative is taken from the file's own folder, wherever the switch was started.
    assert config.trees == (base / "trees", Path("/srv/other.yaml"))
    assert (config.home, config.music) == (base / "var", MusicConfig(play=(base / "sounds/music.flac",)))
    assert config.media.timings == base / "log/timings.jsonl"
    assert config.speech.piper_voices == base / "voices"


def test_what_is_left_out_has_its_usual_value(file: Path) -> None:
    config = read(file, "accounts: {}\n")
    assert (config.sip.bind, config.sip.port, config.media.port_range) == ("0.0.0.0", 5060, (10000, 19999))
    assert (config.home, config.music, config.media.timings, config.trees) == (file.parent, None, None, ())
    assert config.speech.piper_voices is None


def test_a_path_that_goes_by_a_link_is_taken_from_where_the_file_is(file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "etc"
    elsewhere.mkdir()
    link = elsewhere / "link.yaml"
    read(file, "home: var\n")
    link.symlink_to(file)
    assert load_config(link).home == tmp_path / "var"


# Traps of YAML


def test_a_number_with_a_zero_in_front_is_not_eight(file: Path) -> None:
    config = read(file, "sip: {port: 05061}\naccounts:\n  010: {password: 007}\n  1e3: {password: 1_000}\n")
    assert config.sip.port == 5061
    assert set(config.accounts) == {"010", "1e3"}
    assert (config.accounts["010"].password, config.accounts["1e3"].password) == ("007", "1_000")


def test_words_that_yaml_takes_for_truth_stay_words(file: Path) -> None:
    config = read(file, "sip: {realm: on}\naccounts:\n  no: {password: yes, language: no}\n")
    assert config.sip.realm == "on"
    assert (config.accounts["no"].password, config.accounts["no"].language) == ("yes", "no")


def test_srtp_is_offered_unless_an_account_says_otherwise(file: Path) -> None:
    text = "accounts: {1: {password: x}, 2: {password: x, srtp: off}, 3: {password: x, srtp: required}}\n"
    settings = {user: part.srtp for user, part in read(file, text).accounts.items()}
    assert settings == {"1": "offered", "2": "off", "3": "required"}


def test_a_time_of_day_stays_a_text(file: Path) -> None:
    assert read(file, "accounts: {a: {password: 12:30:00}}\n").accounts["a"].password == "12:30:00"


# What is refused


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", [": the file is empty"]),
        ("# nothing\n", [": the file is empty"]),
        ("- a\n", ["line 1: settings are wanted here: sip, media, "]),
        ("just words\n", ["line 1: settings are wanted here: sip, media, "]),
        ("sip: {port: 5060\n", ["line 1: this is not YAML: the bracket that is opened here is never closed"]),
        ("sip:\n\tport: 1\n", ["line 2: this is not YAML: use spaces, not tabs"]),
        ("sip: 5060\n", ["line 1: sip: settings are wanted here: bind, port, "]),
        ("sip:\n  port: many\n", ["line 2: sip.port: 'many' is not a whole number"]),
        ("sip:\n  port: 70000\n", ["line 2: sip.port: '70000' must be at most 65535"]),
        ("sip:\n  port: -1\n", ["line 2: sip.port: '-1' must be at least 0"]),
        ("sip:\n  port: 50.5\n", ["line 2: sip.port: '50.5' is not a whole number"]),
        (
            "defence: {allow: [192.0.2.5/24, 192.0.2.1, x]}\n",
            [
                "line 1: defence.allow.0: '192.0.2.5/24': did you mean 192.0.2.0/24, or 192.0.2.5 alone?",
                "line 1: defence.allow.2: 'x' is no address and no network such as 192.0.2.0/28",
            ],
        ),
        (
            "allowed_countries: [DE, ZZ, Germany]\n",
            [
                "line 1: allowed_countries.1: 'ZZ' is no country: two letters are wanted here, such as PL",
                "line 1: allowed_countries.2: 'Germany' is no country: two letters",
            ],
        ),
        ("allowed_countries: DE\n", ["line 1: allowed_countries: a list is wanted here, such as [DE]"]),
        (
            "accounts: {1: {password: x, outside: {calls: far}}}\n",
            ["line 1: accounts.1.outside.calls: 'far' is not one of 'none', 'home', 'listed' or 'all'"],
        ),
        (
            "sip: {bind: banana}\n",
            ["line 1: sip.bind: 'banana' is no IP address such as 192.0.2.1"],
        ),
        ('sip: {bind: ""}\n', ["line 1: sip.bind: '' is no IP address"]),
        ("sip: {bind: ~}\n", ["line 1: sip.bind: a text is wanted here"]),
        ("sip: {public_address: my.home}\n", ["line 1: sip.public_address: 'my.home' is no IP address"]),
        ("sip: {realm: [a]}\n", ["line 1: sip.realm: a text is wanted here"]),
        (
            "sip:\n  shortest_registration: 600\n  longest_registration: 60\n",
            ["line 1: sip: shortest_registration must be at most longest_registration"],
        ),
        ("sip: {prot: 5060}\n", ["line 1: sip: unknown parameter 'prot'; did you mean 'port'?"]),
        ("acounts: {}\n", ["line 1: unknown parameter 'acounts'; did you mean 'accounts'?"]),
        ("sip: {port: 1}\nsip: {port: 2}\n", ["line 2: 'sip' is written twice (first on line 1)"]),
        (
            "accounts:\n  1001: {password: a}\n  1002: {password: b}\n  1001: {password: c}\n",
            ["line 4: '1001' is written twice (first on line 2)"],
        ),
        ("? [a]\n: 1\n", ["line 1: a key must be a plain word or number"]),
        ("media: {ports: 10-20}\n", ["line 1: media.ports: ports must be FIRST-LAST between 1024 and 65535"]),
        ("media: {ports: 20000-10000}\n", ["line 1: media.ports: ports must be FIRST-LAST"]),
        ("media: {ports: 10000-99999}\n", ["line 1: media.ports: ports must be FIRST-LAST"]),
        ("media: {ports: 10000}\n", ["line 1: media.ports: ports must be FIRST-LAST"]),
        (
            "media: {ports: 10000-10006, workers: 2}\n",
            ["line 1: media: ports are too few: each worker needs 4"],
        ),
        ("media: {workers: 0}\n", ["line 1: media.workers: '0' must be at least 1"]),
        ("media: {cores: 1}\n", ["line 1: media.cores: a list is wanted here"]),
        ("calls: {ring_for: 1}\n", ["line 1: calls.ring_for: '1' must be at least 5"]),
        ("calls: {ring_for: nan}\n", ["line 1: calls.ring_for: 'nan' "]),
        ("calls: {per_account: 0}\n", ["line 1: calls.per_account: '0' must be at least 1"]),
        ("calls: {longest: inf}\n", ["line 1: calls.longest: 'inf' must be at most 86400"]),
        ("accounts:\n  1001: {}\n", ["line 2: accounts.1001: an account needs a password, or ha1"]),
        (
            f"accounts:\n  1: {{ha1: {'a' * 32}}}\n  2: {{password: x}}\n  3: {{ha1_sha256: {'b' * 64}}}\n",
            ["line 1: accounts: account '1' has only ha1 and account '3' only ha1_sha256: no challenge"],
        ),
        ("accounts:\n  1001:\n", ["line 2: accounts.1001: settings are wanted here: password, ha1, "]),
        ('accounts: {1001: {password: ""}}\n', ["line 1: accounts.1001.password: the text is empty"]),
        ("accounts: {1001: {ha1: zz}}\n", ["line 1: accounts.1001.ha1: a hash has 32 hexadecimal digits"]),
        (
            f"accounts: {{1001: {{ha1_sha256: {'AB' * 32}}}}}\n",
            ["line 1: accounts.1001.ha1_sha256: a hash has 64 hexadecimal digits, in small letters"],
        ),
        (
            "accounts: {1001: {password: a, language: polski}}\n",
            ["line 1: accounts.1001.language: a language has two small letters, such as pl"],
        ),
        (
            "accounts: {1001: {password: a, srtp: maybe}}\n",
            ["line 1: accounts.1001.srtp: 'maybe' is not one of 'off', 'offered' or 'required'"],
        ),
        (
            'accounts:\n  "a b": {password: x}\n',
            ["line 1: accounts: account 'a b': a user has letters, digits, dots, dashes"],
        ),
        ('accounts:\n  "": {password: x}\n', ["line 1: accounts: account '': a user has letters"]),
        (
            "speech: {chains: {pl: [siri]}}\n",
            ["line 1: speech.chains.pl.0: 'siri' is not one of ", "line 1: speech.chains.pl: "],
        ),
        ("trees: main.yaml\n", ["line 1: trees: a list is wanted here"]),
        ("music: {play: []}\n", ["line 1: music.play: "]),
    ],
)
def test_a_fault_is_named_with_its_line(file: Path, text: str, sentences: list[str]) -> None:
    found = refused(file, text)
    assert len(found) == len(sentences), found
    for line, sentence in zip(found, sentences, strict=True):
        assert line.startswith(sentence), line


def test_all_faults_are_named_at_once_in_the_order_of_the_file(file: Path) -> None:
    text = "sip:\n  port: x\n  prot: 1\nmedia:\n  workers: 0\naccounts:\n  1001: {name: Anna}\n"
    assert [line.partition(":")[0] for line in refused(file, text)] == [
        "line 2",
        "line 3",
        "line 5",
        "line 7",
    ]


def test_no_secret_is_in_a_refusal_or_in_a_printed_configuration(file: Path) -> None:
    lines = refused(file, "accounts:\n  1001: {password: [hush], ha1: hush}\n  1002: {pasword: hush}\n")
    assert len(lines) == 3
    lines += refused(
        file,
        "accounts: {1001: {password: hush-hush-hush}}\n"
        "connections: {a: {url: 'https://x/', headers: {X: [hush]}, auth: {user: hush, password: [hush]}}}\n"
        "applications: {700: {url: 'https://u:hush@x/', secret: hush, fallback: 1001}}\n",
    )
    assert len(lines) == 7
    assert "hush" not in "\n".join(lines)
    assert "hush" not in repr(read(file, "accounts: {1001: {password: hush}}\n"))


@pytest.mark.parametrize(
    "text", ["a: &a [*a]\n", "a: " + "[" * 3000 + "]" * 3000, "&a " + "[" * 40 + "]" * 40]
)
def test_what_never_ends_is_refused(file: Path, text: str) -> None:
    assert len(refused(file, text)) == 1


def test_aliases_cannot_grow_without_bound(file: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert refused(file, "\n".join(lines))[0].endswith("nested too deeply, or too large")


def test_a_file_that_cannot_be_read(file: Path, tmp_path: Path) -> None:
    def reason(path: Path) -> str:
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        return str(caught.value)

    assert reason(file) == f"{file}: No such file or directory"
    assert reason(tmp_path) == f"{tmp_path}: Is a directory"
    file.write_bytes(b"sip: {realm: caf\xe9}\n")
    assert reason(file) == f"{file}: is not UTF-8 text"


def test_what_is_wrong_with_a_part_is_told_with_its_line(file: Path) -> None:
    config = read(file, "sip: {port: 5070}\naccounts:\n  100:\n    password: x\ntrees:\n  - a.yaml\n")
    assert config.path == str(file)
    for where, line in (("accounts.100", 3), ("accounts.100.name", 3), ("trees.0", 6), ("sip.port", 1)):
        assert str(config.problem(where, "is odd")) == f"{file} line {line}: {where}: is odd"
    assert str(config.problem("media.ports", "is odd")) == f"{file}: media.ports: is odd"
    assert str(Config().problem("music", "is odd")) == "the configuration: music: is odd"


def test_address_and_port_are_overridden_and_nothing_else(file: Path) -> None:
    config = read(file, "sip: {bind: 192.0.2.1, port: 5070, realm: firma}\nmusic: none.flac\n")
    other = config.overridden(bind="127.0.0.1", port=0)
    assert (other.sip.bind, other.sip.port, other.sip.realm) == ("127.0.0.1", 0, "firma")
    assert other.problem("music", "x") == config.problem("music", "x")
    assert config.overridden() == config
    with pytest.raises(StartError, match=r"^cannot listen on 'a\.\.b': give an IP address"):
        config.overridden(bind="a..b")


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Config().home = Path("/")  # type: ignore[misc]
    with pytest.raises(ValidationError, match="needs a password"):
        AccountConfig(name="Anna")


@pytest.mark.parametrize(
    ("wanted", "ports", "cores", "count"),
    [
        (None, "10000-19999", 1, 1),
        (None, "10000-19999", 2, 1),
        (None, "10000-19999", 4, 3),
        (None, "10000-19999", 64, 5),
        (None, "10000-10099", 8, 1),
        (6, "10000-19999", 2, 6),
    ],
)
def test_a_worker_for_every_core_but_one_and_enough_ports_for_each(wanted, ports, cores, count):
    assert MediaConfig(ports=ports, workers=wanted).worker_count(cores) == count


@pytest.mark.parametrize(
    ("text", "tls", "websocket"),
    [
        ("sip: {port: 5060}\n", None, None),
        ("sip: {tls: yes, websocket: on}\n", TlsConfig(), WebSocketConfig()),
        ("sip: {tls: false, websocket: no}\n", None, None),
        ("sip: {tls: {port: 5062}}\n", TlsConfig(port=5062), None),
        (
            "sip: {websocket: {port: ~, origins: [https://firma.test]}}\n",
            None,
            WebSocketConfig(port=None, origins=("https://firma.test",)),
        ),
    ],
)
def test_tls_and_websocket_are_switched_on_or_told_more(
    file: Path, text: str, tls: TlsConfig | None, websocket: WebSocketConfig | None
) -> None:
    config = read(file, text)
    assert (config.sip.tls, config.sip.websocket) == (tls, websocket)
    assert ("tls" in config.sip.model_fields_set) is ("tls" in text)
    doors = config.sip.doors
    assert (doors.bind, doors.port, doors.tls, doors.websocket) == (config.sip.bind, 5060, tls, websocket)


def test_certificates_lie_beside_the_configuration(file: Path) -> None:
    config = read(file, "sip: {tls: {certificate: a.pem, key: keys/a.pem}}\n")
    assert config.sip.tls is not None
    assert config.sip.tls.files[0].key == file.parent.resolve() / "keys" / "a.pem"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sip: {tls: perhaps}\n", "line 1: sip.tls: settings are wanted here: port, "),
        ("sip:\n  tls:\n    certificate: a.pem\n", "line 2: sip.tls: certificate and key belong together"),
        ("sip: {tls: {prot: 1}}\n", "line 1: sip.tls: unknown parameter 'prot'; did you mean 'port'?"),
        ("sip: {websocket: {origins: [firma.test]}}\n", "line 1: sip.websocket.origins: 'firma.test' is no"),
    ],
)
def test_what_is_wrong_with_them_is_told_with_its_line(file: Path, text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(file, text)
    assert reason in str(caught.value)
