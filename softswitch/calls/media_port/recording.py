"""Recordings of legs of sound: paused, masked, and deaf while something secret is typed."""

from __future__ import annotations

import logging
from collections.abc import Callable

from media import commands as ask
from media.client import MediaClient, MediaLeg
from media.recording_messages import RecordingEnded

logger = logging.getLogger(__name__)

RecordingReport = RecordingEnded
"""What the media room tells of a recording that is over."""


class Recording:
    """A recording that runs; one whose leg closes ends by itself."""

    def __init__(self, client: MediaClient, leg: MediaLeg, number: int) -> None:
        self._client = client
        self._leg = leg
        self._number = number
        self._masked = False
        self._asked = False
        self._secret = False
        self.concealed: Callable[[bool], None] = _nothing
        """Told when something secret begins to be typed, and when that is over."""

    @property
    def is_concealed(self) -> bool:
        """Whether something secret is being typed."""
        return self._secret

    def pause(self, on: bool) -> None:
        """Leave out what is said meanwhile, or go on."""
        self._client.send(self._leg, ask.PauseRecording(self._number, on))

    def mask(self, on: bool) -> None:
        """Put silence in place of what is said meanwhile; its end reports where."""
        self._asked = on
        self._hide(when_quiet=False)

    def conceal(self, on: bool) -> None:
        """Do the same for something secret that is typed: whoever asks for sound meanwhile gets none."""
        if self._secret != on:
            self._secret = on
            # A finger may rest on the last key for longer than anybody would wait for.
            self._hide(when_quiet=not on)
            self.concealed(on)

    def _hide(self, *, when_quiet: bool) -> None:
        masked = self._asked or self._secret
        if self._masked != masked:
            self._masked = masked
            self._client.send(self._leg, ask.MaskRecording(self._number, masked, when_quiet))

    def stop(self) -> None:
        """End it; whoever began it is told when the file is done."""
        self._client.send(self._leg, ask.StopRecording(self._number))


def _nothing(on: bool) -> None:
    """Leave all as it is."""


def only_logged(report: RecordingReport) -> None:
    """Take the end of a recording of which nobody else is told: one that broke off is logged."""
    if report.reason:
        logger.warning("the recording %s is not whole: %s", report.path, report.reason)
