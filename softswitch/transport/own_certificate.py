"""The certificate a switch makes for itself, so that TLS works before anybody has bought one."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from softswitch.transport.certificates import (
    WARN_BEFORE,
    CertificateError,
    Identity,
    read_identity,
)
from softswitch.transport.config import CertificateFiles

FOLDER: Final = "tls"
CERTIFICATE: Final = "certificate.pem"
KEY: Final = "key.pem"
LIFETIME: Final = timedelta(days=825)
"""More than this is refused by some phones, whoever they were told to trust."""
CLOCKS_DIFFER: Final = timedelta(hours=1)
"""A phone whose clock is behind must not find that it is not valid yet."""
LONGEST_COMMON_NAME: Final = 64
"""RFC 5280, appendix A: ub-common-name."""


def own_files(home: Path) -> CertificateFiles:
    """Return where the switch's own certificate lies in its home folder."""
    return CertificateFiles(certificate=home / FOLDER / CERTIFICATE, key=home / FOLDER / KEY)


def prepare_own(home: Path, names: Sequence[str], now: datetime) -> CertificateFiles:
    """Return the files of the switch's own certificate, made if there is none that will do.

    It is made anew, with the same key, when it ends soon or lacks one of ``names`` (hosts and addresses), and
    keeps the names it had. Raises OSError when the folder cannot be written, CertificateError when what lies
    there is no certificate or no key.
    """
    files = own_files(home)
    wanted = tuple(dict.fromkeys(_written(name) for name in names))
    if not files.certificate.exists() or not files.key.exists():
        files.certificate.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(files, ec.generate_private_key(ec.SECP256R1()), wanted, now)
        return files
    identity = read_identity(files)
    if not _will_do(identity, wanted, now):
        _write(files, _read_key(files.key), tuple(dict.fromkeys((*wanted, *identity.names))), now)
    return files


def _will_do(identity: Identity, wanted: Sequence[str], now: datetime) -> bool:
    return identity.ends - now >= WARN_BEFORE and set(wanted) <= set(identity.names)


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateError(
            f"{path}: is not the key this switch made; move it away to let it make another"
        )
    return key


def _write(
    files: CertificateFiles, key: ec.EllipticCurvePrivateKey, names: Sequence[str], now: datetime
) -> None:
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # The key first: a certificate without its key is no use, and a start that was killed makes both anew.
    _replace(files.key, secret)
    _replace(files.certificate, _certificate(key, names, now).public_bytes(serialization.Encoding.PEM))


def _certificate(key: ec.EllipticCurvePrivateKey, names: Sequence[str], now: datetime) -> x509.Certificate:
    common = names[0][:LONGEST_COMMON_NAME] if names else "softswitch"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    public = key.public_key()
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + LIFETIME)
        # It vouches for itself and for nothing below it: a phone told to trust it trusts this switch alone.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
    return builder.sign(key, hashes.SHA256())


def _written(name: str) -> str:
    """Return a name as it is read out of a certificate again."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower()


def _alternatives(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        with contextlib.suppress(ValueError):
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        # Addresses stand among the names as well: phones with mbed TLS 2 (Linphone) look for them only there.
        found.append(x509.DNSName(name))
    return found


def _replace(path: Path, data: bytes) -> None:
    # Created with its mode, so that nobody else can read a key for even a moment; under another name until
    # it is whole.
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
