"""``payments`` as it is typed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.payments.model import Doing, Method, Order, Payment, State
from softswitch.payments.sandbox.entries import Charged, Made
from softswitch.payments.sandbox.journal import Journal
from softswitch.storage.database import Database
from softswitch.storage.payment_store import PaymentStore
from softswitch.storage.place import settle
from tests.cli.running import refused, run
from tests.fakes.clock import START, FakeClock
from tests.fakes.patience import PATIENCE

CONFIG = "accounts:\n  '1001': {password: a-Long-one-1}\nhome: line\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    async def fill() -> None:
        (tmp_path / "line").mkdir()
        database = await Database.open(settle(tmp_path / "line", None))
        store = PaymentStore(database, FakeClock())
        for number, state in enumerate((State.PAID, State.UNKNOWN)):
            order = Order(12_345, "bank", "FV 7", purpose=str(number))
            await store.add(Payment(f"01{number}", order, Method.BLIK, START, START, START, state=state))
        await database.close()

    asyncio.run(fill())
    (tmp_path / "softswitch.yaml").write_text(CONFIG)
    return tmp_path / "softswitch.yaml"


def listed(config: Path, *words: str) -> dict[str, str]:
    shown = json.loads(run("payments", *words, "--json", "--config", config).output)
    return {one["id"]: one["doing"] for one in shown}


def test_what_is_open_and_what_is_over(config: Path) -> None:
    assert listed(config) == {"011": ""}
    assert listed(config, "--all") == {"011": "", "010": ""}
    assert "123,45" in run("payments", "--config", config).output


def test_money_that_goes_back_is_left_to_the_switch(config: Path) -> None:
    assert "goes back" in run("payments", "refund", "010", "--config", config).output
    assert listed(config) == {"011": "", "010": Doing.REFUND.value}
    assert "nothing to give back" in refused(
        EXIT_CANNOT_START, "payments", "refund", "011", "--config", config
    )
    assert "no payment 0Z" in refused(EXIT_CANNOT_START, "payments", "refund", "0Z", "--config", config)


@pytest.mark.parametrize("words", [("refund",), ("sell",), ("sandbox", "01")])
def test_half_a_sentence_is_refused(words: tuple[str, ...]) -> None:
    result = run("payments", *words)
    assert result.exit_code == 2
    assert "refund PAYMENT" in result.stderr


def test_a_journal_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.append(
        [Made(at=0, payment="A", key="k", amount=1, description=""), Charged(at=1, payment="A", amount=1)]
    )
    assert "nobody was charged twice" in run("payments", "check", "--journal", path).output
    journal.append([Charged(at=2, payment="A", amount=1)])
    journal.close()
    result = run("payments", "check", "--journal", path)
    assert result.exit_code == EXIT_CANNOT_START
    assert "charged twice: payment A" in result.output


def test_a_journal_that_is_not_there_proves_nothing(tmp_path: Path) -> None:
    told = refused(EXIT_CANNOT_START, "payments", "check", "--journal", tmp_path / "none")
    assert "there is no journal" in told


def test_the_sandbox_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "softswitch", "payments", "sandbox", "--port", "0"]
    with subprocess.Popen(
        [*argv, "--journal", str(tmp_path / "journal")],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "no money moves" in first
        while process.stdout.readline().strip() != "ready":
            assert process.poll() is None
        url = first.split(" at ")[1].split(";")[0]
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            assert b"77xxNN" in answer.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
