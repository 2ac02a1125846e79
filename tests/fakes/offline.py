"""No network: whoever asks another system reaches nobody."""

from __future__ import annotations

from softswitch.integrations.http_errors import Unreachable
from softswitch.integrations.http_messages import Request, Response


class Offline:
    """Implements :class:`softswitch.integrations.http.Http`."""

    async def ask(self, request: Request) -> Response:
        """See Http."""
        raise Unreachable("", "there is no network here")
