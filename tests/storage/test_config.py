"""Storage's part of the configuration."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.storage.config import StorageConfig


@pytest.mark.parametrize("url", ["postgresql://a:b@c/d", "sqlite:////var/lib/switch.db", None])
def test_databases_it_knows(url: str | None) -> None:
    assert StorageConfig(url=url).url == url


def test_others_are_refused_and_no_password_is_shown() -> None:
    with pytest.raises(ValidationError, match=r"postgresql://") as refused:
        StorageConfig(url="mysql://root:hunter2@db/x")
    assert "hunter2" not in refused.value.errors(include_input=False)[0]["msg"]
    assert "hunter2" not in repr(StorageConfig(url="postgresql://a:hunter2@c/d"))
