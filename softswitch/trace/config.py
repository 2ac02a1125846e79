"""The part of the configuration that belongs to the trace."""

from __future__ import annotations

import re

from pydantic import Field, field_validator, model_validator

from softswitch.parts import Part

_PLACE = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[0-9A-Za-z.-]+)):(?P<port>[0-9]{1,5})")


class TraceConfig(Part):
    """How much of the wire is kept, and who else is told.

    ``size_mb`` megabytes of SIP stay on the disk, 0 for none. ``hep`` is HOST:PORT of a HEPv3 collector
    (Homer) that gets a copy over UDP, with ``hep_id`` as the capturing agent.
    """

    # A call between two phones takes some 16 kB: four thousand calls, and a quarter more for registrations.
    size_mb: int = Field(default=64, ge=0, le=65_536)
    hep: str = ""
    hep_id: int = Field(default=2001, ge=0, le=0xFFFFFFFF)

    @field_validator("hep")
    @classmethod
    def _place(cls, value: str) -> str:
        found = _PLACE.fullmatch(value)
        if value and (found is None or not 0 < int(found["port"]) <= 65_535):
            raise ValueError("hep must be HOST:PORT, such as 192.0.2.9:9060")
        return value

    @model_validator(mode="after")
    def _something_to_send(self) -> TraceConfig:
        if self.hep and not self.size_mb:
            raise ValueError("hep sends copies of the trace, and size_mb: 0 turns that off")
        return self

    @property
    def collector(self) -> tuple[str, int] | None:
        """Host and port of the collector, None when there is none."""
        found = _PLACE.fullmatch(self.hep)
        return (found["v6"] or found["host"], int(found["port"])) if found else None
