"""The part of the configuration that belongs to shops."""

from __future__ import annotations

from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from softswitch.integrations.json_orders import KNOWN, REQUIRED, check_address, read_path
from softswitch.parts import Part

Name = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
SECURE: Final = "https://"


class _Secret(Part):
    """Base of parts that hold keys: what is wrong in them is told without what was written."""

    model_config = ConfigDict(hide_input_in_errors=True)


class WooCommerceConfig(_Secret):
    """A WooCommerce shop: its address, and a key of its REST API that may read."""

    url: str
    key: str = Field(min_length=1, repr=False)
    secret: str = Field(min_length=1, repr=False)

    @field_validator("url")
    @classmethod
    def _secure(cls, value: str) -> str:
        if not value.startswith(SECURE):
            raise ValueError("the address must begin with https://: the key would travel in the open")
        return value


class JsonShopConfig(_Secret):
    """Any system that answers JSON: where it is asked, and where in the answer an order stands."""

    url: str = Field(repr=False)
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    orders: str = "$[*]"
    fields: dict[str, str]
    zone: str = "Europe/Warsaw"

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith((SECURE, "http://")):
            raise ValueError("an address begins with https://")
        check_address(value)
        return value

    @field_validator("orders")
    @classmethod
    def _path(cls, value: str) -> str:
        read_path(value)
        return value

    @field_validator("fields")
    @classmethod
    def _paths(cls, value: dict[str, str]) -> dict[str, str]:
        for name, path in value.items():
            if name not in KNOWN:
                raise ValueError(f"'{name}' is not taken of orders: {', '.join(KNOWN)} are")
            read_path(path)
        for name in REQUIRED:
            if name not in value:
                raise ValueError(f"say where the {name} of an order stands ({name}: $.…)")
        return value

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {value}: Europe/Warsaw is one") from None
        return value


class ShopConfig(_Secret):
    """Where orders are asked for: ``woocommerce`` or ``http``; with neither in the line's own list of them.

    ``statuses`` are what the shop's statuses are called here, ``limit_s`` is for one question.
    """

    woocommerce: WooCommerceConfig | None = None
    http: JsonShopConfig | None = None
    statuses: dict[str, str] = Field(default_factory=dict)
    limit_s: float = Field(default=3.0, ge=0.5, le=30.0)

    @model_validator(mode="after")
    def _one(self) -> ShopConfig:
        if self.woocommerce is not None and self.http is not None:
            raise ValueError("give one of: woocommerce; http")
        return self


class ShopsConfig(Part):
    """All shops by name."""

    shops: dict[Name, ShopConfig] = Field(default_factory=dict)
