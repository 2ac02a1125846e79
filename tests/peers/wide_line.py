"""The second menu of rows: all ways out of the steps, callers of every kind, and the world round them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.peers.beside import Slow
from tests.peers.programs import LOOPBACK
from tests.peers.rows_line import KNOWN, WAYS, WEB_PLACE, Menu, number

PAID, SENT_OFF, COMPANYS, SHARED, NEW, NEWER = (f"+4860500{place}000" for place in range(1, 7))
"""Who has paid, whose order has a status of its own, who belongs to a company, whose number two people have,
and two of whom nothing is known at first."""
NOT_TO_BE_FOUND = "+48605009000"
PESEL = "44051401359"
NEW_NUMBER = "789"

PEOPLE = f"""\
imię;nazwisko;telefon;email;nr klienta;grupa;vip;opiekun;firma;pesel;pakiet;zgoda;nazwa firmy
Łukasz;Żółkiewski;601 234 567;lukasz@example.pl;123456;biznes;nie;1001;;;;;
Ewa;Maj;0048602000111;;123457;standard;tak;1002;;;;;
Piotr;Lis;{PAID};;123458;standard;nie;;Maj sp. z o.o.;;rozszerzony;tak;
Olga;Wilk;{SENT_OFF};;123459;biznes;nie;;;{PESEL};podstawowy;nie;
Jan;Kos;{COMPANYS};;123460;standard;nie;;Maj sp. z o.o.;;;;
Adam;Bąk;{SHARED};;123461;biznes;nie;1001;;;;;
Iga;Bąk;{SHARED};;123462;standard;nie;1001;;;;;
;;;;200;;;1002;;;;;Maj sp. z o.o.
"""

SLOW_SECONDS, LIMIT_SECONDS = 4.0, 1.5
"""How long the slow system takes, and how long it is waited for."""

_SAYS = "".join(f'  {branch}: [say: "{text}", hangup]\n' for branch, text in WAYS.items())
_BRANCHES = """\
  r0301: [rate: {min: 1, max: 5, prompt: "Ocena?", wait_s: 3, invalid: second, given_up: second}, goto: first]
  r0510:
    - find_by_digits:
        field: customer_number
        prefix: "123"
        create: yes
        inter_digit_s: 2
        found: first
        created: third
        not_found: second
  r0511: [find_by_digits: {field: pesel, inter_digit_s: 2, found: first, not_found: second}]
  r0512: [find_customer: {found: first, not_found: second}]
  r0513:
    - find_by_digits: {field: customer_number, prefix: "123", inter_digit_s: 2, not_found: second}
    - goto: first
  r0710: [dial: {target: "1002", ring_s: 2, busy: first, no_answer: second}]
  r0910:
    - find_customer: {}
    - queue_by: {field: pakiet, queues: {podstawowy: firms, rozszerzony: people}, name: sales}
  r0911: [queue_by: {field: destination_number, queues: {"+48222200911": firms}, name: sales}]
  r1010: [keeper: {strategy: external, otherwise: busy}]
  r1011: [keeper: {otherwise: busy}]
  r1012: [say: "%(first)s", keeper: {otherwise: busy}]
  r1013: [keeper: {otherwise: busy}]
  r1014: [keeper: {strategy: last_talk, days: 3, otherwise: numbers, queue: firms}]
  r1015: [keeper: {otherwise: busy, second_queue: sales}]
  r1110: [say: "%(first)s", duty: {name: rounds, nobody: second}]
  r1111: [say: "%(first)s", duty: {name: short, nobody: second}]
  r1410: [by_answer: {connection: letters, variable: fault, branches: {7: first}, otherwise: second}]
  r1411:
    - say: "%(first)s"
    - by_answer: {connection: silent, variable: fault, branches: {7: first}, otherwise: second}
  r1412: [by_answer: {connection: empty, variable: fault, branches: {7: first}, otherwise: second}]
  r1413: [by_answer: {connection: second, variable: fault, branches: {7: first, 8: third}, otherwise: second}]
  r1710: [by_agents: {queue: sales, at_least: 1, count: free, yes: first, no: second}]
  r1711: [by_agents: {queue: sales, at_least: 1, count: logged_in, yes: first, no: second}]
  r1810: [by_waiting: {queue: crowd, at_most: 5, yes: r1811, no: second}]
  r1811: [queue: crowd]
  r1910: [find_customer: {}, goto: status]
  r1911: [goto: status]
  r1912:
    - find_customer: {}
    - by_order: {shops: down, statuses: {wysłane: first}, no_orders: second, unavailable: third}
  status:
    - by_order:
        {shops: [s1, s2], statuses: {wysłane: first, opłacone: second}, other: third, no_orders: fourth}
  r2010: [find_customer: {}, by_customer: {field: zgoda, values: {tak: first, "nie": third}, default: second}]
  r2011:
    - find_by_digits: {field: customer_number, prefix: "123", inter_digit_s: 2, not_found: second}
    - by_customer: {field: group, values: {biznes: first, standard: third}, default: second}
  r2410: [find_customer: {}, mail: {template: offer, mailbox: office, no_address: second}, goto: first]
  r2510:
    - request: {url: "http://WHERE/made", method: POST, body: {a: "1"}, answer: {days: $.days}, error: second}
    - request: {url: "http://WHERE/made?of={{VARIABLE.DAYS}}", answer: {days: $.days}, error: second}
    - request: {url: "http://WHERE/made", method: PUT, body: {a: "2"}, error: second}
    - request: {url: "http://WHERE/made", method: PATCH, body: {a: "3"}, error: second}
    - request: {url: "http://WHERE/made", method: DELETE, error: second}
    - goto: first
  r2520: [say: "%(first)s", request: {url: "http://WHERE/slow", limit_s: 1.5, error: second}, goto: first]
  r2521: [request: {url: "http://WHERE/nowhere", error: second}, goto: first]
  r2522: [request: {url: "http://WHERE/torn", answer: {days: $.days}, error: second}, goto: first]
  r2523: [request: {url: "https://WHERE/made", error: second}, goto: first]
  r2524: [request: {url: "http://WHERE/made", answer: {days: $.weeks}, error: second}, goto: first]
  r2610: [sms: {text: "Oferta", no_mobile: second}, goto: first]
  r2710: [find_customer: {found: first, not_found: second}]
  r2711: [find_customer: {narrow_by: group, narrow_to: biznes, found: first, not_found: second}]
  r2712: [find_customer: {narrow_by: group, narrow_to: hurt, found: first, not_found: second}]
  r1018: [keeper: {strategy: last_campaign, otherwise: busy}]
  r8101: [queue: sales]
  r8102: [queue: {name: sales, priority: 5}]
  r8103: [queue: people]
  r8104: [queue: small]
  r8105: [say: "%(first)s", say: "%(second)s", hangup]
  r0410: [gather: {variable: code, min: 4, max: 4, not_entered: second}, goto: first]
  r8106: [language: en, queue: small]
  r8201: [menu: {prompt: "Reklamacje, trzy. Faktury, cztery.", keys: {3: complaint, 4: invoice}}]
  complaint: [label: "Reklamacja · {{CALL.SRC_NUMBER}}", dial: "1001"]
  invoice: [label: "Faktury · {{CALL.SRC_NUMBER}}", dial: "1001"]
  r8202:
    - say: "%(first)s"
    - dial: {target: ["1001", "1002", "1003"], in_turn: yes, ring_s: 2, no_answer: second}
  r8203:
    - gather: {variable: parcel, min: 4, max: 4, not_entered: second}
    - request: {url: "http://WHERE/parcel/{{VARIABLE.PARCEL}}", answer: {status: $.status}, error: second}
    - say: "Paczka: {{VARIABLE.STATUS}}."
    - hangup
  r8204: [say: "%(first)s", language: en, say: {pl: "Polski.", en: "And now it goes on in English."}, hangup]
  r8205: [menu: {prompt: "%(first)s", keys: {7: second}}]
  r8301:
    - identify: {factors: [pesel_last4], refused: second, locked: third}
    - dial: "1001"
  r9001:
    - gather: {variable: code, min: 4, max: 4, inter_digit_s: 4, not_entered: second}
    - find_by_digits: {field: customer_number, prefix: "123", inter_digit_s: 4, not_found: second}
    - goto: main
  main: [menu: {prompt: "Menu. Dalej, jeden.", inter_digit_s: 4, keys: {1: below}}]
  below: {parent: main, steps: [menu: {prompt: "Powrót, zero. Dalej, dwa.", keys: {0: above, 2: asked}}]}
  above: {parent: main, steps: [up]}
  asked: [rate: {min: 1, max: 5, prompt: "Ocena?", given_up: second}, goto: last]
  last: [extension: {length: 2, inter_digit_s: 4, error: second}]
"""

WIDE = Menu(
    "tree: wide\nlanguage: pl\nstart: first\ndefault_text: nasz klient\nbranches:\n"
    + _SAYS
    + _BRANCHES.replace("%(first)s", WAYS["first"])
    .replace("%(second)s", WAYS["second"])
    .replace("WHERE", f"{LOOPBACK}:{WEB_PLACE}"),
    elsewhere={"0912": "r0911", "1016": "r1014", "1017": "r1014", "8302": "r8301", "8303": "r8301"},
    config={
        "queues": {
            "crowd": {"members": ["1003"], "announce": {"position": "off", "eta": "off"}, "ring_s": 60},
            "small": {"members": ["1001", "1002"]},
        },
        "agents": {"1002": {"numbers": [number("1016")]}},
        "duties": {
            name: {"number": dialled, "week": {"mon-sun": {"main": "1002", "spare": "1003"}}, **more}
            for name, dialled, more in (
                ("rounds", "541", {"ring_s": 5}),
                ("short", "542", {"ring_s": 5, "limit_s": 3}),
            )
        },
        "shops": {
            "down": {
                "http": {
                    "url": f"http://{LOOPBACK}:{WEB_PLACE}/broken?phone={{phone}}",
                    "orders": "$[*]",
                    "fields": {"number": "$.no", "status": "$.state", "placed": "$.created"},
                }
            }
        },
        "connections": {
            **{
                name: {
                    "url": f"http://{LOOPBACK}:{WEB_PLACE}/{path}",
                    "answer": {"FAULT": "$.branch"},
                    "limit_s": LIMIT_SECONDS,
                }
                for name, path in (
                    ("letters", "letters"),
                    ("silent", "slow"),
                    ("empty", "empty"),
                    ("second", "eight"),
                )
            },
            "who": {
                "url": f"http://{LOOPBACK}:{WEB_PLACE}/keeper?phone={{{{CALL.SRC_NUMBER}}}}",
                "answer": {"KEEPER": {"path": "$.agent.login", "default": ""}},
            },
        },
        "customers": {
            "fields": {"pakiet": "text", "zgoda": "yes_no"},
            "keeper": {"connection": "who", "accounts": {"b.maj": "1002"}},
        },
    },
    customers=PEOPLE,
)

_PLACED = "2026-11-20T10:00:00+01:00"
WIDE_ANSWERS: Mapping[str, object] = {
    "/orders": [
        {"no": "4711", "state": "wysłane", "created": _PLACED, "phone": KNOWN},
        {"no": "4712", "state": "Opłacone", "created": _PLACED, "phone": PAID},
        {"no": "4713", "state": "zwrócone", "created": _PLACED, "phone": SENT_OFF},
    ],
    "/none": [],
    "/broken": 500,
    "/keeper": {"agent": {"login": "b.maj"}},
    "/letters": {"branch": "abc"},
    "/eight": {"branch": 8},
    "/empty": b"",
    "/slow": Slow(SLOW_SECONDS, {"branch": "7"}),
    "/torn": b'{"days": ',
    "/made": {"days": 3},
    "/parcel/4711": {"status": "jest już u kuriera"},
    "/sms": {"ok": True},
}
