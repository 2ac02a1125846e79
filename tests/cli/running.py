"""The command line as a program is run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner, Result

from softswitch.cli import app
from softswitch.control import Verb, answering

TREE = """
tree: t
language: en
numbers: [100]
start: a
branches:
  a: [say: Hello., goto: top]
  top: [menu: {prompt: Choose., keys: {1: sales}, then: bye}]
  sales: [queue: sales]
  bye: [hangup]
"""
"""A menu whose calls to sales are those of ``tests.ivr.test_paths``."""


def run(*words: object, typed: str = "") -> Result:
    """Run a command, with what is ``typed`` when it asks; what it raises is raised, but for its exit."""
    runner = CliRunner(env={"COLUMNS": "160", "TERM": "dumb"})
    result = runner.invoke(app, [str(word) for word in words], input=typed or None)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(code: int, *words: object) -> str:
    """Return the one sentence on standard error of a command that fails."""
    result = run(*words)
    assert result.exit_code == code, result.output
    (sentence,) = result.stderr.splitlines()
    return sentence


def asked(home: Path, verbs: Mapping[str, Verb], *questions: tuple[str, ...]) -> list[Result]:
    """Run commands beside a switch that answers to these verbs."""

    async def ask() -> list[Result]:
        async with answering(home, verbs):
            return [await asyncio.to_thread(run, *words, "--home", home) for words in questions]

    return asyncio.run(ask())


def written(config: Path, text: str, accounts: str = "{1001: {password: x}}") -> Path:
    """Write a configuration whose third line holds its accounts, before ``text``."""
    head = f"sip: {{bind: 127.0.0.1, port: 0}}\nhome: home\naccounts: {accounts}\n"
    config.write_text(head + text, encoding="utf-8")
    return config
