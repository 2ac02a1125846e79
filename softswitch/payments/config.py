"""Which payment providers a line takes money through, and how much at a time."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from softswitch.parts import Part
from softswitch.payments.model import LARGEST, SMALLEST


class ProviderConfig(Part):
    """One provider. ``kind`` is the protocol: ``blik`` is the sandbox's, ``payment_intents`` Stripe's."""

    kind: Literal["blik", "payment_intents"]
    url: str
    api_key: str = Field(min_length=1, repr=False)
    webhook_secret: str = Field(default="", repr=False)
    return_url: str = ""
    answer_s: float = Field(default=10.0, ge=1.0, le=60.0)

    @field_validator("url", "return_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(
            ("https://", "http://127.0.0.1", "http://[::1]", "http://localhost")
        ):
            raise ValueError("the address must begin with https://: keys and codes go there")
        return value

    @model_validator(mode="after")
    def _whole(self) -> ProviderConfig:
        if self.kind == "payment_intents" and not self.return_url:
            raise ValueError("payment_intents needs return_url: where customers come from a pay-link's page")
        return self


class PaymentsConfig(Part):
    """Payments. ``smallest`` and ``largest`` are sums in grosze; the first provider is the line's own."""

    providers: dict[str, ProviderConfig] = Field(default_factory=dict)
    smallest: int = Field(default=SMALLEST, ge=1, le=10**9)
    largest: int = Field(default=LARGEST, ge=1, le=10**9)
    link_hours: float = Field(default=24.0, ge=0.5, le=24.0)

    @model_validator(mode="after")
    def _some_sum(self) -> PaymentsConfig:
        if self.smallest > self.largest:
            raise ValueError("smallest must be at most largest")
        return self
