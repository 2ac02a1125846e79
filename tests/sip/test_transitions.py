"""Every row of every table, written down a second time from the figures of the RFCs."""

import pytest

from softswitch.sip.transaction import Transaction
from softswitch.sip.transitions import MACHINES, Action, Input, State
from tests.sip.messages import PHONE, request_of, text_of

S, I, A = State, Input, Action  # noqa: E741 - the tables of the source use the same letters
STOP = (A.STOP_REPEAT, A.STOP_EXPIRE)
TABLES = {
    # RFC 3261 figure 5, RFC 6026 §7.2
    "INVITE client": [
        (S.CALLING, I.PROVISIONAL, S.PROCEEDING, (*STOP, A.PASS)),
        (S.CALLING, I.SUCCESS, S.ACCEPTED, (*STOP, A.PASS, A.LINGER_LONG)),
        (S.CALLING, I.FAILURE, S.COMPLETED, (*STOP, A.SEND_ACK, A.PASS, A.LINGER_LONG)),
        (S.CALLING, I.REPEAT, S.CALLING, (A.SEND_REQUEST, A.REPEAT_DOUBLED)),
        (S.CALLING, I.EXPIRE, S.TERMINATED, (A.REPORT_EXPIRED,)),
        (S.CALLING, I.BROKEN, S.TERMINATED, (A.REPORT_BROKEN,)),
        (S.PROCEEDING, I.PROVISIONAL, S.PROCEEDING, (A.PASS,)),
        (S.PROCEEDING, I.SUCCESS, S.ACCEPTED, (*STOP, A.PASS, A.LINGER_LONG)),
        (S.PROCEEDING, I.FAILURE, S.COMPLETED, (*STOP, A.SEND_ACK, A.PASS, A.LINGER_LONG)),
        (S.PROCEEDING, I.EXPIRE, S.TERMINATED, (A.REPORT_EXPIRED,)),
        (S.COMPLETED, I.FAILURE, S.COMPLETED, (A.SEND_ACK,)),
        (S.COMPLETED, I.LINGER, S.TERMINATED, ()),
        (S.COMPLETED, I.BROKEN, S.TERMINATED, ()),
        (S.ACCEPTED, I.SUCCESS, S.ACCEPTED, (A.PASS,)),
        (S.ACCEPTED, I.LINGER, S.TERMINATED, ()),
        # Not in the figure: a stream that is lost while the answer is waited for.
        (S.CALLING, I.LOST, S.CALLING, (A.REPORT_BROKEN, A.CANCEL)),
        (S.PROCEEDING, I.LOST, S.PROCEEDING, (A.REPORT_BROKEN, A.CANCEL)),
    ],
    # RFC 3261 figure 6
    "non-INVITE client": [
        (S.TRYING, I.PROVISIONAL, S.PROCEEDING, (A.PASS,)),
        (S.TRYING, I.SUCCESS, S.COMPLETED, (*STOP, A.PASS, A.LINGER_T4)),
        (S.TRYING, I.FAILURE, S.COMPLETED, (*STOP, A.PASS, A.LINGER_T4)),
        (S.TRYING, I.REPEAT, S.TRYING, (A.SEND_REQUEST, A.REPEAT_CAPPED)),
        (S.TRYING, I.EXPIRE, S.TERMINATED, (A.REPORT_EXPIRED,)),
        (S.TRYING, I.BROKEN, S.TERMINATED, (A.REPORT_BROKEN,)),
        (S.PROCEEDING, I.PROVISIONAL, S.PROCEEDING, (A.PASS,)),
        (S.PROCEEDING, I.SUCCESS, S.COMPLETED, (*STOP, A.PASS, A.LINGER_T4)),
        (S.PROCEEDING, I.FAILURE, S.COMPLETED, (*STOP, A.PASS, A.LINGER_T4)),
        (S.PROCEEDING, I.REPEAT, S.PROCEEDING, (A.SEND_REQUEST, A.REPEAT_T2)),
        (S.PROCEEDING, I.EXPIRE, S.TERMINATED, (A.REPORT_EXPIRED,)),
        (S.PROCEEDING, I.BROKEN, S.TERMINATED, (A.REPORT_BROKEN,)),
        (S.COMPLETED, I.LINGER, S.TERMINATED, ()),
    ],
    # RFC 3261 figure 7, RFC 6026 §7.1
    "INVITE server": [
        (S.PROCEEDING, I.REQUEST, S.PROCEEDING, (A.SEND_RESPONSE,)),
        (S.PROCEEDING, I.SEND_PROVISIONAL, S.PROCEEDING, (A.SEND_RESPONSE,)),
        (S.PROCEEDING, I.SEND_SUCCESS, S.ACCEPTED, (A.SEND_RESPONSE, A.LINGER_LONG)),
        (S.PROCEEDING, I.SEND_FAILURE, S.COMPLETED, (A.SEND_RESPONSE, A.REPEAT_CAPPED)),
        (S.PROCEEDING, I.BROKEN, S.TERMINATED, (A.REPORT_BROKEN,)),
        (S.COMPLETED, I.REQUEST, S.COMPLETED, (A.SEND_RESPONSE,)),
        (S.COMPLETED, I.ACK, S.CONFIRMED, (*STOP, A.LINGER_T4)),
        (S.COMPLETED, I.REPEAT, S.COMPLETED, (A.SEND_RESPONSE, A.REPEAT_CAPPED)),
        (S.COMPLETED, I.EXPIRE, S.TERMINATED, ()),
        (S.COMPLETED, I.BROKEN, S.TERMINATED, ()),
        (S.CONFIRMED, I.LINGER, S.TERMINATED, ()),
        (S.ACCEPTED, I.SEND_SUCCESS, S.ACCEPTED, (A.SEND_RESPONSE,)),
        (S.ACCEPTED, I.LINGER, S.TERMINATED, ()),
    ],
    # RFC 3261 figure 8
    "non-INVITE server": [
        (S.TRYING, I.SEND_PROVISIONAL, S.PROCEEDING, (A.SEND_RESPONSE,)),
        (S.TRYING, I.SEND_SUCCESS, S.COMPLETED, (A.SEND_RESPONSE, A.LINGER_LONG)),
        (S.TRYING, I.SEND_FAILURE, S.COMPLETED, (A.SEND_RESPONSE, A.LINGER_LONG)),
        (S.TRYING, I.BROKEN, S.TERMINATED, (A.REPORT_BROKEN,)),
        (S.PROCEEDING, I.REQUEST, S.PROCEEDING, (A.SEND_RESPONSE,)),
        (S.PROCEEDING, I.SEND_PROVISIONAL, S.PROCEEDING, (A.SEND_RESPONSE,)),
        (S.PROCEEDING, I.SEND_SUCCESS, S.COMPLETED, (A.SEND_RESPONSE, A.LINGER_LONG)),
        (S.PROCEEDING, I.SEND_FAILURE, S.COMPLETED, (A.SEND_RESPONSE, A.LINGER_LONG)),
        (S.PROCEEDING, I.BROKEN, S.TERMINATED, (A.REPORT_BROKEN,)),
        (S.COMPLETED, I.REQUEST, S.COMPLETED, (A.SEND_RESPONSE,)),
        (S.COMPLETED, I.LINGER, S.TERMINATED, ()),
        (S.COMPLETED, I.BROKEN, S.TERMINATED, ()),
    ],
}
ROWS = [(machine, *row) for machine, rows in TABLES.items() for row in rows]


def transaction(machine, state):
    return Transaction("key", MACHINES[machine], state, request_of(text_of()), PHONE)


@pytest.mark.parametrize(
    ("machine", "state", "what", "following", "actions"),
    ROWS,
    ids=[f"{machine}-{state.value}-{what.name}" for machine, state, what, *_ in ROWS],
)
def test_each_row(machine, state, what, following, actions):
    one = transaction(machine, state)
    assert one.feed(what) == actions
    assert one.state is following


def test_there_are_no_other_rows():
    for machine, table in MACHINES.items():
        listed = {(state, what) for state, what, *_ in TABLES[machine]}
        assert listed == {(state, what) for state, row in table.items() for what in row}


@pytest.mark.parametrize("machine", MACHINES)
def test_what_a_state_does_not_list_is_absorbed(machine):
    for state in State:
        for what in Input:
            if what not in MACHINES[machine].get(state, {}):
                one = transaction(machine, state)
                assert one.feed(what) is None
                assert one.state is state


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_is_reached_and_left_by_a_timer_or_the_user(machine):
    table = MACHINES[machine]
    first = next(iter(table))
    reached, new = {first}, [first]
    while new:
        for following, _ in table.get(new.pop(), {}).values():
            if following not in reached:
                reached.add(following)
                new.append(following)
    assert reached == {*table, State.TERMINATED}
    for state, row in table.items():
        timed = Input.LINGER in row or Input.EXPIRE in row
        waits_for_user = Input.SEND_FAILURE in row
        assert timed or waits_for_user, state


@pytest.mark.parametrize("machine", [name for name in MACHINES if "client" in name])
def test_a_user_hears_of_one_final_outcome(machine):
    # After PASS of a final response no row reports a failure any more.
    for state in (State.COMPLETED, State.ACCEPTED):
        for _, actions in MACHINES[machine].get(state, {}).values():
            assert not {A.REPORT_BROKEN, A.REPORT_EXPIRED} & set(actions)
