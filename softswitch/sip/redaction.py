"""What must not be kept of a message: proofs of passwords, keys of sound, typed digits, private texts.

Works on the octets as they came, whether or not they can be read as SIP: what was broken on its way may hold
a secret too. Bodies keep their length, so that a Content-Length stays true.
"""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = b"***"

SHOWN: Final = frozenset(b"username realm nonce uri algorithm qop opaque userhash stale nextnonce".split())
"""Parameters of credentials that stay. Without ``response`` and ``cnonce`` they help nobody to try passwords
(RFC 7616 §3.4.1), and they show whose credentials they were and whether a nonce was old."""

# A value ends where its line does; a line that begins with a space goes on with it (RFC 3261 §7.3.1).
_CREDENTIALS = re.compile(
    rb"(auth(?:orization|entication-info)[ \t]*:)([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE
)
_IN_URI = re.compile(rb"([?&](?:proxy-)?auth(?:orization|entication-info)=)[^&>\s]*", re.IGNORECASE)
_PARAM = re.compile(rb'([^\s=,"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^\s,]*)', re.DOTALL)
_PASSWORD = re.compile(rb'((?:sips?:|://)[^\s@:<>"]*:)[^\s@<>"]+(?=@)', re.IGNORECASE)
_KEYS = re.compile(
    # RFC 4568 §9.2, RFC 4567 §3.1, RFC 8866 §5.12, RFC 8839 §5.4.
    rb"((?:inline:|key-mgmt:\w+[ \t]+|ice-pwd:|\nk=))([^\s|;]+)",
    re.IGNORECASE,
)
_BODY = re.compile(rb"\r?\n\r?\n")
_PRIVATE = re.compile(
    # Requests and responses of INFO (keys) and MESSAGE (texts), the keys of RFC 4730, and what is packed.
    rb"\A\s*(?:info|message)\s|\ncseq[ \t]*:[ \t]*[0-9]+[ \t]+(?:info|message)\s|kpml"
    rb"|\n(?:content-encoding|e)[ \t]*:",
    re.IGNORECASE,
)
_WRITTEN = re.compile(rb"[^\r\n]")


def redacted(data: bytes) -> bytes:
    """Return a message without its secrets; the very same octets when it has none."""
    small = data.lower()
    if b"auth" in small:
        data = _CREDENTIALS.sub(_without_proof, data)
        data = _IN_URI.sub(rb"\1" + HIDDEN, data)
    if b"inline:" in small or b"key-mgmt" in small or b"ice-pwd" in small or b"\nk=" in small:
        data = _KEYS.sub(lambda found: found[1] + b"*" * len(found[2]), data)
    if b"@" in small:
        data = _PASSWORD.sub(rb"\1" + HIDDEN, data)
    # A search for words that are seldom there costs less than the expression.
    if (
        b"info" in small or b"message" in small or b"kpml" in small or b"encoding" in small or b"\ne" in small
    ) and (_PRIVATE.search(data) and (end := _BODY.search(data))):
        data = data[: end.end()] + _WRITTEN.sub(b"*", data[end.end() :])
    return data


def _without_proof(found: re.Match[bytes]) -> bytes:
    """Return a field with its credentials; what cannot be read of them is left out."""
    name, value = found[1], found[2]
    end = b"\r" if value.endswith(b"\r") else b""
    scheme = value.split(None, 1)[:1]
    if scheme and b"=" not in scheme[0]:
        if scheme[0].lower() != b"digest":
            return name + b" " + HIDDEN + end
        name += b" Digest"
    params = [_shown(param[1], param[2]) for param in _PARAM.finditer(value)]
    return name + b" " + b", ".join(params) + end


def _shown(name: bytes, value: bytes) -> bytes:
    if name.lower() not in SHOWN:
        return name + b'="' + HIDDEN + b'"'
    # A quotation that ends nowhere, or at another's beginning, may have swallowed what follows it.
    open_ended = value.startswith(b'"') and (len(value) < 2 or not value.endswith(b'"'))
    swallowed = open_ended or any(word in value.lower() for word in (b"response", b"cnonce"))
    return name + b"=" + (HIDDEN if swallowed else value)
