"""What this element can do, as it tells others (RFC 3261 §20.5, §20.37)."""

from __future__ import annotations

from typing import Final

ALLOW: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER, PRACK, UPDATE, REFER, SUBSCRIBE, MESSAGE"
"""Methods this element answers with more than 405."""
SUPPORTED: Final = "100rel, replaces, timer"
"""Option tags of extensions we speak (RFC 3262, RFC 3891, RFC 4028)."""
