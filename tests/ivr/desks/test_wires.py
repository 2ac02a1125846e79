from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.wires import NoWires, Question


async def test_a_switch_that_asks_nobody_has_no_answer():
    wires = Desks().wires
    assert isinstance(wires, NoWires)
    reply = await wires.ask(Question("orders"), lambda _: None)
    assert (reply.fault, dict(reply.variables)) == ("unreachable", {})
