"""What waits to go out, or went out, and names a person.

A letter to or about an erased person is withdrawn: whoever wants to be forgotten is not written to any more,
and what was to be told to others is no longer theirs to know. Two things stay until they are delivered, after
which their text goes by itself: a webhook, without the person, since its receiver counts its numbers; and the
order to take an erased recording away at a drop, which must name the file there. A recording that the law
holds here goes to its drop, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from softswitch.crm.privacy_model import Person
from softswitch.outbox.messages import ERASURES, Dropped, Mail, Notice, Withdrawn
from softswitch.storage.database import Database
from softswitch.storage.personal_rows import Plan, Row, RowsOf, json_without
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.outbox import outbox

WEBHOOK: Final = "webhook:"
DROP: Final = "drop:"
"""How the names of channels begin that are not letters to people."""


class PostOf:
    """Deliveries that name a person. Implements :class:`softswitch.crm.privacy.PersonalData`.

    ``is_kept`` tells of the path of a recording whether its file is there; ``discard`` removes what was to go
    with a letter, by its path in the line's folder.
    """

    name = "messages to others"

    def __init__(
        self,
        database: Database,
        *,
        is_kept: Callable[[str], bool],
        discard: Callable[[str], None],
        tenant: str = DEFAULT_TENANT,
    ) -> None:
        self._is_kept = is_kept
        self._discard = discard
        plan = Plan(self.name, outbox, texts=("key", "body", "trouble", "reference"), left=self._left)
        self._rows = RowsOf(database, plan, tenant=tenant)

    async def export(self, person: Person) -> list[dict[str, object]]:
        """Return what is known of them; of what was delivered the text is gone."""
        return await self._rows.export(person)

    async def erase(self, person: Person) -> int:
        """Withdraw letters, take the person out of webhooks; return how many of both."""
        return await self._rows.erase(person)

    def _left(self, row: Row, person: Person) -> Mapping[str, Any] | None:
        if row["channel"].startswith(WEBHOOK):
            clean = {name: person.eraser.words_out(row[name]) for name in ("trouble", "reference")}
            return {"body": _notice_without(row["body"], person), **clean}
        if row["channel"] == ERASURES and not row["settled"]:
            # Just written, by the erasure of the person's recordings: their copies are to go as well.
            return {}
        if row["channel"].startswith(DROP) and not row["settled"] and self._still_due(row["body"]):
            return {}
        self._detach(row["body"])
        return None

    def _still_due(self, body: str) -> bool:
        try:
            due = msgspec.json.decode(body, type=Dropped | Withdrawn)
        except msgspec.DecodeError:
            return False
        return isinstance(due, Withdrawn) or self._is_kept(due.path)

    def _detach(self, body: str) -> None:
        try:
            mail = msgspec.json.decode(body, type=Mail)
        except msgspec.DecodeError:
            return  # No mail: nothing goes with it.
        for attachment in mail.attachments:
            self._discard(attachment.path)


def _notice_without(body: str, person: Person) -> str:
    try:
        notice = msgspec.json.decode(body, type=Notice)
    except msgspec.DecodeError:
        return json_without(body, person)
    payload = json_without(notice.payload, person)
    return msgspec.json.encode(msgspec.structs.replace(notice, payload=payload)).decode()
