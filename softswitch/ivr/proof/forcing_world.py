"""What brings about the ways out of steps that reach beyond the call: customers, boxes, programs, letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from softswitch.ivr.actions.asking import ByAnswer, Request
from softswitch.ivr.actions.choosing import SetLanguage
from softswitch.ivr.actions.customer_digits import FindByDigits
from softswitch.ivr.actions.customers import ByCustomer, FindCustomer
from softswitch.ivr.actions.orders import ByOrder, ReadOrder
from softswitch.ivr.actions.people import QUEUE, Duty, Extension, Keeper
from softswitch.ivr.actions.rating import Rate
from softswitch.ivr.actions.rooms import Application, Callback, LeaveMessage
from softswitch.ivr.actions.tickets import Ticket
from softswitch.ivr.actions.variables import ByValue
from softswitch.ivr.actions.writing import Mail, Sms
from softswitch.ivr.context import DialResult
from softswitch.ivr.desks.book import BRANCHING_FIELDS, LOOKUP_FIELDS
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import Action
from softswitch.ivr.proof.moves import Move
from softswitch.ivr.proof.script import PRESS, Doing
from softswitch.ivr.rehearsal import ANSWERED
from softswitch.ivr.variables import CUSTOM_FIELD
from softswitch.sameness import same_value, truth

MOBILE: Final = "+48600100200"
"""A number at which somebody can be known, and to which text messages can go."""

LANDLINE: Final = "+48221234567"

NEITHER: Final = "none of these"
"""A value that no step has a branch for."""

USUAL_LANGUAGES: Final = ("en", "pl", "uk", "de")
SHOP: Final = "shop"
AGENT: Final = "1002"

_TYPED: Final[Mapping[str, str]] = {"pesel": "44051401359", "nip": "5260250274", "regon": "123456785"}
"""What is typed where a number of this kind is asked for; for any other kind a short one will do."""

_OF_CALLS: Final[Mapping[str, str]] = {
    "CALL.SRC_NUMBER": "caller",
    "CALL.DST_NUMBER": "called",
    "CALL.ACCOUNT_LANGUAGE": "language",
    "CALL.LANGUAGE": "spoken",
    "CALL.ACCOUNT": "account",
}
"""By what part of a scene the variables of a call get their values."""
_OF_CUSTOMERS: Final[Mapping[str, str]] = {
    "CUSTOMER.GROUP": "group",
    "CUSTOMER.TYPE": "type",
    "CUSTOMER.LANGUAGE": "language",
    "CUSTOMER.EMAIL": "email",
}


def _known(**more: object) -> dict[str, Any]:
    customer = {"id": "17", "last_name": "Kowalski", "numbers": [MOBILE], "email": "jan@example.com", **more}
    return {"caller": MOBILE, "customers": [customer]}


def _find(step: FindCustomer) -> Iterator[Move]:
    yield Move(given=_known(vip=True))
    yield Move(given={"caller": MOBILE})
    yield Move(given={"caller": MOBILE, "customers_away": True})


def _by_customer(step: ByCustomer) -> Iterator[Move]:
    yield from (Move(given=_known(**_having(step.field, value))) for value in step.values)
    yield Move()


def _having(field: str, value: str) -> dict[str, Any]:
    """Return what a scene says of a customer whose ``field`` has this value."""
    if field not in BRANCHING_FIELDS:
        return {"own": {field: value}}
    if field == "vip":
        return {field: truth(value) is True}
    if field == "kind":
        return {"company_name": "Kowal", "last_name": ""} if same_value("company", value) else {}
    return {field: value}


def _message(step: LeaveMessage) -> Iterator[Move]:
    yield from (Move(given={"boxes": {step.box: {"end": end.value}}}) for end in MessageEnd)


def _callback(step: Callback) -> Iterator[Move]:
    yield from (Move(given={"desks": {step.desk: {"end": end.value}}}) for end in CallbackEnd)


def _application(step: Application) -> Iterator[Move]:
    yield from (Move(given={"programs": {step.number: {"end": end.value}}}) for end in ProgramEnd)


def _rate(rate: Rate) -> Iterator[Move]:
    yield Move((Doing(PRESS, str(rate.min)),))
    yield Move((Doing(PRESS, "0"),))
    yield Move()


def _duty(step: Duty) -> Iterator[Move]:
    yield from (Move((Doing("dial", said),)) for said in (ANSWERED, "no_answer"))


def _extension(step: Extension) -> Iterator[Move]:
    # It rings after the last digit: whatever is typed behind it is for who comes next.
    dialled = Doing(PRESS, AGENT[: step.length].ljust(step.length, "1"))
    results = (result.value for result in DialResult if result is not DialResult.ENDED_BY_CALLEE)
    yield from (Move((dialled, Doing("dial", said))) for said in (ANSWERED, *results))
    yield Move((dialled,), {"extensions": []})
    yield Move()


def _letter(step: Sms | Mail) -> Iterator[Move]:
    yield Move(given=_known())
    yield Move(given={"caller": MOBILE})
    yield Move(given={"caller": LANDLINE})
    yield Move(given={**_known(), "post": {"works": False}})


def _ordered(step: ReadOrder | ByOrder, status: str) -> dict[str, Any]:
    shop = next(iter(step.shops), SHOP)
    return _known(orders=[{"shop": shop, "number": "4711", "status": status}])


def _read_order(step: ReadOrder) -> Iterator[Move]:
    yield Move(given=_ordered(step, NEITHER))
    yield from _without_order(step)


def _by_order(step: ByOrder) -> Iterator[Move]:
    yield from (Move(given=_ordered(step, status)) for status in (*step.statuses, NEITHER))
    yield from _without_order(step)


def _without_order(step: ReadOrder | ByOrder) -> Iterator[Move]:
    yield Move(given=_known())
    yield Move(given={**_known(), "silent_shops": [*step.shops] or [SHOP]})


def _find_by_digits(step: FindByDigits) -> Iterator[Move]:
    digits = _TYPED.get(step.field, "4711")
    typed = Doing(PRESS, f"{digits}#")
    value = step.prefix + digits
    known = {step.field: value} if step.field in LOOKUP_FIELDS else {"own": {step.field: value}}
    yield Move((typed,), {"customers": [known]})
    yield Move((typed,), {"customers_away": True})
    if step.create:
        yield Move((typed,), {"customers": []})
    yield Move()


def _asked_at(step: Request | ByAnswer) -> str:
    return step.connection or step.url


def _request(step: Request) -> Iterator[Move]:
    answers = dict.fromkeys(step.variables_set(), "1")
    yield Move(given={"replies": {_asked_at(step): {"answers": answers}}})
    yield Move(given={"replies": {_asked_at(step): {"fault": "timed_out"}}})


def _by_answer(step: ByAnswer) -> Iterator[Move]:
    others = dict.fromkeys(step.variables_set(), "1")
    for value in step.branches:
        answers = {**others, step.decisive: value}
        yield Move(given={"replies": {_asked_at(step): {"answers": answers}}})
    yield Move(given={"replies": {_asked_at(step): {"fault": "timed_out"}}})


def _by_value(step: ByValue) -> Iterator[Move]:
    """Give the variable that is compared each value, where the world outside the tree has it."""
    name = next(iter(names_in(step.value)), "")
    for value in (*step.branches, NEITHER):
        if name in _OF_CALLS:
            yield Move(given={_OF_CALLS[name]: value})
        elif name in _OF_CUSTOMERS:
            yield Move(given=_known(**{_OF_CUSTOMERS[name]: value}))
        elif name.startswith(CUSTOM_FIELD):
            yield Move(given=_known(own={name.removeprefix(CUSTOM_FIELD).lower(): value}))
        elif name == "ORDER.STATUS":
            yield Move(given=_known(orders=[{"shop": SHOP, "number": "4711", "status": value}]))
    yield Move()


def _language(step: SetLanguage) -> Iterator[Move]:
    """Have chosen before; which languages the tree speaks the step alone does not tell."""
    if step.chosen is not None:
        yield from (Move(given={"remembered": {"language": code}}) for code in USUAL_LANGUAGES)
    yield Move()


def _keeper(step: Keeper) -> Iterator[Move]:
    found = {"keeper": {step.strategy: AGENT}}
    # With a branch after the talk, only another end of the wait is the exit of the queue.
    waits = (Doing("queue", "full"),)
    yield Move((Doing("dial", ANSWERED),), {"staff": found})
    yield Move(waits if QUEUE in step.exits() else (), {"staff": {**found, "busy": [AGENT]}})
    if step.second_queue is not None:
        yield Move(waits, {"queues": {step.second_queue: {"free": 1}}})


def _ticket(step: Ticket) -> Iterator[Move]:
    yield from (Move(given={"post": {"tickets": works}}) for works in (True, False))


MOVES: Final[Mapping[type[Action], Callable[[Any], Iterable[Move]]]] = {
    FindCustomer: _find,
    ByCustomer: _by_customer,
    LeaveMessage: _message,
    Callback: _callback,
    Application: _application,
    Rate: _rate,
    Duty: _duty,
    Extension: _extension,
    Sms: _letter,
    Mail: _letter,
    ReadOrder: _read_order,
    ByOrder: _by_order,
    FindByDigits: _find_by_digits,
    Request: _request,
    ByAnswer: _by_answer,
    ByValue: _by_value,
    Keeper: _keeper,
    SetLanguage: _language,
    Ticket: _ticket,
}
