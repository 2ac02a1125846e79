"""Everything that can be checked before anything starts: files, voices, folder and ports, all at once.

Nothing is started, made or changed here, so ``softswitch check`` may look at a line that is running.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import soundfile

from softswitch import home, ports
from softswitch.applications.check import application_faults, application_warnings
from softswitch.claims import Claims
from softswitch.config import Config
from softswitch.demo import TREES
from softswitch.errors import ConfigError, Problem, StartError
from softswitch.features.check import feature_faults
from softswitch.integrations.authorities import unreadable_authority
from softswitch.integrations.inner_check import inner_places
from softswitch.integrations.keepers import keeper_faults
from softswitch.ivr.actions.queueing import WHEN_AGENT
from softswitch.ivr.ahead import prompts_known_ahead
from softswitch.ivr.check import check_side_menus, check_targets, check_tills
from softswitch.ivr.check_people import check_people
from softswitch.ivr.expressions import nearest
from softswitch.ivr.lint.linting import lint_trees
from softswitch.ivr.loader import read_trees
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.prompts import ANY_LANGUAGE
from softswitch.ivr.proof.reading import is_tests
from softswitch.ivr.references import OWN_FIELD, QUEUE, SCHEDULE, SHOP
from softswitch.music import programme
from softswitch.placeholders import kept_placeholders
from softswitch.queues.check import queue_faults, queue_warnings
from softswitch.recordings.rules import rule_faults
from softswitch.registrar.srtp_config import readable_keys
from softswitch.schedules.check import schedule_faults
from softswitch.speech.build import build_speech
from softswitch.speech.service import Speech
from softswitch.transport.doors import judge
from softswitch.tree_world.check import check_world
from softswitch.trunks.check import outside_warnings
from softswitch.trunks.routes import OwnNumbers, Routes
from softswitch.voicemail.check import forward_faults, voicemail_faults
from softswitch.voicemail.config import GREETINGS, GreetingConfig

SUFFIXES: Final = (".yaml", ".yml")
SHORTEST_PASSWORD: Final = 8
"""Letters of a password that nobody warns about. Thieves try all short words, day and night."""


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
    faults += [*problems, *_account_faults(config, readable), *_file_faults(config), *_port_faults(config)]
    faults += _faults_around(config, readable, routes, unreached)
    found = rule_faults(
        config.recordings, accounts=config.accounts, queues=config.queues, trunks=config.trunks
    )
    faults += [config.problem(where, reason) for where, reason in found]
    shown = judge(config.sip.doors, config.home, datetime.now(UTC))
    faults += [config.problem("sip.tls", reason) for reason in shown.faults]
    speech = build_speech(config.speech, config.home / "speech")
    obstacles = [*_missing_languages(speech, trees)]
    process = home.holder(config.home)
    if process is None:
        obstacles += _machine_obstacles(config)
    warnings = [
        *lint_trees(trees, queues_that_ring(config)),
        # An operator may leave out people whom the trees that come with the switch can call.
        *(problem for problem in unreached if _is_shipped(problem)),
        *_unknown_voices(speech, trees),
        *_port_warnings(config),
        *_key_warnings(config),
        *_inner_warnings(config),
        *(config.problem("sip.tls", reason) for reason in shown.warnings),
        *(
            config.problem(where, reason)
            for where, reason in outside_warnings(config, rights, routes.numbering)
        ),
        *(config.problem(where, reason) for where, reason in queue_warnings(config)),
        *(config.problem(where, reason) for where, reason in application_warnings(config.applications)),
        *_password_warnings(config),
        *(config.problem(where, reason) for where, reason in kept_placeholders(config)),
    ]
    running = "" if process is None else home.taken(config.home, process)
    return Findings(trees, tuple(faults), tuple(obstacles), tuple(warnings), running)


# Trees


def judge_trees(
    config: Config, trees: Sequence[Tree], names: Collection[str]
) -> tuple[list[Problem], list[Problem]]:
    """Look at trees that are to be published, as :func:`examine` does at a start; blocks for a moment.

    Returns every fault of all of them together, and the warnings about those that are named.
    """
    rights = {user: part.outside for user, part in config.accounts.items()}
    routes = Routes(config, rights)
    unreached = check_targets(trees, {*config.accounts, *config.groups}, routes.leads_out)
    faults = [*_account_faults(config, trees), *_faults_around(config, trees, routes, unreached)]
    named = [tree for tree in trees if tree.name in names]
    paths = {str(tree.path) for tree in named}
    speech = build_speech(config.speech, config.home / "speech")
    faults += [config.problem("speech", reason) for reason in _missing_languages(speech, named)]
    warnings = [
        *lint_trees(named, queues_that_ring(config)),
        *(problem for problem in unreached if _is_shipped(problem) and problem.path in paths),
        *_unknown_voices(speech, named),
    ]
    return faults, warnings


def _faults_around(
    config: Config, trees: Sequence[Tree], routes: Routes, unreached: Sequence[Problem]
) -> list[Problem]:
    """Return what is wrong between trees and everything else that is configured."""
    claims = Claims(config, trees)
    side_menus = {number: name for name, queue in config.queues.items() for number in queue.menus.values()}
    return [
        *_outside_faults(config, trees, routes, claims),
        *_inside_faults(config, routes, claims),
        *check_side_menus(trees, side_menus),
        *check_tills(trees, config.payments.providers),
        *check_people(trees, duties=config.duties, accounts=config.accounts),
        *check_world(trees, config),
        *(problem for problem in unreached if not _is_shipped(problem)),
    ]


def tree_files(config: Config) -> tuple[list[Path], list[Problem]]:
    """Return the files of all trees, each once, in the configuration's order; and what cannot be listed."""
    files: list[Path] = []
    faults: list[Problem] = []
    for number, place in enumerate(config.trees):
        try:
            found = _files_in(place) if place.is_dir() else [place]
            if not found:
                reason = f"the folder {place} holds no tree: put a {SUFFIXES[0]} file there, or take it out"
                faults.append(config.problem(f"trees.{number}", reason))
            elif not place.exists():
                found = []
                faults.append(config.problem(f"trees.{number}", f"there is no file or folder {place}"))
        except OSError as error:
            found = []
            faults.append(config.problem(f"trees.{number}", f"{place} cannot be read: {error.strerror}"))
        files += found
    return list({path.resolve(): path for path in files}.values()), faults


def _files_in(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        names = (entry for entry in entries if entry.name.endswith(SUFFIXES))
        return sorted(path for path in (Path(entry.path) for entry in names) if not is_tests(path))


def queues_that_ring(config: Config) -> frozenset[str]:
    """Return the queues that answer only when an agent does."""
    return frozenset(name for name, queue in config.queues.items() if queue.answer == WHEN_AGENT)


def configured_names(config: Config) -> Mapping[str, Collection[str]]:
    """Return the names that trees may speak of, by kind."""
    return {
        QUEUE: config.queues,
        SCHEDULE: config.schedules,
        SHOP: config.shops,
        OWN_FIELD: config.customers.fields,
    }


def _is_shipped(problem: Problem) -> bool:
    return Path(problem.path).is_relative_to(TREES)


# Accounts


def _account_faults(config: Config, trees: Sequence[Tree]) -> Iterator[Problem]:
    if not config.accounts:
        example = "1001: {name: Anna, password: choose-a-long-one}"
        yield config.problem("accounts", f"nobody could call: name at least one account, such as {example}")
    for tree in trees:
        for index, number in enumerate(tree.numbers):
            if number in config.accounts:
                line = tree.lines.get(f"numbers.{index}", tree.lines.get("numbers"))
                reason = (
                    f"is also a number of the menu '{tree.name}' ({tree.path}, line {line}): "
                    "give one of the two another number"
                )
                yield config.problem(f"accounts.{number}", reason)
    for user, watchers in config.presence.watch.items():
        for unknown in sorted({user, *watchers} - config.accounts.keys()):
            yield config.problem(f"presence.watch.{user}", f"there is no account {unknown}")


# Trunks and numbers


def _outside_faults(
    config: Config, trees: Sequence[Tree], routes: Routes, claims: Claims
) -> Iterator[Problem]:
    """Yield what leads nowhere outside, or from outside, and what is claimed twice."""
    for where, reason in config.trunk_faults({user: part.outside for user, part in config.accounts.items()}):
        yield config.problem(where, reason)
    menus = {number: tree for tree in trees for number in tree.numbers}
    names = {tree.name for tree in trees}
    inside = {*claims.leads, *config.queues, *config.voicemail.boxes, *config.voicemail.requests, *names}
    for number, part in config.numbers.items():
        if part.to not in inside:
            known = nearest(part.to, sorted(inside))
            reason = (
                f"leads to {part.to}: there is no menu, account, group, room, queue or number of that "
                f"name{known}"
            )
            yield config.problem(f"numbers.{number}", reason)
        meant = [] if part.to in claims.leads else _called(part.to, config, names)
        if len(meant) > 1:
            reason = f"leads to {part.to}, which is {' and '.join(meant)}: give one of them another name"
            yield config.problem(f"numbers.{number}", reason)
        for tree in trees:
            if tree.name == part.to and not tree.numbers:
                reason = f"leads to the menu '{tree.name}', which has no number: give it one (numbers: [100])"
                yield config.problem(f"numbers.{number}", reason)
    own = OwnNumbers(config, routes.numbering)
    for text in own.claimed_twice():
        yield config.problem("numbers", f"{text} is claimed twice, written in two ways")
    for number, tree in menus.items():
        if routes.numbering.e164(number) and (taken := own.find(number)) is not None:
            reason = f"{number} leads to {taken.to} and is also a number of the menu '{tree.name}': keep one"
            yield config.problem("numbers", reason)
    for number in config.emergency if config.trunks else ():
        reason = f"{number} is an emergency number too: give this one another"
        if number in config.accounts:
            yield config.problem(f"accounts.{number}", reason)
        if number in menus:
            tree = menus[number]
            yield Problem(str(tree.path), tree.lines.get("numbers"), "numbers", reason)


def _called(name: str, config: Config, menus: Collection[str]) -> list[str]:
    """Return what is called by a name that a number of ours may lead to."""
    kinds: tuple[tuple[str, Collection[str]], ...] = (
        ("a menu", menus),
        ("a queue", config.queues),
        ("a voicemail box", config.voicemail.boxes),
        ("a desk for callbacks", config.voicemail.requests),
    )
    return [kind for kind, names in kinds if name in names]


# Numbers inside


def _inside_faults(config: Config, routes: Routes, claims: Claims) -> Iterator[Problem]:
    """Yield what is claimed twice inside, and what leads nowhere, of everything that has numbers."""
    accounts, leads = config.accounts, claims.leads
    found = [
        *feature_faults(config, accounts, claims.before("accounts")),
        *queue_faults(
            config,
            accounts,
            claims.before("queues"),
            leads_inside=leads,
            menus=claims.of("menus"),
        ),
        *schedule_faults(
            config,
            accounts,
            claims.before("duties"),
            leads_inside=leads,
            spelling=routes.numbering.comparable,
        ),
        *application_faults(
            config.applications,
            accounts,
            claims.before("applications"),
            leads_inside=leads,
            leads_out=routes.leads_out,
        ),
        *keeper_faults(config.customers, config.connections, accounts),
        *voicemail_faults(
            config.voicemail,
            people=accounts,
            claimed=claims.before("voicemail"),
            inside=claims.before("voicemail"),
            mailboxes=config.mail,
            ticket_queues=config.tickets,
        ),
        *forward_faults(config.voicemail, {user: person.forward.named for user, person in accounts.items()}),
    ]
    return (config.problem(where, reason) for where, reason in found)


# Passwords and ports


def _password_warnings(config: Config) -> Iterator[Problem]:
    for user, part in config.accounts.items():
        if part.password is None:
            continue
        if part.password == user:
            yield config.problem(f"accounts.{user}.password", "is the account's own number: guessed at once")
        elif len(part.password) < SHORTEST_PASSWORD:
            reason = f"is shorter than {SHORTEST_PASSWORD} letters: who guesses it calls at your cost"
            yield config.problem(f"accounts.{user}.password", reason)


def _port_faults(config: Config) -> Iterator[Problem]:
    """Yield ports that stand here twice: only one of the two could be opened."""
    taken = {config.sip.port: "sip.port"}
    for door in config.sip.doors:
        if door.port and door.port in taken:
            reason = f"{door.port} is the same port as {taken[door.port]}: {door.transport} needs its own"
            yield config.problem(door.setting, reason)
        taken.setdefault(door.port, door.setting)


# Other files


def _file_faults(config: Config) -> Iterator[Problem]:
    if config.music is not None:
        yield from _music_faults(config, config.music.play, "music", "music.play")
    for name, queue in config.queues.items():
        yield from _music_faults(config, queue.music, f"queues.{name}.music", f"queues.{name}.music")
        for index, message in enumerate(queue.announce.comfort.messages):
            if message.play is not None and (reason := _unreadable(message.play)):
                where = f"queues.{name}.announce.comfort.messages.{index}"
                yield config.problem(where, f"{message.play}: {reason}")
    for name, box in config.voicemail.boxes.items():
        for kind in GREETINGS:
            greeting: GreetingConfig | None = getattr(box, kind)
            if greeting is None or greeting.play is None:
                continue
            if reason := _unreadable(greeting.play):
                yield config.problem(f"voicemail.boxes.{name}.{kind}", f"{greeting.play}: {reason}")
    for index, path in enumerate(config.http.authorities):
        if (why := unreadable_authority(path)) is not None:
            yield config.problem(f"http.authorities.{index}", f"{path}: {why}")
    voices = config.speech.piper_voices
    if voices is not None and not voices.is_dir():
        yield config.problem("speech.piper_voices", f"there is no folder {voices}")
    timings = config.media.timings
    if timings is not None and not timings.parent.is_dir():
        yield config.problem("media.timings", f"there is no folder {timings.parent}")


def _music_faults(config: Config, places: Sequence[Path], alone: str, among_others: str) -> Iterator[Problem]:
    """Find files that cannot be played; ``alone`` is where the only one stands."""
    for index, place in enumerate(places):
        where = f"{among_others}.{index}" if len(places) > 1 else alone
        try:
            files = programme((place,))
        except OSError as error:
            yield config.problem(where, f"{place}: {error.strerror}")
            continue
        if not files:
            yield config.problem(where, f"{place}: holds no sound file")
        for file in files:
            if reason := _unreadable(file):
                yield config.problem(where, f"{file}: {reason}")


def _unreadable(path: Path) -> str:
    """Return why a sound file cannot be played, "" when it can."""
    try:
        with path.open("rb"):
            pass
        frames = soundfile.info(str(path)).frames
    except OSError as error:
        return str(error.strerror)
    except soundfile.SoundFileError:
        return "is no sound file that can be read: a WAV, FLAC, OGG or MP3 is wanted here"
    return "" if frames else "holds no sound"


# Voices


def _missing_languages(speech: Speech, trees: Sequence[Tree]) -> Iterator[str]:
    """Refuse to start without a voice for a language that callers are to hear."""
    speakers: dict[str, Tree] = {}
    for tree in trees:
        for said in prompts_known_ahead([tree]):
            speakers.setdefault(said.language, tree)
    for language, tree in sorted(speakers.items()):
        if not speech.engines(language):
            why = "; ".join(f"{engine}: {reason}" for engine, reason in sorted(speech.reasons.items()))
            yield (
                f"there is no voice for the language {language!r}, which the menu '{tree.name}' speaks "
                f"({why or 'no engine speaks it'})"
            )


def _unknown_voices(speech: Speech, trees: Sequence[Tree]) -> Iterator[Problem]:
    told: set[tuple[Path, str, str]] = set()
    for tree in trees:
        for where, step in _steps(tree):
            for wanted, language in _voices_of(step, tree):
                place = (tree.path, wanted, language)
                if place not in told and not speech.has_voice(language, wanted):
                    told.add(place)
                    reason = f"no engine has a voice '{wanted}' for the language {language!r}: another speaks"
                    yield Problem(str(tree.path), step.line, where, reason)


def _steps(tree: Tree) -> Iterator[tuple[str, Step]]:
    for branch in tree.branches.values():
        for step in branch.steps:
            yield f"branch {branch.name} step {step.number} ({step.action_name})", step


def _voices_of(step: Step, tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield every voice that prompts of a step name, with the language it is to speak."""
    for prompt in step.action.prompts():
        if prompt.voice is not None:
            for code in prompt.text or {}:
                yield prompt.voice, (prompt.language or tree.language) if code == ANY_LANGUAGE else code


# This machine


def _machine_obstacles(config: Config) -> Iterator[str]:
    if reason := home.obstacle(config.home):
        yield reason
    try:
        ports.try_port(config.sip.bind, config.sip.port)
    except OSError as error:
        yield ports.refusal(error, config.sip.bind, config.sip.port)
    for door in config.sip.doors:
        try:
            ports.try_stream(config.sip.bind, door.port)
        except OSError as error:
            if not door.optional:
                yield ports.refusal(error, config.sip.bind, door.port, door.setting)
    if config.api is not None:
        try:
            ports.try_stream(config.api.bind, config.api.port)
        except OSError as error:
            yield ports.refusal(error, config.api.bind, config.api.port, "api.port")


def _key_warnings(config: Config) -> Iterator[Problem]:
    settings = {user: part.srtp for user, part in config.accounts.items()}
    for user, reason in readable_keys(settings, tls=config.sip.tls is not None):
        yield config.problem(f"accounts.{user}.srtp", reason)


def _inner_warnings(config: Config) -> Iterator[Problem]:
    """Yield addresses of other systems that nothing gets to: what is sent there would wait for ever."""
    urls = {f"connections.{name}.url": part.url for name, part in config.connections.items()}
    urls |= {f"sms.{name}.http.url": part.http.url for name, part in config.sms.items() if part.http}
    urls |= {f"webhooks.{name}.url": part.url for name, part in config.webhooks.items()}
    urls |= {f"applications.{number}.url": part.url for number, part in config.applications.items()}
    for name, shop in config.shops.items():
        urls |= {f"shops.{name}.http.url": shop.http.url} if shop.http else {}
        urls |= {f"shops.{name}.woocommerce.url": shop.woocommerce.url} if shop.woocommerce else {}
    for where, reason in inner_places(config.http, urls):
        yield config.problem(where, reason)


def _port_warnings(config: Config) -> Iterator[Problem]:
    first, last = config.media.port_range
    kernel = ports.overlap(first, last)
    if kernel is not None:
        low, high = kernel
        yield config.problem(
            "media.ports",
            f"{first}-{last} overlaps {low}-{high}, which the kernel gives out to any program: a call may "
            f"find its port taken. Choose ports below {low}, or reserve them "
            "(net.ipv4.ip_local_reserved_ports)",
        )
