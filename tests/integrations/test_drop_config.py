from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from softswitch.integrations.drop_config import DropConfig, FtpConfig

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9vVtJ0RaVwT4CT5dmVY6s5nyHuY8VYQbSPZ4xWLqXb"
FTP = {"host": "ftp.example.com", "user": "a", "password": "b"}
SFTP = {"host": "h", "user": "a", "password": "b", "host_key": KEY}
S3 = {"bucket": "recordings", "access_key": "a", "secret_key": "b"}


@pytest.mark.parametrize("given", [{"ftp": FTP}, {"sftp": SFTP}, {"s3": S3}])
def test_one_server(given: dict[str, object]) -> None:
    assert DropConfig.model_validate(given).manifest


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "needs one of ftp, sftp and s3, and has none"),
        ({"ftp": FTP, "s3": S3}, "ftp and s3"),
        ({"ftp": FTP, "name": "x.wav"}, "needs {call}"),
        ({"ftp": FTP, "folder": "a/../b"}, r"path such as"),
        ({"ftp": {**FTP, "password": "a\r\nDELE x"}}, "control character"),
        ({"ftp": {**FTP, "host": "a b"}}, "pattern"),
        ({"sftp": {**SFTP, "host_key": "nonsense"}}, "pattern"),
        ({"sftp": {**SFTP, "key": "id"}}, "password or key"),
        ({"sftp": {**SFTP, "password": ""}}, "password or key"),
        ({"s3": {**S3, "bucket": "A"}}, "pattern"),
        ({"s3": {**S3, "endpoint": "ftp://x"}}, "pattern"),
        ({"s3": S3, "folder": "/a"}, "no slash"),
        ({"ftp": FTP, "manifest": False, "signing_key": "k"}, "signs the manifest"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        DropConfig.model_validate(given)


@pytest.mark.parametrize(("tls", "port"), [("none", 21), ("explicit", 21), ("implicit", 990)])
def test_the_port_goes_with_tls(tls: str, port: int) -> None:
    assert FtpConfig.model_validate({**FTP, "tls": tls}).port_used == port


@pytest.mark.parametrize("written", [KEY, f"{KEY} root@host", f"ftp.example.com {KEY}", f"[h]:2222 {KEY}"])
def test_a_host_key_as_it_is_found(written: str) -> None:
    config = DropConfig.model_validate({"sftp": {**SFTP, "host_key": written}})
    assert config.sftp is not None
    assert config.sftp.host_key_alone == KEY


def test_files_lie_beside_the_configuration() -> None:
    base = Path("/etc/line")
    placed = DropConfig.model_validate({"ftp": {**FTP, "authorities": "ca.pem"}, "signing_key": "k"}).placed(
        base
    )
    assert placed.ftp is not None
    assert placed.ftp.authorities == base / "ca.pem"
    assert placed.signing_key == base / "k"
    keyed = DropConfig.model_validate({"sftp": {**SFTP, "password": "", "key": "id"}}).placed(base)
    assert keyed.sftp is not None
    assert keyed.sftp.key == base / "id"


def test_no_password_is_shown() -> None:
    for given in ({"ftp": {**FTP, "password": "hunter2"}}, {"s3": {**S3, "secret_key": "hunter2"}}):
        assert "hunter2" not in repr(DropConfig.model_validate(given))
