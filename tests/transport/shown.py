"""Certificates for tests, and clients that look at them."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from softswitch.transport.certificates import Certificates
from softswitch.transport.config import CertificateFiles
from softswitch.transport.own_certificate import prepare_own

NOW = datetime.now(UTC)
"""Handed in for "now": OpenSSL goes by the machine's clock, and no test lasts so long that it matters."""
NAMES = ("pbx.test", "127.0.0.1", "::1")


def made(folder: Path, names: Sequence[str] = NAMES, *, now: datetime = NOW) -> CertificateFiles:
    """Return a certificate of the switch's own making."""
    return prepare_own(folder, names, now)


def shown(*files: CertificateFiles) -> Certificates:
    """Return certificates that are in force."""
    certificates = Certificates(lambda: files)
    certificates.load()
    return certificates


def believing(files: CertificateFiles | None) -> ssl.SSLContext:
    """Return what a client that believes this certificate, or anybody, makes its connections with."""
    if files is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    context = ssl.create_default_context(cafile=str(files.certificate))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context
