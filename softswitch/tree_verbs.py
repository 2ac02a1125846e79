"""What the running switch answers of its voice menus on its control socket, and publishes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from softswitch.control import ControlRefused, Verb
from softswitch.ivr.publishing.figures import Comparison, Job, TreeFigures, VersionFigures
from softswitch.ivr.publishing.history import History
from softswitch.ivr.publishing.jobs import Jobs
from softswitch.ivr.publishing.publisher import Publisher
from softswitch.ivr.publishing.version_model import AT_START

OPERATOR: Final = "operator"
"""Who publishes by a command, unless he says who he is."""
LONGEST_NAME: Final = 60
ANSWER_WITHIN_S: Final = 2.0
"""How long a question about a job waits for its end: less than whoever asks is patient for."""


def tree_verbs(publisher: Publisher, history: History, jobs: Jobs) -> dict[str, Verb]:
    """Return ``trees``, ``trees_versions``, ``…_difference``, ``…_publish``, ``…_back`` and ``…_job``."""

    def trees(arguments: Mapping[str, str]) -> tuple[TreeFigures, ...]:
        return history.figures()

    async def versions(arguments: Mapping[str, str]) -> tuple[VersionFigures, ...]:
        return await history.versions(arguments.get("tree", ""))

    async def difference(arguments: Mapping[str, str]) -> Comparison:
        name, before, after = (arguments.get(key, "") for key in ("tree", "before", "after"))
        return await history.compare(name, before, after)

    def publish(arguments: Mapping[str, str]) -> Job:
        files = [Path(line) for line in arguments.get("files", "").splitlines()]
        if any(not path.is_absolute() for path in files):
            raise ControlRefused("files are named by their whole path, one a line")
        force = arguments.get("force", "") == "yes"
        return jobs.begin(partial(publisher.publish, files, by=_who(arguments), force=force))

    def back(arguments: Mapping[str, str]) -> Job:
        name, number = arguments.get("tree", ""), _number(arguments, "version")
        return jobs.begin(partial(publisher.back, name, number, by=_who(arguments)))

    async def job(arguments: Mapping[str, str]) -> Job:
        return await jobs.told(_number(arguments, "job"), within=ANSWER_WITHIN_S)

    return {
        "trees": trees,
        "trees_versions": versions,
        "trees_difference": difference,
        "trees_publish": publish,
        "trees_back": back,
        "trees_job": job,
    }


def _number(arguments: Mapping[str, str], name: str) -> int:
    text = arguments.get(name, "") or "0"
    if not (text.isascii() and text.isdecimal()):
        raise ControlRefused(f"{name}: '{text[:20]}' is no number")
    return int(text)


def _who(arguments: Mapping[str, str]) -> str:
    name = "".join(letter for letter in arguments.get("by", "").strip() if letter.isprintable())
    # What a start publishes is told apart from what people do.
    return OPERATOR if name in ("", AT_START) else name[:LONGEST_NAME]
