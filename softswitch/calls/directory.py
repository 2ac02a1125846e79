"""Which leg a transaction or a dialog belongs to."""

from __future__ import annotations

from typing import Protocol

from softswitch.sip.message import Request
from softswitch.sip.signals import (
    Acknowledged,
    Cancelled,
    DialogId,
    Failed,
    Incoming,
    Reply,
    TransactionKey,
    Unacknowledged,
)


class Addressee(Protocol):
    """What a leg is to the one who sorts the stack's events."""

    def requested(self, incoming: Incoming) -> None:
        """Take a request inside the dialog."""
        ...

    def acknowledged(self, request: Request) -> None:
        """Take the ACK of a 2xx."""
        ...

    def unacknowledged(self) -> None:
        """Take that the ACK never came."""
        ...

    def replied(self, reply: Reply) -> None:
        """Take a response."""
        ...

    def failed(self, failed: Failed) -> None:
        """Take that a request found no answer."""
        ...

    def cancelled(self) -> None:
        """Take a CANCEL."""
        ...


class Directory:
    """Legs by transaction and by dialog."""

    def __init__(self) -> None:
        self._by_transaction: dict[TransactionKey, Addressee] = {}
        self._by_dialog: dict[DialogId, Addressee] = {}
        self._names: dict[Addressee, tuple[list[TransactionKey], list[DialogId]]] = {}

    def expect(self, key: TransactionKey, leg: Addressee) -> None:
        """Note whose transaction this is."""
        self._by_transaction[key] = leg
        self._names.setdefault(leg, ([], []))[0].append(key)

    def know(self, dialog: DialogId, leg: Addressee) -> None:
        """Note whose dialog this is."""
        if self._by_dialog.get(dialog) is leg:
            return
        self._by_dialog[dialog] = leg
        self._names.setdefault(leg, ([], []))[1].append(dialog)

    def of_transaction(self, key: TransactionKey) -> Addressee | None:
        """Return the leg of a transaction, None when it is over."""
        return self._by_transaction.get(key)

    def of_dialog(self, dialog: DialogId) -> Addressee | None:
        """Return the leg of a dialog, None when it is over."""
        return self._by_dialog.get(dialog)

    def forget(self, leg: Addressee) -> None:
        """Drop a leg that is over."""
        keys, dialogs = self._names.pop(leg, ([], []))
        for key in keys:
            self._by_transaction.pop(key, None)
        for dialog in dialogs:
            self._by_dialog.pop(dialog, None)

    def deliver(self, output: Reply | Failed | Acknowledged | Unacknowledged | Cancelled) -> bool:
        """Hand an event of the stack to the leg it belongs to; tell whether there is one."""
        match output:
            case Acknowledged() | Unacknowledged():
                leg = self._by_dialog.get(output.dialog)
            case _:
                leg = self._by_transaction.get(output.transaction)
        if leg is None:
            return False
        match output:
            case Reply():
                leg.replied(output)
            case Failed():
                leg.failed(output)
            case Acknowledged():
                leg.acknowledged(output.request)
            case Unacknowledged():
                leg.unacknowledged()
            case Cancelled():
                leg.cancelled()
        return True

    def __len__(self) -> int:
        return len(self._names)
