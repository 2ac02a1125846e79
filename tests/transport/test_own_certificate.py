"""The switch's own certificate: made once, private, believed by strict clients, renewed in time."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from softswitch.transport.certificates import WARN_BEFORE, CertificateError, read_identity
from softswitch.transport.own_certificate import LIFETIME, own_files, prepare_own
from softswitch.transport.tls import TlsLayer
from tests.transport.shown import NAMES, NOW, believing, made, shown


def certificate(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(own_files(folder).certificate.read_bytes())


def test_it_is_made_once_and_for_nobody_elses_eyes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    files = made(home)
    assert files == own_files(home)
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(files.key.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in files.key.parent.iterdir()) == ["certificate.pem", "key.pem"]
    before = files.certificate.read_bytes(), files.key.read_bytes()
    # In another order, and with an address written otherwise: still the same names.
    prepare_own(home, ["0:0:0:0:0:0:0:1", "PBX.test"], NOW)
    assert (files.certificate.read_bytes(), files.key.read_bytes()) == before


def test_what_stands_in_it(tmp_path: Path) -> None:
    made(tmp_path)
    one = certificate(tmp_path)
    key = one.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert one.not_valid_after_utc - one.not_valid_before_utc <= timedelta(days=826)
    names = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    # mbed TLS 2 looks for addresses among the names only.
    assert names.get_values_for_type(x509.DNSName) == list(NAMES)
    constraints = one.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert constraints.path_length == 0


@pytest.mark.parametrize("name", NAMES)
def test_who_is_told_to_believe_it_believes_each_of_its_names(tmp_path: Path, name: str) -> None:
    files = made(tmp_path)
    client, server = TlsLayer(believing(files), server=False, name=name), shown(files).layer()
    answer = client.receive(server.receive(client.start()).down)
    assert answer.over is None
    assert client.ready


def test_it_is_renewed_before_it_ends_with_the_same_key(tmp_path: Path) -> None:
    files = made(tmp_path)
    key, first = files.key.read_bytes(), read_identity(files)
    later = first.ends - WARN_BEFORE
    made(tmp_path, now=later)
    assert read_identity(files).ends == first.ends
    made(tmp_path, now=later + timedelta(seconds=1))
    again = read_identity(files)
    assert (again.ends - first.ends) > LIFETIME - WARN_BEFORE - timedelta(days=1)
    assert (again.names, files.key.read_bytes()) == (first.names, key)


def test_a_new_address_is_added_and_the_old_ones_stay(tmp_path: Path) -> None:
    files = made(tmp_path)
    made(tmp_path, ["pbx.test", "192.0.2.7"])
    assert set(read_identity(files).names) == {*NAMES, "192.0.2.7"}


def test_half_of_what_is_needed_is_made_anew(tmp_path: Path) -> None:
    files = made(tmp_path)
    files.certificate.unlink()
    made(tmp_path)
    assert read_identity(files).names == NAMES


def test_what_the_operator_laid_there_is_not_overwritten(tmp_path: Path) -> None:
    files = made(tmp_path)
    files.certificate.write_text("mine")
    with pytest.raises(CertificateError, match="is no certificate"):
        made(tmp_path)
    assert files.certificate.read_text() == "mine"


def test_a_key_of_another_kind_is_not_used_to_renew(tmp_path: Path) -> None:
    files = made(tmp_path)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([])
    other = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    files.certificate.write_bytes(other.public_bytes(serialization.Encoding.PEM))
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files.key.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    with pytest.raises(CertificateError, match="is not the key this switch made"):
        made(tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"exists|Not a directory"):
        made(tmp_path)
