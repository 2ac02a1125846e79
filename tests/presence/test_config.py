"""The parts of the configuration: what is usual, and what is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.config import Config
from softswitch.presence.config import PresenceConfig, QualifyConfig


def test_what_is_usual() -> None:
    config = Config()
    assert (config.presence.longest, config.presence.show_parties, config.presence.unsolicited_mwi) == (
        600,
        False,
        False,
    )
    # A NAT may forget after 30 s.
    assert config.qualify.enabled
    assert config.qualify.behind_nat < 30


def test_what_is_refused() -> None:
    with pytest.raises(ValidationError, match="shortest must be at most longest"):
        PresenceConfig(shortest=100, longest=60)
    with pytest.raises(ValidationError):
        QualifyConfig(behind_nat=0)
    with pytest.raises(ValidationError):
        PresenceConfig.model_validate({"lamps": 3})
