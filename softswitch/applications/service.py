"""All numbers of the configuration that lead to programs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from softswitch.applications.config import ApplicationConfig
from softswitch.applications.destination import ApplicationDestination, Means
from softswitch.applications.program import Post, Program
from softswitch.applications.protocol import Allowed
from softswitch.clock import Clock


def build_applications(
    configured: Mapping[str, ApplicationConfig], means: Means, post: Post, clock: Clock
) -> dict[str, ApplicationDestination]:
    """Return where each number leads that a program drives."""
    return {
        number: ApplicationDestination(
            config.name or number,
            Program(
                config.url,
                config.secret,
                config.limit_s,
                post,
                clock,
                partial(_allowed, means, config),
            ),
            config.fallback,
            config.language,
            means,
            config.acts_for or None,
        )
        for number, config in configured.items()
    }


def _allowed(means: Means, config: ApplicationConfig) -> Allowed:
    return Allowed(means.queues.names, config.sounds)
