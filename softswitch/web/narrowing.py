"""What lists are narrowed by, in their addresses."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from softswitch.web.resources.base import Moment, Name

Which = Annotated[Name | None, Query()]
"""Whose, or of which kind; all unless given."""
When = Annotated[Moment | None, Query()]
"""From, or before which moment; at any time unless given."""
