"""Settings of identity checks."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.crm.identity_config import IdentityConfig


def test_three_tries_and_a_quarter_of_an_hour():
    config = IdentityConfig()
    assert (config.tries, config.withheld_tries, config.lock_minutes) == (3, 10, 15.0)


@pytest.mark.parametrize("wrong", [{"tries": 0}, {"tries": 11}, {"lock_minutes": 0}, {"lock": 1}])
def test_a_check_that_checks_nothing_is_refused(wrong):
    with pytest.raises(ValidationError):
        IdentityConfig.model_validate(wrong)
