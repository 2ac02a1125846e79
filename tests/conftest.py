"""What tests of several rooms stand on."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from tests.fakes.postgres import Cluster, cluster

# What CI does, everywhere: the same examples in every run, and no limit on the time that one takes on a busy
# machine. `pytest --hypothesis-profile=default` looks for others.
settings.load_profile("ci")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector from what is there to stay: a look at a million objects takes a second."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL for all tests of this process that ask for one."""
    with cluster() as found:
        yield found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs a database on both, but not what looks into SQLite's own file."""
    if "database_server" in metafunc.fixturenames:
        kinds = ["sqlite"] if "file" in metafunc.fixturenames else ["sqlite", "postgresql"]
        metafunc.parametrize("database_server", kinds, indirect=True)


@pytest.fixture
def database_server(request: pytest.FixtureRequest) -> Cluster | None:
    """The server a test's database is on, None for a file; started before the test's loop is."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None
