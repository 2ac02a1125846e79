"""Certificates: chosen by name, renewed while connections live, and every fault told with its file."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from softswitch.transport.certificates import (
    WARN_BEFORE,
    CertificateError,
    Certificates,
    read_identity,
    warnings_of,
)
from softswitch.transport.config import CertificateFiles
from softswitch.transport.tls import TlsLayer
from tests.transport.shown import NOW, believing, made, shown


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    return made(tmp_path / "one", ["pbx.test", "*.phones.test", "192.0.2.1", "2001:db8::1"])


def seen_by(certificates: Certificates, name: str) -> bytes:
    """Return the certificate a client sees that asks for a name, as DER."""
    client = TlsLayer(believing(None), server=False, name=name)
    server, data = certificates.layer(), client.start()
    while not client.ready:
        data = client.receive(server.receive(data).down).down
    found = client._tls.getpeercert(binary_form=True)
    assert found is not None
    return found


def der(files: CertificateFiles) -> bytes:
    return ssl.PEM_cert_to_DER_cert(files.certificate.read_text().split("\n\n")[0])


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("pbx.test", True),
        ("PBX.Test.", True),
        ("desk.phones.test", True),
        ("a.b.phones.test", False),
        ("phones.test", False),
        ("xpbx.test", False),
        ("192.0.2.1", True),
        ("2001:db8::1", True),
        ("", False),
    ],
)
def test_whom_a_certificate_is_for(files: CertificateFiles, name: str, fits: bool) -> None:
    assert read_identity(files).is_for(name) is fits


def test_the_client_names_whose_certificate_it_wants(files: CertificateFiles, tmp_path: Path) -> None:
    other = made(tmp_path / "two", ["sip.firma.test"])
    certificates = shown(files, other)
    assert seen_by(certificates, "sip.firma.test") == der(other)
    assert seen_by(certificates, "desk.phones.test") == der(files)
    # Who asks for nobody we are gets the first, and judges for itself.
    assert seen_by(certificates, "unknown.test") == der(files)


def test_a_new_certificate_is_for_new_connections_and_old_ones_go_on(tmp_path: Path) -> None:
    files = made(tmp_path / "line", ["pbx.test"])
    certificates = shown(files)
    before = der(files)
    client, server = TlsLayer(believing(None), server=False, name="pbx.test"), certificates.layer()
    data = client.start()
    while not client.ready:
        data = client.receive(server.receive(data).down).down
    server.receive(data)
    made(tmp_path / "line", ["pbx.test", "new.test"])
    assert seen_by(certificates, "pbx.test") == before
    (identity,) = certificates.load()
    assert identity.names == ("pbx.test", "new.test")
    assert seen_by(certificates, "pbx.test") == der(files) != before
    assert server.receive(client.send(b"still here")).up == (b"still here",)


def test_one_that_cannot_be_read_leaves_the_old_ones_in_force(tmp_path: Path) -> None:
    files = made(tmp_path, ["pbx.test"])
    certificates, before = shown(files), der(files)
    files.certificate.write_text("half a cert")
    with pytest.raises(CertificateError):
        certificates.load()
    assert seen_by(certificates, "pbx.test") == before


def test_there_must_be_one() -> None:
    with pytest.raises(CertificateError, match="no certificate is named"):
        Certificates(lambda: ()).load()


def missing_certificate(files: CertificateFiles, _: Path) -> None:
    files.certificate.unlink()


def missing_key(files: CertificateFiles, _: Path) -> None:
    files.key.unlink()


def no_certificate(files: CertificateFiles, _: Path) -> None:
    files.certificate.write_bytes(b"\x30\x82binary")


def no_key(files: CertificateFiles, _: Path) -> None:
    files.key.write_text("nothing")


def the_wrong_key(files: CertificateFiles, folder: Path) -> None:
    shutil.copy(made(folder / "other").key, files.key)


def a_passphrase(files: CertificateFiles, _: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    locked = serialization.BestAvailableEncryption(b"secret")
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files.key.write_bytes(key.private_bytes(pem, form, locked))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (missing_certificate, "certificate.pem: No such file or directory"),
        (missing_key, "key.pem: No such file or directory"),
        (no_certificate, "certificate.pem: is no certificate in PEM form"),
        (no_key, "key.pem: is no key in PEM form, or has a passphrase"),
        (the_wrong_key, "key.pem: is the key of another certificate"),
        (a_passphrase, "key.pem: is no key in PEM form, or has a passphrase"),
    ],
)
def test_what_is_wrong_is_told_with_its_file(
    files: CertificateFiles, tmp_path: Path, spoil: Callable[[CertificateFiles, Path], None], words: str
) -> None:
    spoil(files, tmp_path)
    with pytest.raises(CertificateError) as caught:
        read_identity(files)
    assert words in str(caught.value)
    assert "BEGIN" not in str(caught.value)


def test_a_certificate_without_alternative_names_is_for_its_common_name(tmp_path: Path) -> None:
    files = made(tmp_path, [])
    assert read_identity(files).names == ("softswitch",)


# Warnings


def test_an_end_is_warned_of_in_time(files: CertificateFiles) -> None:
    identity = read_identity(files)
    near = identity.ends - WARN_BEFORE
    assert warnings_of(identity, near) == ()
    (soon,) = warnings_of(identity, near + timedelta(days=18))
    assert soon == f"{files.certificate}: expires on {identity.ends:%Y-%m-%d}, in 12 days: get another"
    (late,) = warnings_of(identity, identity.ends)
    assert f"has expired on {identity.ends:%Y-%m-%d}" in late


def test_one_that_is_not_valid_yet_and_a_key_that_others_read_are_warned_of(files: CertificateFiles) -> None:
    identity = replace(read_identity(files), begins=NOW + timedelta(hours=2))
    files.key.chmod(0o640)
    early, read = warnings_of(identity, NOW)
    assert "is not valid before" in early
    assert read == f"{files.key}: other users can read this key; chmod 600 takes it from them"
