"""The interface over services in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.line import Line, line


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Line]:
    async with line(tmp_path) as running:
        yield running
