"""The RTP engine: numpy columns, one row a call leg, one worker process a core.

Nothing in here knows SIP or imports ``softswitch``.
"""
