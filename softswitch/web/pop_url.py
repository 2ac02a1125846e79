"""The address of a customer's page, made from a template when a phone rings (URL pop)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from softswitch.web.errors import WebError

NAMES: Final = frozenset({"number", "call", "agent", "queue", "customer"})
_NAME: Final = re.compile(r"\{([^{}]*)\}")


class PopUrlWrong(WebError):
    """A template of an address is not right."""


def check_pop_url(template: str) -> None:
    """Raise PopUrlWrong unless it is "", or an http(s) address whose host no caller can choose."""
    if not template:
        return
    unknown = sorted(set(_NAME.findall(template)) - NAMES)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in sorted(NAMES))
        raise PopUrlWrong(f"'{{{unknown[0]}}}' is not known there; there are {known}")
    bare = _NAME.sub("", template)
    if "{" in bare or "}" in bare:
        raise PopUrlWrong("a brace stands alone: names go between two, such as {number}")
    try:
        parts = urlsplit(template)
        host = parts.hostname or ""
    except ValueError:
        raise PopUrlWrong("it is no address such as https://crm.example/find?number={number}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise PopUrlWrong("it must begin with http:// or https:// and a host")
    if _NAME.search(parts.netloc):
        raise PopUrlWrong("the host must stand there as it is, with no name in braces")


def pop_url(template: str, values: Mapping[str, str]) -> str:
    """Return the address for a ring, with every value percent-encoded; "" for no template.

    A value that is not known is left empty. A caller's number is chosen by strangers: what it holds can
    neither leave its place in the path nor add a parameter (RFC 3986 §2.1).
    """
    return _NAME.sub(lambda found: quote(values.get(found[1], ""), safe=""), template)
