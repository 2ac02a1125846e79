"""The key of all phones of a benchmark that speaks SRTP."""

from __future__ import annotations

import base64
from typing import Final

SUITE: Final = "AES_CM_128_HMAC_SHA1_80"
"""What every phone has."""
PHONES_KEY: Final = bytes(range(30))
"""Master key and salt all phones send with. They say the same in the same packets, too, so that encrypting
costs the generator one packet for all of them and not the time it needs for the phones."""
CRYPTO: Final = f"1 {SUITE} inline:{base64.b64encode(PHONES_KEY).decode('ascii')}"
"""How a phone says so in its offer (RFC 4568)."""
