import pytest

from benchmarks.measuring import Bench
from benchmarks.modes import Mode
from benchmarks.processes import Cores, available_cores, choose_cores
from benchmarks.rigs import ACCOUNTS, Target, TargetRig, WorkerRig
from benchmarks.sip import Account
from benchmarks.switch import NUMBER, SwitchFailed, SwitchUnderTest


def cores() -> Cores:
    return choose_cores(available_cores())


def test_a_switch_of_others_is_called_with_a_password_and_watched_by_its_process():
    assert ACCOUNTS > 0
    with SwitchUnderTest(
        accounts=1, prompt_seconds=60.0, signalling=cores().signalling, worker=cores().worker
    ) as switch:
        target = Target(switch.address, NUMBER, Account("b0", "", "pw-b0"), switch.worker)
        run = Bench(Mode.IVR, cores(), target).run(4, 2.0, bare=False)
    figures = run.figures()
    assert figures.frames_lost == 0
    assert run.window.reception.packets >= 4 * 2 * 50 - 8
    assert figures.worker_cpu_percent is not None
    assert (figures.signalling_cpu_percent, figures.tick_lateness_p99_ms) == (None, None)


def test_a_target_is_reached_from_the_address_that_leads_there():
    rig = TargetRig(Target(("127.0.0.1", 5060), "100", Account("anna", "")))
    with rig:
        assert rig.host == "127.0.0.1"
    assert rig.stop().lost == 0


def test_a_worker_whose_signalling_has_ended_is_said(capfd):
    with pytest.raises(SwitchFailed, match="signalling has ended"):
        WorkerRig(Mode.IVR, Cores(*[min(available_cores())] * 2, worker=100_000))
    assert "Traceback" in capfd.readouterr().err
