"""The certificates we show: read, chosen by name, renewed without dropping a connection."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from softswitch.errors import SoftswitchError
from softswitch.transport.config import CertificateFiles
from softswitch.transport.tls import TlsLayer

WARN_BEFORE: Final = timedelta(days=30)
"""How long before its end a certificate is warned of: time to get another without haste."""
OTHERS: Final = 0o077
"""Who a key is not for."""


class CertificateError(SoftswitchError):
    """A certificate or its key cannot be used: the text says which file and why, and nothing of the key."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One certificate, ready to be shown. ``names`` are hosts in small letters, addresses, ``*.domain``."""

    files: CertificateFiles
    names: tuple[str, ...]
    begins: datetime
    ends: datetime
    context: ssl.SSLContext

    def is_for(self, name: str) -> bool:
        """Tell whether it was made out to a name (RFC 5922 §7.2, RFC 6125 §6.4.3)."""
        lower = name.lower().rstrip(".")
        return lower in self.names or f"*.{lower.partition('.')[2]}" in self.names


def read_identity(files: CertificateFiles) -> Identity:
    """Read a certificate and its key; raise CertificateError with what is wrong with which file."""
    certificate = _read_certificate(files)
    return Identity(
        files,
        names_of(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        _context(files),
    )


def _read_certificate(files: CertificateFiles) -> x509.Certificate:
    try:
        data = files.certificate.read_bytes()
    except OSError as error:
        raise CertificateError(f"{files.certificate}: {error.strerror}") from error
    try:
        # The first one is the switch's own, what follows vouches for it.
        return x509.load_pem_x509_certificates(data)[0]
    except ValueError as error:
        raise CertificateError(f"{files.certificate}: is no certificate in PEM form") from error


def _context(files: CertificateFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # RFC 8996: TLS 1.0 and 1.1 must not be used any more.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A client that asks for new keys over and over has us work for nothing.
    context.options |= ssl.OP_NO_RENEGOTIATION
    try:
        files.key.open("rb").close()
    except OSError as error:
        raise CertificateError(f"{files.key}: {error.strerror}") from error
    try:
        # Without a word for it, OpenSSL would ask whoever sits at the terminal.
        context.load_cert_chain(files.certificate, files.key, password=lambda: "")
    except (ssl.SSLError, OSError, ValueError) as error:
        raise CertificateError(f"{files.key}: {_key_fault(error)}") from error
    return context


def _key_fault(error: Exception) -> str:
    reason = error.reason if isinstance(error, ssl.SSLError) else ""
    if reason == "KEY_VALUES_MISMATCH":
        return "is the key of another certificate"
    return "is no key in PEM form, or has a passphrase, which nobody is there to type"


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return what a certificate is made out to: its alternative names, else its common name."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(str(one.value).lower() for one in common)
    hosts = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return tuple(dict.fromkeys((*(host.lower() for host in hosts), *map(str, addresses))))


def warnings_of(identity: Identity, now: datetime) -> tuple[str, ...]:
    """Return what an operator should know of a certificate: that it ends, that others can read its key."""
    where, told = identity.files.certificate, []
    if identity.ends <= now:
        told.append(f"{where}: has expired on {identity.ends:%Y-%m-%d}: phones that look at it stay away")
    elif identity.ends - now < WARN_BEFORE:
        days = round((identity.ends - now) / timedelta(days=1))
        told.append(f"{where}: expires on {identity.ends:%Y-%m-%d}, in {days} days: get another")
    if identity.begins > now:
        told.append(f"{where}: is not valid before {identity.begins:%Y-%m-%d %H:%M} UTC; is the clock right?")
    if identity.files.key.stat().st_mode & OTHERS:
        told.append(f"{identity.files.key}: other users can read this key; chmod 600 takes it from them")
    return tuple(told)


class Certificates:
    """All certificates that are shown; new connections get those read last.

    ``sources`` names the files, the one for phones that ask for no name first; it is asked anew with each
    :meth:`load`, and may make them.
    """

    def __init__(self, sources: Callable[[], Sequence[CertificateFiles]]) -> None:
        self._sources = sources
        self._identities: tuple[Identity, ...] = ()

    def load(self) -> tuple[Identity, ...]:
        """Read all files and put them into force. Blocks for a moment.

        Raises CertificateError when one cannot be used, and OSError; then those of before stay in force.
        """
        found = tuple(read_identity(files) for files in self._sources())
        if not found:
            raise CertificateError("no certificate is named")
        # RFC 6066 §3: the client names whom it wants in its hello. Who names nobody of ours gets the first,
        # and may judge for itself.
        found[0].context.sni_callback = self._choose
        self._identities = found
        return found

    def _choose(self, tls: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        for identity in self._identities:
            if name is not None and identity.is_for(name):
                tls.context = identity.context
                return

    def layer(self) -> TlsLayer:
        """Return the server's side of a new connection; call :meth:`load` before."""
        return TlsLayer(self._identities[0].context, server=True)
