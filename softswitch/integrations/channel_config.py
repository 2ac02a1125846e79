"""The channels of the outbox as the configuration names them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from softswitch.integrations.drop_config import DropConfig
from softswitch.integrations.mail_config import MailboxConfig
from softswitch.integrations.sms_config import SmsConfig
from softswitch.integrations.template_config import TemplateConfig
from softswitch.integrations.webhook_config import WebhookConfig

Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")]
"""Stands in the names of channels and in keys: small plain letters."""


class ChannelsConfig(BaseModel):
    """The part of the configuration that says how something reaches the outside, each by its name."""

    mail: dict[Name, MailboxConfig] = Field(default_factory=dict)
    templates: dict[Name, TemplateConfig] = Field(default_factory=dict)
    sms: dict[Name, SmsConfig] = Field(default_factory=dict)
    webhooks: dict[Name, WebhookConfig] = Field(default_factory=dict)
    drops: dict[Name, DropConfig] = Field(default_factory=dict)

    def channels_placed(self, base: Path) -> dict[str, object]:
        """Return the parts that name files, with these taken from the folder ``base``."""
        return {
            "mail": {name: one.placed(base) for name, one in self.mail.items()},
            "drops": {name: one.placed(base) for name, one in self.drops.items()},
        }
