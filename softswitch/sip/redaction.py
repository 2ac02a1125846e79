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
_CREDENTIALS = re.compile(rb"(auth(?:orization|entication-info)[ \t]*:)([^\n]*(?:\n[ \t][^\n]*)*)")
_IN_URI = re.compile(rb"([?&](?:proxy-)?auth(?:orization|entication-info)=)[^&>\s]*", re.IGNORECASE)
# Nothing here may try the same octets twice: strangers choose them, and all threads wait for a pattern. So a
# match begins only where a run does, and what it has taken it keeps.
_PARAM = re.compile(rb'(?<![^\s=,"])([^\s=,"]++)\s*+=\s*+("(?:[^"\\]|\\.)*+"?|[^\s,]*+)', re.DOTALL)
# Two colons at least, as in "sip:user:password@": the scheme's and the password's.
_BEFORE_AT = re.compile(rb'(?<![^\s@<>"])([^\s@<>":]*+:[^\s@<>":]*+:[^\s@<>"]*+)@')
# What ends soon, and not with "@", is an address with its port, as most requests have one.
_MAYBE_PASSWORD = re.compile(rb'sips?:[^\s@:<>"]*+:(?![^\s@<>"]{0,64}+[\s<>"])')
_SCHEME = re.compile(rb"sips?:|://", re.IGNORECASE)
_KEYS = re.compile(
    # RFC 4568 §9.2, RFC 4567 §3.1, RFC 8866 §5.12, RFC 8839 §5.4.
    rb"((?:inline:|key-mgmt:\w+[ \t]+|ice-pwd:|\nk=))([^\s|;]+)",
    re.IGNORECASE,
)
_BODY = re.compile(rb"\r?\n\r?\n")
# These, and the one for credentials, look at a message in small letters: to ignore case would cost ten times
# as much, and they are tried on every message.
_PRIVATE_REQUEST = re.compile(rb"\s*(?:(?:info|message)\s|notify\s(?s:.*)kpml)")
_PRIVATE_RESPONSE = re.compile(rb"\ncseq[ \t]*:[ \t]*[0-9]+[ \t]+(?:info|message)\s")
_PACKED = re.compile(rb"\ne[ \t]*:")
_WRITTEN = re.compile(rb"[^\r\n]")


def redacted(data: bytes) -> bytes:
    """Return a message without its secrets; the very same octets when it has none."""
    small = data.lower()
    if b"auth" in small and (b"authorization" in small or b"authentication-info" in small):
        data = _without_proofs(data, small)
        if b"authorization=" in small or b"authentication-info=" in small:
            data = _IN_URI.sub(rb"\1" + HIDDEN, data)
    if _MAYBE_PASSWORD.search(small) or b"://" in small:
        data = _BEFORE_AT.sub(_without_password, data)
    end = small.find(b"\r\n\r\n")
    if b"\n\n" in small:
        end = 0  # With line ends of another kind its body may begin earlier: all of it is looked at.
    elif end == len(small) - 4:
        return data  # It has no body, as most have none.
    tail = small[max(end, 0) :]
    if b"inline:" in tail or b"key-mgmt" in tail or b"ice-pwd" in tail or b"\nk=" in tail:
        data = _KEYS.sub(lambda found: found[1] + b"*" * len(found[2]), data)
    if _is_private(small) and (blank := _BODY.search(data)):
        data = data[: blank.end()] + _WRITTEN.sub(b"*", data[blank.end() :])
    return data


def _without_password(found: re.Match[bytes]) -> bytes:
    """Return what stands before an ``@``, as in ``sip:user:password@``, without the password."""
    text: bytes = found[1]
    scheme = _SCHEME.search(text)
    colon = text.find(b":", scheme.end()) if scheme is not None else -1
    return found[0] if colon < 0 or colon == len(text) - 1 else text[: colon + 1] + HIDDEN + b"@"


def _is_private(small: bytes) -> bool:
    """Tell whether a body is nobody's business: keys of INFO and RFC 4730, texts, and what is packed."""
    if b"content-encoding" in small or _PACKED.search(small):
        return True
    if small.startswith(b"sip/"):
        return _PRIVATE_RESPONSE.search(small) is not None
    return _PRIVATE_REQUEST.match(small) is not None


def _without_proofs(data: bytes, small: bytes) -> bytes:
    """Return a message whose credentials prove nothing; what cannot be read of them is left out."""
    parts, end = [], 0
    for found in _CREDENTIALS.finditer(small):
        begin, value = found.end(1), data[found.start(2) : found.end(2)]
        parts += [data[end:begin], _without_proof(value)]
        end = found.end(2)
    return b"".join([*parts, data[end:]])


def _without_proof(value: bytes) -> bytes:
    """Return the value of one field, with the space before it."""
    end, name = b"\r" if value.endswith(b"\r") else b"", b""
    scheme = value.split(None, 1)[:1]
    if scheme and b"=" not in scheme[0]:
        if scheme[0].lower() != b"digest":
            return b" " + HIDDEN + end
        name = b" Digest"
    params = [_shown(param, text) for param, text in _PARAM.findall(value)]
    return name + b" " + b", ".join(params) + end


def _shown(name: bytes, value: bytes) -> bytes:
    if name not in SHOWN and name.lower() not in SHOWN:
        return name + b'="' + HIDDEN + b'"'
    # A quotation that ends nowhere, or at another's beginning, may have swallowed what follows it.
    open_ended = value.startswith(b'"') and (len(value) < 2 or not value.endswith(b'"'))
    small = value.lower()
    swallowed = open_ended or b"response" in small or b"cnonce" in small
    return name + b"=" + (HIDDEN if swallowed else value)
