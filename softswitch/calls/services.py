"""What serves accounts beside calls, as the switchboard sees it: subscriptions, messages, keep-alives."""

from __future__ import annotations

from typing import Protocol

from softswitch.registrar.accounts import Account
from softswitch.sip.message import Request
from softswitch.sip.signals import Incoming, UserOutput


class Service(Protocol):
    """One of them. It sends and answers by the signaller that it was built with."""

    @property
    def methods(self) -> frozenset[str]:
        """The methods whose requests outside of dialogs are its business."""
        ...

    @property
    def abilities(self) -> tuple[tuple[str, str], ...]:
        """What it adds to the answer to OPTIONS (RFC 3261 §11.2)."""
        ...

    def check(self, request: Request) -> None:
        """Refuse what no account could make good, before it is asked who it is.

        Raises RemoteProtocolError with the answer.
        """
        ...

    def serve(self, incoming: Incoming, account: Account) -> None:
        """Answer a request of an account that has proved itself; raise RemoteProtocolError to refuse it."""
        ...

    def take(self, output: UserOutput) -> bool:
        """Take what belongs to its dialogs and to the requests it sent; tell whether this does."""
        ...
