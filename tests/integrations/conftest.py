from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from tests.fakes.clock import FakeClock
from tests.integrations.dropping import Line


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    """Return the file of an authority that vouches for the servers of tests."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    """Return what a server of 127.0.0.1 proves itself by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def line(tmp_path: Path) -> Line:
    (tmp_path / "home").mkdir()
    return Line(tmp_path / "home", FakeClock())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a server."""
    (tmp_path / "server").mkdir()
    return tmp_path / "server"
