"""A SIP/RTP softswitch with a built-in IVR. Where to look: ARCHITECTURE.md."""

__version__ = "0.1.0"
