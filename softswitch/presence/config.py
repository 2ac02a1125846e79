"""The parts of the configuration that belong to presence."""

from __future__ import annotations

from pydantic import Field, model_validator

from softswitch.parts import Part


class PresenceConfig(Part):
    """Subscriptions of phones: lamps, message waiting, presence. Times in seconds.

    A subscription lasts ``longest`` at most: after a restart of the switch a lamp is wrong no longer than
    that. ``watch`` names, for accounts that not everybody may watch, who may. ``show_parties`` lets watchers
    see with whom somebody talks; one's own phones always do. ``unsolicited_mwi`` tells phones that never ask
    what waits for them.
    """

    shortest: int = Field(default=30, ge=10, le=600)
    longest: int = Field(default=600, ge=60, le=86_400)
    # A reception desk has some hundred lamps, and perhaps a second phone with the same ones.
    per_account: int = Field(default=200, ge=1, le=10_000)
    # Each costs about 4 kB, and a NOTIFY for every change.
    in_all: int = Field(default=20_000, ge=1, le=1_000_000)
    show_parties: bool = False
    unsolicited_mwi: bool = False
    watch: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _any_subscription(self) -> PresenceConfig:
        if self.shortest > self.longest:
            raise ValueError("shortest must be at most longest")
        return self


class QualifyConfig(Part):
    """How often registered phones are asked whether they are there, in seconds.

    ``behind_nat`` is for phones over UDP: many a NAT forgets after 30 s who asked for an answer.
    """

    enabled: bool = True
    behind_nat: float = Field(default=28.0, ge=2.0, le=300.0)
    otherwise: float = Field(default=60.0, ge=2.0, le=3600.0)
