"""Files of certificates."""

from __future__ import annotations

import ssl

import pytest

from softswitch.integrations.authorities import trusting, unreadable_authority


def test_files_of_certificates_are_looked_at_beforehand(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "none.pem").write_text("hello")
    assert unreadable_authority(tmp_path / "ca.pem") is None
    assert unreadable_authority(tmp_path / "none.pem") == "holds no certificate in PEM form"
    assert unreadable_authority(tmp_path / "nothing.pem") == "No such file or directory"


def test_who_is_named_is_believed_beside_those_of_the_system(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    system, both = trusting([]), trusting([str(tmp_path / "ca.pem")])
    assert both.cert_store_stats()["x509"] == system.cert_store_stats()["x509"] + 1
    assert (both.verify_mode, both.check_hostname) == (ssl.CERT_REQUIRED, True)
    with pytest.raises(OSError, match="No such file"):
        trusting([str(tmp_path / "nothing.pem")])
