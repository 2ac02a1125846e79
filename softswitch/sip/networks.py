"""Networks as operators write them."""

from __future__ import annotations

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network_of(text: str) -> Network:
    """Return the network that is written, an address as one of itself alone.

    Raises ValueError, with a sentence for its author, for what is neither.
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_interface(text)
    except ValueError:
        raise ValueError(f"'{text}' is no address and no network such as 192.0.2.0/28") from None
    raise ValueError(f"'{text}': did you mean {meant.network}, or {meant.ip} alone?")
