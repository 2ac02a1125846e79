"""The tables of voicemail: messages, what is set of boxes by phone, and callback requests after hours."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Table, Text

from softswitch.storage.tables.base import SORTED, metadata, tenant_column

voice_messages = Table(
    "voice_messages",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("box", SORTED, nullable=False),
    Column("call", SORTED, nullable=False),
    Column("left_at", SORTED, nullable=False),
    Column("caller", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("called", Text, nullable=False),
    Column("menu", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("state", SORTED, nullable=False),
    Column("mail", SORTED, nullable=False),
)
"""Voice messages: ``state`` is leaving (its file grows), new or old; ``mail`` the key of its delivery, ""
for none. ``file`` is the name of its WAV file in the folder of the box."""

Index("voice_messages_by_box", voice_messages.c.tenant, voice_messages.c.box, voice_messages.c.left_at)

voice_settings = Table(
    "voice_settings",
    metadata,
    tenant_column(),
    Column("box", SORTED, primary_key=True),
    Column("name", SORTED, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What is set of a box by phone or command: the hash of its PIN, the files of recorded greetings."""

call_requests = Table(
    "call_requests",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("desk", SORTED, nullable=False),
    Column("number", Text, nullable=False),
    Column("comparable", SORTED, nullable=False),
    Column("party", SORTED, nullable=False),
    Column("call", SORTED, nullable=False),
    Column("asked_at", SORTED, nullable=False),
    Column("name", Text, nullable=False),
    Column("menu", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", SORTED, nullable=False),
    Column("done_at", SORTED, nullable=False),
    Column("done_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("ticket", Text, nullable=False),
)
"""Who wants to be called back: ``state`` is open or done, ``done_at`` "" until then."""

Index("call_requests_by_state", call_requests.c.tenant, call_requests.c.state, call_requests.c.asked_at)
Index("call_requests_by_time", call_requests.c.tenant, call_requests.c.asked_at)
