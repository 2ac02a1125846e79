"""The tables, as SQLAlchemy sees them: one file a room, one register. Every table begins with the tenant."""

from __future__ import annotations

from softswitch.storage.tables.api import api_audit, api_replays, api_tokens, call_parties
from softswitch.storage.tables.base import DEFAULT_TENANT, LARGE, SORTED, metadata, tenant_column
from softswitch.storage.tables.choices import caller_choices
from softswitch.storage.tables.customers import (
    contacts,
    customer_keys,
    customer_pins,
    customers,
    personal_data_acts,
)
from softswitch.storage.tables.messages import sms_sent, text_messages
from softswitch.storage.tables.outbox import followers, outbox
from softswitch.storage.tables.payments import identity_tries, payments
from softswitch.storage.tables.ratings import ratings
from softswitch.storage.tables.recordings import recording_access, recordings
from softswitch.storage.tables.schedules import (
    duty_days,
    listed_callers,
    schedule_switches,
    special_days,
)
from softswitch.storage.tables.switch import (
    agents,
    bindings,
    callbacks,
    events,
    schema_version,
    secrets,
    settings,
    waiting,
)
from softswitch.storage.tables.tickets import orders, ticket_changes, ticket_promises, tickets
from softswitch.storage.tables.trees import tree_versions
from softswitch.storage.tables.voicemail import call_requests, voice_messages, voice_settings
from softswitch.storage.tables.webhooks import webhook_messages, webhook_receivers

__all__ = [
    "DEFAULT_TENANT",
    "LARGE",
    "SORTED",
    "agents",
    "api_audit",
    "api_replays",
    "api_tokens",
    "bindings",
    "call_parties",
    "call_requests",
    "callbacks",
    "caller_choices",
    "contacts",
    "customer_keys",
    "customer_pins",
    "customers",
    "duty_days",
    "events",
    "followers",
    "identity_tries",
    "listed_callers",
    "metadata",
    "orders",
    "outbox",
    "payments",
    "personal_data_acts",
    "ratings",
    "recording_access",
    "recordings",
    "schedule_switches",
    "schema_version",
    "secrets",
    "settings",
    "sms_sent",
    "special_days",
    "tenant_column",
    "text_messages",
    "ticket_changes",
    "ticket_promises",
    "tickets",
    "tree_versions",
    "voice_messages",
    "voice_settings",
    "waiting",
    "webhook_messages",
    "webhook_receivers",
]
