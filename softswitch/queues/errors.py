"""What can be asked of queues that cannot be done.

::

    SoftswitchError
    └── QueueError          there is no such queue or agent, or he may not do that; the text is for people
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class QueueError(SoftswitchError):
    """A queue or an agent cannot do what was asked; the text says why, in one sentence."""
