"""SIP without I/O: bytes and ``now`` in, values out (RFC 3261 and its companions).

Nothing in this package knows asyncio, sockets, the clock or chance; the shell round it is
``softswitch.transport``.
"""
