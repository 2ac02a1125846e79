"""Pays for one purpose after another until it is killed: see test_paying_killed."""

from __future__ import annotations

import asyncio
import itertools
import sys

from softswitch.bus import EventLog
from softswitch.clock import SystemClock
from softswitch.money_room import Footing, PaymentRoom
from softswitch.payments.code import Code
from softswitch.payments.config import PaymentsConfig
from softswitch.payments.model import Order
from softswitch.storage.database import Database


def room_on(database: Database, url: str) -> PaymentRoom:
    """Return payments on a database, through the sandbox at ``url``."""
    clock = SystemClock()
    bank = {"kind": "blik", "url": url, "api_key": "sandbox"}
    config = PaymentsConfig.model_validate({"providers": {"bank": bank}})
    return PaymentRoom(config, Footing(database, clock, EventLog(clock), lambda: None))


def order(number: int) -> Order:
    """Return what is paid for."""
    return Order(
        1_000, "bank", "FV", purpose=f"FV/{number}", receipt="mail:office", receipt_to="jan@firm.example"
    )


async def pay(url: str, database: str, start: int) -> None:
    """Pay, and say each step when it is made."""
    payments = room_on(await Database.open(database), url).payments
    for number in itertools.count(start):
        payment = await payments.begin(order(number))
        sys.stdout.write("begun\n")
        payment = await payments.submit(payment.id, Code("770000"))
        sys.stdout.write("submitted\n")
        await payments.look(payment.id)
        sys.stdout.write("looked\n")
        payments.let_go(payment.id)
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(pay(sys.argv[1], sys.argv[2], int(sys.argv[3])))
