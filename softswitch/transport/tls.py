"""TLS as a layer of a stream (RFC 3261 §26.3), and whom we believe when we open one ourselves."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

from softswitch.transport.layers import Over, Passed

HANDSHAKE_RECORD: Final = 0x16
"""The first octet of whoever speaks TLS: the content type of a handshake (RFC 8446 §5.1)."""
RECORD: Final = 16_384
"""The most that one TLS record holds (RFC 8446 §5.1)."""

PLAIN: Final = "does not speak TLS there: let it use TLS, or the port for UDP and TCP"

WORDS: Final = {
    # What OpenSSL calls it: what an operator can do something about.
    "TLSV1_ALERT_UNKNOWN_CA": "does not trust our certificate: give it the authority's, or ours itself",
    "SSLV3_ALERT_BAD_CERTIFICATE": "finds our certificate bad: are its names those the phone was told?",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "does not accept our certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "says that our certificate has expired",
    "UNSUPPORTED_PROTOCOL": "speaks only a TLS before 1.2, which is not safe any more",
    "TLSV1_ALERT_PROTOCOL_VERSION": "speaks no version of TLS that we do (1.2 and later)",
    "NO_SHARED_CIPHER": "has no cipher in common with us",
    "CERTIFICATE_VERIFY_FAILED": "has a certificate that we do not trust",
}


class TlsLayer:
    """One side of a TLS connection. ``name`` is what the server's certificate must be for."""

    def __init__(self, context: ssl.SSLContext, *, server: bool, name: str | None = None) -> None:
        self._read = ssl.MemoryBIO()
        self._written = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._read, self._written, server_side=server, server_hostname=name)
        self._server = server
        self._seen = False
        self.ready = False

    @property
    def version(self) -> str:
        """The version agreed on, such as ``TLSv1.3``; "" before."""
        return (self._tls.version() or "") if self.ready else ""

    def start(self) -> bytes:
        """Return the client's hello; a server waits for it."""
        if not self._server:
            self._shake_hands()
        return self._written.read()

    def receive(self, data: bytes) -> Passed:
        """Take what came over the socket."""
        if not self._seen and self._server and data[0] != HANDSHAKE_RECORD:
            return Passed(over=Over(PLAIN))
        self._seen = True
        self._read.write(data)
        up: list[bytes] = []
        over: Over | None = None
        try:
            if self.ready or self._shake_hands():
                while piece := self._tls.read(RECORD):
                    up.append(piece)
                over = Over()  # Nothing more, said by the peer.
        except ssl.SSLWantReadError:
            over = None
        except ssl.SSLZeroReturnError:
            over = Over()
        except ssl.SSLError as error:
            over = Over(_words(error))
        return Passed(tuple(up), self._written.read(), over)

    def send(self, data: bytes) -> bytes:
        """Return the records that hold ``data``."""
        self._tls.write(data)
        return self._written.read()

    def ping(self) -> bytes:
        """Return nothing: TLS has no keep-alive that peers know (RFC 6520 was its end)."""
        return b""

    def farewell(self) -> bytes:
        """Return close_notify."""
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            # It is written; that the peer has not answered with its own is no news.
            return self._written.read()
        return self._written.read()

    def _shake_hands(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.ready = True
        return True


def _words(error: ssl.SSLError) -> str:
    known = WORDS.get(error.reason or "")
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{known}: {error.verify_message}"
    return known or f"broke TLS off ({error.reason or error})"


class Trust:
    """Whom we believe when we open TLS: nobody whom we were not told of.

    A name is what stands in the peer's certificate (RFC 5922 §4): the host or domain that was configured,
    never one that a peer or DNS has told. Files are read when it is told, not when a call wants to leave.
    """

    def __init__(self) -> None:
        self._contexts: dict[str, ssl.SSLContext] = {}

    def add(self, name: str, *, authorities: Path | None = None, verify: bool = True) -> None:
        """Believe a certificate for ``name`` that the system's authorities vouch for, or those of a PEM file.

        Without ``verify`` any certificate does: what is said is then hidden from who listens, and from
        nobody else. Raises OSError when the file cannot be read (ssl.SSLError is one).
        """
        context = ssl.create_default_context(cafile=None if authorities is None else str(authorities))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self._contexts[name] = context

    def layer(self, name: str) -> TlsLayer | None:
        """Return the client's side of a connection to ``name``, None when we were not told of it."""
        context = self._contexts.get(name)
        return None if context is None else TlsLayer(context, server=False, name=name)
