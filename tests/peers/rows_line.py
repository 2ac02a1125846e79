"""A firm's whole line under test: one menu with every step of the language, and servers of others beside."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from softswitch.events import CallArrived
from softswitch.speech import SpeechConfig
from tests.peers import sounds
from tests.peers.beside import Letters, Web, mail_server, web
from tests.peers.conftest import assert_faultless
from tests.peers.line import DATABASE, PASSWORD, DemoLine
from tests.peers.programs import LOOPBACK, Ports, Program
from tests.peers.queue_line import FIRST_OUTSIDE, QueueLine

KNOWN, OTHER, STRANGER = "+48601234567", "+48602000111", "+48603999888"
"""Łukasz, whom Anna (1001) looks after; Ewa, a VIP without an order; somebody of whom nothing is known."""

CUSTOMERS = """\
imię;nazwisko;telefon;email;nr klienta;grupa;vip;opiekun
Łukasz;Żółkiewski;601 234 567;lukasz@example.pl;123456;biznes;nie;1001
Ewa;Maj;0048602000111;;123457;standard;tak;1002
"""
AGENTS = ("1001", "1002", "1003")
INSIDE = ("2001", "2002")
EXTENSION, EXTENSION_AWAY = "13", "14"

VOICE = SpeechConfig(
    chains={"pl": ("exec",), "en": ("exec",)},
    exec_command=shlex.join([sys.executable, "-S", str(Path(__file__).with_name("fingerprint.py"))])
    + " {language} 'voice {voice}' {output}",
)
"""Each text has a sound of its own, the same whenever it is spoken."""

MUSIC, MUSIC_HZ, MUSIC_SECONDS = "music.wav", 350.0, 30.0
FIRST, SECOND = "Tutaj zaczyna się pierwsza droga.", "A to jest druga droga."
WAYS = {
    "first": FIRST,
    "second": SECOND,
    "third": "Trzecia droga jest tutaj, proszę.",
    "fourth": "Ostatnia z dróg, numer cztery.",
}
"""Where the ways out of a step lead: each says which it is."""
FAREWELL = "Dziękujemy i do usłyszenia. To był ostatni wyraz."
SURVEY, THANKS = "Proszę ocenić rozmowę od jednego do pięciu.", "Dziękujemy za ocenę."
MAIN, BELOW = "Menu główne. Dostawy, cztery.", "Dostawy. Powrót, zero."
ENGLISH = "You have reached the English line."
TELLS_LATE = "To jest dość długa zapowiedź, przy której można spokojnie odłożyć słuchawkę, zanim się skończy."
TONE_SECONDS = 0.5
COMMAND_SECONDS = 60.0
CALLS_FROM_OUTSIDE = 100
"""Each comes from a port of its own; all tests of a run together make some 70."""

TREE = f"""\
tree: rows
language: pl
start: first
default_text: nasz klient
branches:
  first: [{{say: "{FIRST}"}}, hangup]
  second: [{{say: "{SECOND}"}}, hangup]
  r0101: [find_customer: {{}}, goto: r0101b]
  r0101b:
    - read_order: {{shops: s1, text: "Zamówienie {{{{ORDER.NUMBER}}}} zostało wysłane.", no_orders: second}}
    - hangup
  r0102: [find_customer: {{}}, read_order: {{shops: s2, text: "Nic.", read: first, no_orders: second}}]
  r0201:
    - ticket: {{queue: missed, title: "Nieodebrane połączenie z numeru %%number%%", category: oferta}}
    - goto: first
  r0202: [ticket: {{queue: missed, when: on_hangup, priority: urgent}}, say: "{TELLS_LATE}", hangup]
  r0203: [ticket: {{queue: missed, when: on_hangup}}, queue: empty]
  r0301:
    - rate: {{min: 1, max: 5, prompt: "{SURVEY}", thanks: "{THANKS}", given_up: second}}
    - hangup
  r0401:
    - gather: {{variable: code, min: 4, max: 4, inter_digit_s: 2, not_entered: second}}
    - say: "{{{{VARIABLE.CODE|spell}}}}"
    - hangup
  r0501:
    - find_by_digits: {{field: customer_number, prefix: "123", not_found: second}}
    - say: "Witamy, {{{{CUSTOMER.NAME}}}}, w naszej firmie."
    - hangup
  r0601:
    - find_customer: {{}}
    - say: {{text: "Dzień dobry, {{{{CUSTOMER.NAME}}}}, jak się masz.", voice: f2}}
    - say: {{text: "Dzień dobry, {{{{CUSTOMER.NAME}}}}, jak się masz.", voice: m3}}
    - hangup
  r0701: [dial: {{target: "1002", busy: second}}]
  r0702: [say: "{SECOND}", dial: "{{{{VARIABLE.NOBODY}}}}"]
  r0801: [queue: sales]
  r0802: [queue: patient]
  r0901:
    - find_customer: {{}}
    - queue_by: {{field: group, queues: {{biznes: firms, standard: people}}, name: sales}}
  r1001: [keeper: {{strategy: crm, otherwise: queue, queue: cooperation}}]
  r1101: [duty: {{name: service, nobody: second}}]
  r1201: [extension: {{length: 2, error: second}}]
  r1301: [say: "{FAREWELL}", hangup]
  r1401: [by_answer: {{connection: fault, variable: fault, branches: {{7: first}}, otherwise: second}}]
  r1402: [by_answer: {{connection: down, variable: fault, branches: {{7: first}}, otherwise: second}}]
  main: [menu: {{prompt: "{MAIN}", keys: {{1: first, 4: below, 5: english}}}}]
  below: {{parent: main, steps: [menu: {{prompt: "{BELOW}", keys: {{0: above}}}}]}}
  above: {{parent: main, steps: [up]}}
  english: [language: en, say: "{ENGLISH}", goto: r2101]
  r1601: [by_hours: {{schedule: ever, open: first, closed: second}}]
  r1602: [by_hours: {{schedule: never, open: first, closed: second, special: second}}]
  r1701: [by_agents: {{queue: team, at_least: 2, count: logged_in, yes: first, no: second}}]
  r1702: [by_agents: {{queue: team, at_least: 2, count: free, yes: first, no: second}}]
  r1801: [by_waiting: {{queue: lone, at_most: 1, yes: r1801q, no: second}}]
  r1801q: [queue: lone]
  r1901: [find_customer: {{}}, by_order: {{shops: [s1, s2], statuses: {{wysłane: first}}, no_orders: second}}]
  r2001: [find_customer: {{}}, by_customer: {{field: group, values: {{biznes: first}}, default: second}}]
  r2101: [say: {{pl: "Język polski.", en: "Now we go on in English."}}, hangup]
  r2201: [find_customer: {{}}, caller_name: "AWARIA {{{{CALL.CALLER_ID}}}}", dial: "1003"]
  r2301: [find_customer: {{}}, caller_number: "7000", dial: "1003"]
  r2401:
    - find_customer: {{}}
    - mail: {{template: offer, mailbox: office, no_address: second}}
    - goto: first
  r2402: [find_customer: {{}}, say: "{SECOND}", mail: {{template: offer, mailbox: office}}]
  r2501:
    - request:
        url: "http://{LOOPBACK}:WEB_PORT/status"
        method: POST
        headers: {{X-Line: "{{{{CALL.DST_NUMBER}}}}"}}
        body: {{number: "{{{{CALL.SRC_NUMBER}}}}"}}
        answer: {{days: $.parcel.days}}
        error: second
    - say: "Paczka dotrze za {{{{VARIABLE.DAYS}}}} dni robocze."
    - hangup
  r2502: [request: {{connection: down, error: second}}, goto: first]
  r0603:
    - say: "{FIRST}"
    - by_hours: {{schedule: ever, closed: second}}
    - by_agents: {{queue: team, at_least: 9, yes: second}}
    - by_waiting: {{queue: lone, at_most: 0, no: second}}
    - set: {{name: topic, value: oferta}}
    - by_value: {{value: "{{{{VARIABLE.TOPIC}}}}", branches: {{oferta: second}}}}
    - hangup
  r2601: [sms: {{text: "Oferta: https://example.pl/o", no_mobile: second}}, goto: first]
  r2701: [find_customer: {{found: first, not_found: second}}]
  r2702: [find_customer: {{search: vip, found: first, not_found: second}}]
"""
"""The branch ``rRRVV`` is reached by the number of row RR, form VV (:meth:`RowsLine.number`)."""

ELSEWHERE = {"1501": "main", "2101": "main"}
"""Rows whose number leads to another branch than their own."""

WEB_PLACE = "WEB_PORT"
SPARE_PLACE = "SPARE_PORT"
"""What stands in menus and configurations for the port of the server beside the line, and for one at which
nobody listens unless a test does."""


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of rows, and what of the world it needs: parts of the configuration, and customers as CSV.

    ``elsewhere`` are rows whose number leads to another branch than their own; ``tones`` are sound files that
    it plays, by their frequencies.
    """

    text: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    customers: str = CUSTOMERS
    tones: Mapping[str, float] = field(default_factory=dict)

    def written(self, places: Mapping[str, str]) -> str:
        """Return it as a file: with its numbers, and what ``places`` names put in its place."""
        own = re.findall(r"^  r([0-9]{4}):", self.text, re.MULTILINE)
        rows = {**{row: f"r{row}" for row in own}, **self.elsewhere}
        entries = "".join(f'  "{number(row)}": {branch}\n' for row, branch in rows.items())
        text = self.text.replace("branches:\n", f"entries:\n{entries}branches:\n", 1)
        for name, place in places.items():
            text = text.replace(name, place)
        return text


def number(row: str) -> str:
    """Return the number by which people outside reach a row."""
    return f"+4822220{row}"


def configuration(home: Path, trunk_ports: list[int], *, web_port: int, mail_port: int) -> dict[str, Any]:
    """Return the configuration of the line, and write its music."""
    sounds.write_wav(home / MUSIC, sounds.tone(MUSIC_HZ, MUSIC_SECONDS))
    first, *others = trunk_ports
    base = f"http://{LOOPBACK}:{web_port}"
    quiet = {"announce": {"position": "off", "eta": "off"}, "ring_s": 60}
    fields = {"number": "$.no", "status": "$.state", "placed": "$.created", "phone": "$.phone"}
    people = (*AGENTS, *INSIDE, EXTENSION, EXTENSION_AWAY)
    return {
        "accounts": {user: {"name": f"name of {user}", "password": PASSWORD} for user in people},
        "media": {"workers": 1},
        "speech": VOICE.model_dump(mode="json", exclude_defaults=True),
        "music": MUSIC,
        "trees": ["rows.yaml"],
        "trunks": {
            "outside": {
                "host": LOOPBACK,
                "port": first,
                "failover": [f"{LOOPBACK}:{other}" for other in others],
                "qualify": 0,
                "number": "+48222209999",
            }
        },
        "queues": {
            "sales": {"members": ["1001"], **quiet},
            "patient": {"members": ["1001"], "answer": "when_agent", **quiet},
            "asked": {"members": ["1001"], "after_talk": number("0301"), **quiet},
            "firms": {"members": ["1001"], **quiet},
            "people": {"members": ["1002"], **quiet},
            "cooperation": {"members": ["1002"], **quiet},
            "team": {"members": ["1001", "1002"], **quiet},
            "empty": {"members": ["1003"], **quiet},
            "lone": {"members": ["1003"], **quiet},
        },
        "numbers": {number("0300"): "asked"},
        "schedules": {
            "ever": {"week": {"mon-sun": "always"}},
            "never": {"week": {"mon-sun": "closed"}},
        },
        "duties": {
            "service": {"number": "540", "week": {"mon-sun": {"main": "1002", "spare": "1003"}}, "ring_s": 5}
        },
        "tickets": {"missed": {"name": "Nieodebrane", "priority": "high", "categories": ["oferta"]}},
        "shops": {
            "s1": {"http": {"url": f"{base}/orders?phone={{phone}}", "orders": "$[*]", "fields": fields}},
            "s2": {"http": {"url": f"{base}/none?phone={{phone}}", "orders": "$[*]", "fields": fields}},
        },
        "http": {"allow": [f"{LOOPBACK}:{web_port}"]},
        "connections": {
            "fault": {"url": f"{base}/fault", "answer": {"FAULT": "$.branch"}},
            "down": {"url": f"{base}/broken", "answer": {"FAULT": "$.branch"}, "limit_s": 1},
        },
        "mail": {
            "office": {"host": LOOPBACK, "port": mail_port, "security": "none", "from": "biuro@firma.pl"}
        },
        "templates": {"offer": {"subject": "Oferta", "text": "Dzień dobry {{CUSTOMER.NAME}}, oto oferta."}},
        "sms": {
            "default": {
                "sender": "Firma",
                "http": {"url": f"{base}/sms", "body": {"to": "{{SMS.NUMBER}}", "text": "{{SMS.TEXT}}"}},
            }
        },
    }


class RowsLine(QueueLine):
    """A running ``softswitch run`` with that menu."""

    def __init__(
        self,
        home: Path,
        port: int,
        *,
        log: Path,
        menu: Menu,
        trunk_ports: list[int],
        web_port: int,
        mail_port: int,
        spare_port: int,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._trunk_ports = iter(trunk_ports)
        self._people = count(FIRST_OUTSIDE)
        self._config = home / "softswitch.yaml"
        places = {WEB_PLACE: str(web_port), SPARE_PLACE: str(spare_port)}
        (home / "rows.yaml").write_text(menu.written(places), encoding="utf-8")
        for name, hertz in menu.tones.items():
            sounds.write_wav(home / name, sounds.tone(hertz, TONE_SECONDS))
        config = configuration(home, trunk_ports, web_port=web_port, mail_port=mail_port)
        for part, more in menu.config.items():
            config[part] = {**config.get(part, {}), **more}
        # What is JSON is YAML.
        text = json.dumps(config, indent=1)
        for name, place in places.items():
            text = text.replace(f'"{name}"', place).replace(name, place)
        self._config.write_text(text, encoding="utf-8")
        people = home / "customers.csv"
        people.write_text(menu.customers, encoding="utf-8")
        self.command("customers", "import", str(people), folder=home)
        DemoLine.__init__(self, home, port, log=log)

    def number(self, queue: str) -> str:
        """Return the number by which people outside reach a row."""
        return number(queue)

    def command(self, *words: str, folder: Path) -> str:
        """Run ``softswitch`` on the configuration as the operator does; return what it said."""
        argv = [str(Path(sys.executable).with_name("softswitch")), *words, "--config", str(self._config)]
        program = Program(argv, log=folder / "command.log", life_seconds=COMMAND_SECONDS)
        try:
            assert program.wait_end(COMMAND_SECONDS) == 0, program.lines
        finally:
            program.close()
        return "\n".join(program.lines)

    def tickets(self) -> list[tuple[str, str, str]]:
        """Return the tickets there are: number, priority, category."""
        with closing(sqlite3.connect(f"file:{self.home / DATABASE}?mode=ro", uri=True)) as database:
            return database.execute("SELECT number, priority, category FROM tickets").fetchall()

    def talked_with(self, number: str) -> list[str]:
        """Return which agents a number has talked with, as the history has it."""
        with closing(sqlite3.connect(f"file:{self.home / DATABASE}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT agent FROM contacts WHERE number = ?", (number,)).fetchall()
        return [agent for (agent,) in rows]

    def call_to(self, row: str, caller: str, *, but: str = "") -> str:
        """Return the id of somebody's last call to a row, ``but`` that one. Raises PeerSilent."""

        def find() -> str | None:
            for entry in reversed(self.events()):
                event = entry.event
                if (
                    isinstance(event, CallArrived)
                    and event.caller == caller
                    and event.called == number(row)
                    and entry.call != but
                ):
                    return entry.call
            return None

        return self.wait_for(find, f"a call of {caller} to row {row}")


@dataclass(frozen=True, slots=True)
class Firm:
    """The line and the servers of others beside it."""

    line: RowsLine
    web: Web
    letters: Letters
    spare_port: int
    """Where nobody listens unless a test does."""


ORDERS = [{"no": "4711", "state": "wysłane", "created": "2026-11-20T10:00:00+01:00", "phone": KNOWN}]
ANSWERS: Mapping[str, object] = {
    "/orders": ORDERS,
    "/none": [],
    "/fault": {"branch": "7"},
    "/broken": 500,
    "/status": {"parcel": {"days": 3}},
    "/sms": {"ok": True},
}


ROWS = Menu(TREE, ELSEWHERE)


@contextmanager
def rows_line(
    folder: Path,
    ports: Ports,
    menu: Menu = ROWS,
    answers: Mapping[str, object] = ANSWERS,
    line_of: type[RowsLine] = RowsLine,
) -> Iterator[Firm]:
    """Run the line as long as the context lasts; at its end it must have met no fault of its own."""
    with ExitStack() as stack:
        beside = stack.enter_context(web(answers))
        letters, mail_port = stack.enter_context(mail_server(ports))
        spare_port, *trunk_ports = stack.enter_context(ports.held(1 + CALLS_FROM_OUTSIDE))
        line = line_of(
            folder / "home",
            ports.take(),
            log=folder / "switch.log",
            menu=menu,
            trunk_ports=trunk_ports,
            web_port=beside.port,
            mail_port=mail_port,
            spare_port=spare_port,
        )
        try:
            yield Firm(line, beside, letters, spare_port)
        finally:
            line.close()
        assert_faultless(line)
