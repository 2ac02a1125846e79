"""Orders on disk: what shops, programs or people have written here, found by number, e-mail or customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from softswitch.crm.errors import CrmError
from softswitch.crm.order_model import Buyer, Order
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.tickets import orders


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, newest first, and where the next page begins; ``after`` is "" on the last one."""

    orders: tuple[Order, ...]
    after: str = ""


class OrderStore:
    """Keeps orders of several shops; an order is known by its shop and its number there."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def save(self, written_down: Sequence[Order]) -> None:
        """Write orders down; one that is known is changed to what it is now."""
        if not written_down:
            return
        rows = [self._row(order) for order in written_down]
        async with self._database.writing() as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            statement = insert(orders)
            fresh = {
                name: statement.excluded[name] for name in rows[0] if name not in ("tenant", "shop", "number")
            }
            keys = [orders.c.tenant, orders.c.shop, orders.c.number]
            await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows)

    async def last(self, buyer: Buyer, *, shop: str = "") -> Order | None:
        """Return the newest order of a customer, of one shop or of all; None for none."""
        found = await self.orders(buyer, shop=shop, limit=1)
        return found[0] if found else None

    async def orders(self, buyer: Buyer, *, shop: str = "", limit: int = 20) -> tuple[Order, ...]:
        """Return the orders of a customer, the newest first."""
        whose = _whose(buyer)
        if not whose:
            return ()
        query: Select[Any] = select(orders).where(orders.c.tenant == self._tenant, or_(*whose))
        if shop:
            query = query.where(orders.c.shop == shop)
        async with self._database.reading() as connection:
            rows = await connection.execute(
                query.order_by(orders.c.placed.desc(), orders.c.number.desc()).limit(limit)
            )
            return tuple(_order(dict(row)) for row in rows.mappings())

    async def find(self, shop: str, number: str) -> Order | None:
        """Return an order by its number in a shop."""
        query = select(orders).where(
            orders.c.tenant == self._tenant, orders.c.shop == shop, orders.c.number == number
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _order(dict(row))

    async def latest(
        self, buyer: Buyer | None = None, *, shop: str = "", after: str = "", limit: int = 20
    ) -> OrderPage:
        """Return a page of orders, the newest first: of a customer, with None of everybody.

        ``after`` is what the page before told; raises CrmError for what no page has told.
        """
        query: Select[Any] = select(orders).where(orders.c.tenant == self._tenant)
        if buyer is not None:
            if not (whose := _whose(buyer)):
                return OrderPage(())
            query = query.where(or_(*whose))
        if shop:
            query = query.where(orders.c.shop == shop)
        place = (orders.c.placed, orders.c.shop, orders.c.number)
        if after:
            query = query.where(tuple_(*place) < tuple_(*_place(after)))
        ordered = query.order_by(*(column.desc() for column in place)).limit(limit + 1)
        async with self._database.reading() as connection:
            found = [_order(dict(row)) for row in (await connection.execute(ordered)).mappings()]
        last = found[limit - 1] if len(found) > limit else None
        told = "" if last is None else _told((written(last.placed), last.shop, last.number))
        return OrderPage(tuple(found[:limit]), told)

    async def remove(self, shop: str, number: str) -> bool:
        """Take an order out; tell whether it was there."""
        mine = (orders.c.tenant == self._tenant, orders.c.shop == shop, orders.c.number == number)
        async with self._database.writing() as connection:
            return bool((await connection.execute(orders.delete().where(*mine))).rowcount)

    async def erase(self, buyer: Buyer) -> int:
        """Take out all orders of a customer; return how many there were."""
        whose = _whose(buyer)
        if not whose:
            return 0
        async with self._database.writing() as connection:
            mine = orders.delete().where(orders.c.tenant == self._tenant, or_(*whose))
            return int((await connection.execute(mine)).rowcount)

    def _row(self, order: Order) -> dict[str, Any]:
        return {
            "tenant": self._tenant,
            "shop": order.shop,
            "number": order.number,
            "status": order.status,
            "placed": written(order.placed),
            "total": order.total,
            "currency": order.currency,
            "phone": order.phone,
            "email": order.email.lower(),
            "customer": order.customer,
            "tracking": order.tracking,
        }


def _told(place: tuple[str, str, str]) -> str:
    return msgspec.json.encode(place).decode()


def _place(after: str) -> tuple[str, str, str]:
    try:
        return msgspec.json.decode(after, type=tuple[str, str, str])
    except msgspec.DecodeError as error:
        raise CrmError("there is no such page: begin with the first one") from error


def _whose(buyer: Buyer) -> list[ColumnElement[bool]]:
    """Return what makes an order a customer's; nothing for who is known by nothing."""
    whose: list[ColumnElement[bool]] = [orders.c.phone.in_(list(buyer.numbers))] if buyer.numbers else []
    whose += [orders.c.email.in_([email.lower() for email in buyer.emails])] if buyer.emails else []
    whose += [orders.c.customer == buyer.customer] if buyer.customer else []
    return whose


def _order(row: Mapping[str, Any]) -> Order:
    return Order(
        shop=row["shop"],
        number=row["number"],
        status=row["status"],
        placed=read(row["placed"]),
        total=row["total"],
        currency=row["currency"],
        phone=row["phone"],
        email=row["email"],
        customer=row["customer"],
        tracking=row["tracking"],
    )
