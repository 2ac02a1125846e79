"""The trace's part of the configuration."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.trace.config import TraceConfig


@pytest.mark.parametrize(
    ("hep", "collector"),
    [
        ("", None),
        ("192.0.2.9:9060", ("192.0.2.9", 9060)),
        ("homer.example.org:9060", ("homer.example.org", 9060)),
        ("[2001:db8::9]:9060", ("2001:db8::9", 9060)),
    ],
)
def test_a_collector(hep, collector):
    assert TraceConfig(hep=hep).collector == collector


@pytest.mark.parametrize(
    "hep", ["homer", "homer:", "homer:0", "homer:65536", ":9060", "2001:db8::9:9060", "a b:1"]
)
def test_what_is_no_collector(hep):
    with pytest.raises(ValidationError, match="HOST:PORT"):
        TraceConfig(hep=hep)


def test_a_collector_gets_nothing_of_a_trace_that_is_off():
    with pytest.raises(ValidationError, match="size_mb: 0 turns that off"):
        TraceConfig(hep="192.0.2.9:9060", size_mb=0)
