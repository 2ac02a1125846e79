"""Who looks after a customer, asked of another system by one of the line's connections.

The request holds ``{{CALL.SRC_NUMBER}}``, the customer's number as E.164; the answer's ``KEEPER`` is the
account, or what that system calls the agent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from softswitch.crm.config import CustomersConfig
from softswitch.integrations.connections import Connections
from softswitch.integrations.errors import IntegrationError
from softswitch.integrations.http_config import ConnectionConfig
from softswitch.ivr.expressions import Value

logger = logging.getLogger(__name__)

NUMBER: Final = "CALL.SRC_NUMBER"
KEEPER: Final = "KEEPER"
LONGEST_SHOWN: Final = 64


class KeepersElsewhere:
    """Asks the connection ``name``. Implements :class:`softswitch.crm.stores.Keepers`.

    ``accounts`` are the accounts by what the other system calls agents; ``limit_s`` is for one question.
    """

    def __init__(
        self,
        connections: Connections,
        name: str,
        accounts: Mapping[str, str],
        *,
        is_account: Callable[[str], bool],
        limit_s: float,
    ) -> None:
        self._connections = connections
        self._name = name
        self._accounts = accounts
        self._is_account = is_account
        self._limit_s = limit_s

    async def keeper(self, number: str) -> str:
        """Return the account of who looks after the customer of a number; "" where that is not to be had.

        The caller goes where those without a keeper go, and the log says why.
        """
        known = {NUMBER: Value(number)}
        try:
            answer = await self._connections.ask(
                self._name, lambda name: known.get(name, Value("")), limit_s=self._limit_s
            )
        except IntegrationError as error:
            logger.warning("who looks after a caller cannot be asked by %s: %s", self._name, error)
            return ""
        named = answer.variables[KEEPER].text.strip() if KEEPER in answer.variables else ""
        account = self._accounts.get(named, named)
        if account and not self._is_account(account):
            shown = "".join(sign for sign in account[:LONGEST_SHOWN] if sign.isprintable())
            logger.warning("%s names a keeper who has no account here: %s", self._name, shown)
            return ""
        return account


def keeper_faults(
    customers: CustomersConfig, connections: Mapping[str, ConnectionConfig], accounts: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with asking another system for keepers: dotted path, and a sentence."""
    asked, where = customers.keeper, "customers.keeper"
    if asked is None:
        return
    connection = connections.get(asked.connection)
    if connection is None:
        known = ", ".join(sorted(connections)) or "none"
        yield f"{where}.connection", f"there is no connection {asked.connection}, only {known}"
    elif KEEPER not in connection.answer:
        yield (
            f"{where}.connection",
            f"the answer of {asked.connection} gives no {KEEPER}: say where it stands",
        )
    for name, account in asked.accounts.items():
        if account not in accounts:
            yield f"{where}.accounts.{name}", f"there is no account {account}"
