"""A customer as a row of the database, and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row

from softswitch.crm.customer_model import Customer, Kind, OwnValue, search_key
from softswitch.storage.moments import read_or_never, written_or_never


def row_of(one: Customer, tenant: str) -> dict[str, object]:
    """Return the columns of a customer."""
    return {
        "tenant": tenant,
        "id": one.id,
        "kind": one.kind.value,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "company_name": one.company_name,
        "search_key": search_key(one),
        "company": one.company,
        "numbers": msgspec.json.encode(one.numbers).decode(),
        "emails": msgspec.json.encode(one.emails).decode(),
        "customer_number": one.customer_number,
        "pesel": one.pesel,
        "nip": one.nip,
        "regon": one.regon,
        "customer_group": one.group,
        "type": one.type,
        "vip": one.vip,
        "keeper": one.keeper,
        "language": one.language,
        "born": "" if one.born is None else one.born.isoformat(),
        "notes": one.notes,
        "own": msgspec.json.encode(one.own).decode(),
        "version": one.version,
        "created": written_or_never(one.created),
        "changed": written_or_never(one.changed),
    }


def customer_of(row: Row[Any]) -> Customer:
    """Return the customer of a row of all columns."""
    return Customer(
        id=row.id,
        kind=Kind(row.kind),
        first_name=row.first_name,
        last_name=row.last_name,
        company_name=row.company_name,
        company=row.company,
        numbers=msgspec.json.decode(row.numbers, type=tuple[str, ...]),
        emails=msgspec.json.decode(row.emails, type=tuple[str, ...]),
        customer_number=row.customer_number,
        pesel=row.pesel,
        nip=row.nip,
        regon=row.regon,
        group=row.customer_group,
        type=row.type,
        vip=row.vip,
        keeper=row.keeper,
        language=row.language,
        born=date.fromisoformat(row.born) if row.born else None,
        notes=row.notes,
        own=msgspec.json.decode(row.own, type=dict[str, OwnValue]),
        version=row.version,
        created=read_or_never(row.created),
        changed=read_or_never(row.changed),
    )
