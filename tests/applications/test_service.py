"""Programs by their numbers."""

from __future__ import annotations

from pathlib import Path

from softswitch.applications.config import ApplicationConfig
from softswitch.applications.destination import Means
from softswitch.applications.service import build_applications
from softswitch.calls.dialling import Dialler
from softswitch.ivr.live import NoQueueDoor
from tests.fakes.clock import FakeClock

GOOD = {"url": "https://example.com/calls", "secret": "a secret of some length", "fallback": "1001"}


def test_each_number_leads_to_its_program():
    dialler = Dialler(lambda user: (), {}.get)
    means = Means(None, dialler, NoQueueDoor(), lambda number, by: None, None)
    parts = {"700": GOOD, "701": {**GOOD, "name": "parcels", "acts_for": "1001", "sounds": "/srv/sounds"}}
    configs = {number: ApplicationConfig.model_validate(part) for number, part in parts.items()}
    found = build_applications(configs, means, None, FakeClock())
    assert {number: one.name for number, one in found.items()} == {"700": "700", "701": "parcels"}
    assert (found["700"].by, found["701"].by) == (None, "1001")
    assert found["701"].program.allowed().sounds == Path("/srv/sounds")
    assert (found["701"].kind, found["701"].fallback) == ("application", "1001")
    assert dialler.acting_for("1001").by == "1001"
