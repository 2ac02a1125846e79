"""Everything that can be checked before anything starts: files, voices, folder and ports, all at once.

Nothing is started, made or changed here, so ``softswitch check`` may look at a line that is running.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from softswitch import home
from softswitch.applications.check import application_warnings
from softswitch.config import Config
from softswitch.errors import ConfigError, Problem, StartError
from softswitch.ivr.check import check_targets
from softswitch.ivr.lint.linting import lint_trees
from softswitch.ivr.loader import read_trees
from softswitch.ivr.model import Tree
from softswitch.placeholders import kept_placeholders
from softswitch.preflight.machine import (
    inner_warnings,
    key_warnings,
    machine_obstacles,
    password_warnings,
    port_faults,
    port_warnings,
)
from softswitch.preflight.menus import (
    configured_names,
    faults_around,
    is_shipped,
    queues_that_ring,
    tree_files,
)
from softswitch.preflight.numbers import account_faults
from softswitch.preflight.sounds import file_faults
from softswitch.preflight.voices import missing_languages, unknown_voices
from softswitch.queues.check import queue_warnings
from softswitch.recordings.rules import rule_faults
from softswitch.speech.build import build_speech
from softswitch.transport.doors import judge
from softswitch.trunks.check import outside_warnings
from softswitch.trunks.routes import Routes


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found: ``faults`` of files, ``obstacles`` of this machine, ``warnings`` that stop nothing.

    ``trees`` are all trees when there is no fault. ``running`` says that another switch has the home folder;
    then its ports were not tried, as that switch has them.
    """

    trees: tuple[Tree, ...]
    faults: tuple[Problem, ...] = ()
    obstacles: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    running: str = ""

    def refuse(self) -> None:
        """Raise ConfigError with every fault, else StartError with every obstacle, else nothing."""
        if self.faults:
            raise ConfigError(list(self.faults))
        if self.running:
            raise StartError(self.running)
        if self.obstacles:
            raise StartError("\n".join(self.obstacles))


def examine(config: Config) -> Findings:
    """Look at everything a line needs. Blocks for the moment that reading its files takes."""
    files, faults = tree_files(config)
    readable, problems = read_trees(files, configured_names(config))
    trees = () if problems else readable
    rights = {user: part.outside for user, part in config.accounts.items()}
    routes = Routes(config, rights)
    unreached = check_targets(readable, {*config.accounts, *config.groups}, routes.leads_out)
    faults += [*problems, *account_faults(config, readable), *file_faults(config), *port_faults(config)]
    faults += faults_around(config, readable, routes, unreached)
    found = rule_faults(
        config.recordings, accounts=config.accounts, queues=config.queues, trunks=config.trunks
    )
    faults += [config.problem(where, reason) for where, reason in found]
    shown = judge(config.sip.doors, config.home, datetime.now(UTC))
    faults += [config.problem("sip.tls", reason) for reason in shown.faults]
    speech = build_speech(config.speech, config.home / "speech")
    obstacles = [*missing_languages(speech, trees)]
    process = home.holder(config.home)
    if process is None:
        obstacles += machine_obstacles(config)
    warnings = [
        *lint_trees(trees, queues_that_ring(config)),
        # An operator may leave out people whom the trees that come with the switch can call.
        *(problem for problem in unreached if is_shipped(problem)),
        *unknown_voices(speech, trees),
        *port_warnings(config),
        *key_warnings(config),
        *inner_warnings(config),
        *(config.problem("sip.tls", reason) for reason in shown.warnings),
        *(
            config.problem(where, reason)
            for where, reason in outside_warnings(config, rights, routes.numbering)
        ),
        *(config.problem(where, reason) for where, reason in queue_warnings(config)),
        *(config.problem(where, reason) for where, reason in application_warnings(config.applications)),
        *password_warnings(config),
        *(config.problem(where, reason) for where, reason in kept_placeholders(config)),
    ]
    running = "" if process is None else home.taken(config.home, process)
    return Findings(trees, tuple(faults), tuple(obstacles), tuple(warnings), running)
