"""The limit on open files, raised and put back."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from softswitch.transport.descriptors import RESERVE, raise_limit, spare


@pytest.fixture(autouse=True)
def _limit_as_before() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_soft_limit_becomes_the_hard_one() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1000, most))
    assert spare() == 1000 - RESERVE
    raise_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
    assert spare() == most - RESERVE
