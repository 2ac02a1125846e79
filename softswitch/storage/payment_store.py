"""Payments on disk: the ledger, each change with what follows from it in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.outbox.model import Delivery
from softswitch.payments.errors import AlreadyOpen, NoSuchPayment, Overtaken
from softswitch.payments.model import HOLDING, Doing, Method, Order, Payment, State
from softswitch.storage.database import Database
from softswitch.storage.moments import read, read_or_never, written, written_or_never
from softswitch.storage.outbox_store import put
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.payments import payments

LARGEST_ANSWER: Final = 1000


class PaymentStore:
    """Implements :class:`softswitch.payments.ledger.Ledger`."""

    def __init__(self, database: Database, clock: Clock, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant

    async def add(self, payment: Payment) -> None:
        """Write a new one down; raises AlreadyOpen when its purpose is held by another."""
        try:
            async with self._database.writing() as connection:
                await connection.execute(
                    payments.insert().values(tenant=self._tenant, id=payment.id, **_values(payment))
                )
        except IntegrityError as error:
            raise await self._held_by_another(payment) from error

    async def save(self, payment: Payment, deliver: Sequence[Delivery] = ()) -> Payment:
        """Write a change down, and what follows from it to the outbox; raises Overtaken and NoSuchPayment."""
        kept = replace(payment, version=payment.version + 1)
        try:
            await self._change(payment.version, kept, deliver, held=_held(kept))
        except IntegrityError:
            # Another one has come to hold the purpose, while this one was thought to be over. What is true of
            # the money is written down all the same; who learned of it tells that somebody must look.
            await self._change(payment.version, kept, deliver, held=None)
        return kept

    async def _change(
        self, version: int, kept: Payment, deliver: Sequence[Delivery], *, held: str | None
    ) -> None:
        statement = (
            payments.update()
            .where(self._own, payments.c.id == kept.id, payments.c.version == version)
            .values(**{**_values(kept), "held": held})
        )
        async with self._database.writing() as connection:
            if (await connection.execute(statement)).rowcount != 1:
                await self._row(connection, kept.id)
                raise Overtaken(f"payment {kept.id} was changed by somebody else meanwhile")
            await put(connection, deliver, self._clock, tenant=self._tenant)

    async def find(self, payment: str) -> Payment:
        """Return the payment of an id; raises NoSuchPayment."""
        async with self._database.reading() as connection:
            return _payment(await self._row(connection, payment))

    async def by_reference(self, provider: str, reference: str) -> Payment | None:
        """Return the payment that a provider calls so."""
        query = self._rows().where(payments.c.provider == provider, payments.c.reference == reference)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _payment(row)

    async def due(self, now: datetime, *, node: str = "", limit: int = 100) -> list[Payment]:
        """Return those to be looked at by now, and all open ones of ``node``; the longest due first."""
        wanted = payments.c.due <= written(now)
        if node:
            wanted |= payments.c.node == node
        query = self._rows().where(payments.c.due != "", wanted).order_by(payments.c.due).limit(limit)
        async with self._database.reading() as connection:
            return [_payment(row) for row in (await connection.execute(query)).all()]

    async def latest(self, *, limit: int = 100, open_only: bool = False) -> list[Payment]:
        """Return the newest ones, newest first."""
        query = self._rows().order_by(payments.c.id.desc()).limit(min(limit, LARGEST_ANSWER))
        if open_only:
            query = query.where(payments.c.due != "")
        async with self._database.reading() as connection:
            return [_payment(row) for row in (await connection.execute(query)).all()]

    async def _held_by_another(self, payment: Payment) -> Exception:
        query = select(payments.c.id).where(self._own, payments.c.held == payment.order.purpose)
        async with self._database.reading() as connection:
            other = (await connection.execute(query)).scalar_one_or_none()
        return AlreadyOpen(payment.order.purpose, other or "")

    async def _row(self, connection: AsyncConnection, payment: str) -> Row[tuple[object, ...]]:
        row = (await connection.execute(self._rows().where(payments.c.id == payment))).one_or_none()
        if row is None:
            raise NoSuchPayment(f"there is no payment {payment}")
        return row

    @property
    def _own(self) -> ColumnElement[bool]:
        return payments.c.tenant == self._tenant

    def _rows(self) -> Select[tuple[object, ...]]:
        return select(*(column for column in payments.c if column.name != "tenant")).where(self._own)


def _held(payment: Payment) -> str | None:
    return payment.order.purpose or None if payment.state in HOLDING else None


def _values(payment: Payment) -> dict[str, object]:
    order = payment.order
    return {
        "held": _held(payment),
        "state": payment.state,
        "doing": payment.doing,
        "method": payment.method,
        "provider": order.provider,
        "reference": payment.reference,
        "amount": order.amount,
        "purpose": order.purpose,
        "description": order.description,
        "call": order.call,
        "customer": order.customer,
        "language": order.language,
        "receipt": order.receipt,
        "receipt_to": order.receipt_to,
        "sms": order.sms,
        "sms_to": order.sms_to,
        "tries": payment.tries,
        "reason": payment.reason,
        "url": payment.url,
        "node": payment.node,
        "created": written(payment.created),
        "changed": written(payment.changed),
        "until": written_or_never(payment.until),
        "due": "" if payment.settled else written(payment.due),
        "version": payment.version,
    }


def _payment(row: Row[tuple[object, ...]]) -> Payment:
    return Payment(
        id=row.id,
        order=Order(
            amount=row.amount,
            provider=row.provider,
            description=row.description,
            purpose=row.purpose,
            call=row.call,
            customer=row.customer,
            language=row.language,
            receipt=row.receipt,
            receipt_to=row.receipt_to,
            sms=row.sms,
            sms_to=row.sms_to,
        ),
        method=Method(row.method),
        created=read(row.created),
        changed=read(row.changed),
        due=read(row.due or row.changed),
        state=State(row.state),
        doing=Doing(row.doing),
        tries=row.tries,
        until=read_or_never(row.until),
        reference=row.reference,
        reason=row.reason,
        url=row.url,
        node=row.node,
        version=row.version,
    )
