"""Joins voice menus with connections and the HTTP client."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError

from softswitch.integrations.connections import Connection, Connections, ask, read_connection
from softswitch.integrations.errors import IntegrationError
from softswitch.integrations.http_config import ConnectionConfig
from softswitch.integrations.http_errors import HttpError, StatusRefused
from softswitch.integrations.http_messages import Http
from softswitch.ivr.desks.wires import Question, Reply
from softswitch.ivr.expressions import Lookup

logger = logging.getLogger(__name__)

FAILED: Final = "failed"
"""What is a fault of ours and of no other system."""
IN_A_TREE: Final = "in a tree"
"""The name of connections that are written out in trees."""
MOST_KEPT_READ: Final = 256
"""Requests of trees that are kept ready: to read one takes a millisecond, and calls wait meanwhile."""


class TreeWires:
    """Implements :class:`~softswitch.ivr.desks.wires.Wires`."""

    def __init__(self, connections: Connections, http: Http) -> None:
        self._connections = connections
        self._http = http

    async def ask(self, question: Question, variables: Lookup) -> Reply:
        """See :class:`~softswitch.ivr.desks.wires.Wires`."""
        key = hashlib.sha256(question.key.encode()).hexdigest()[:32] if question.key else ""
        try:
            if question.own is None:
                answer = await self._connections.ask(
                    question.connection, variables, key=key, limit_s=question.limit_s
                )
            else:
                answer = await ask(self._http, read_own(question.own), variables, key=key)
        except HttpError as error:
            logger.warning("a menu has no answer of %s: %s", question.connection or IN_A_TREE, error)
            return Reply(error.code, error.status if isinstance(error, StatusRefused) else 0)
        except (IntegrationError, ValidationError) as error:
            logger.error("a menu cannot ask %s: %s", question.connection or IN_A_TREE, type(error).__name__)
            return Reply(FAILED)
        return Reply(status=answer.status, variables=answer.variables)


def read_own(own: Mapping[str, Any]) -> Connection:
    """Return a request of a tree made ready; raise ValidationError for one that cannot be asked."""
    return _read(json.dumps(own, default=str))


@lru_cache(maxsize=MOST_KEPT_READ)
def _read(text: str) -> Connection:
    return read_connection(IN_A_TREE, ConnectionConfig.model_validate_json(text))
