"""What can be wrong with what is asked of the phone features.

::

    SoftswitchError
    └── FeatureError                the wish cannot be granted; the text is one sentence that says why
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class FeatureError(SoftswitchError):
    """The wish cannot be granted; the text is one sentence that says why."""
