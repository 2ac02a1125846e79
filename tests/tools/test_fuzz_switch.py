"""A short run of the fuzzer against a real switch."""

from __future__ import annotations

import pytest

from tools import fuzz_switch


def test_a_few_thousand_spoiled_messages_leave_the_switch_as_it_was(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # What its transactions take is there still: a leak of a kilobyte each would be found.
    assert fuzz_switch.run(3000, seed=7, linger=0.2, most=0.2) == 0, capsys.readouterr().out
    assert "3000 messages" in capsys.readouterr().out
