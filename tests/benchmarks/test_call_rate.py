from benchmarks.call_rate import Figures, Phase, Run, table


def phase(name: str, done: int, *faults: str, answer_ms: tuple[float, ...] = ()) -> Phase:
    return Phase(name, 10.0, done, faults, repeated=0, answer_ms=answer_ms, cpu=5.0)


RUN = Run(
    registrations=(
        phase("registrations, paced", 2000),
        phase("registrations, full speed", 9000, "no answer"),
    ),
    calls=(
        phase("calls, paced", 1998, "no answer", "no answer", answer_ms=(2.0, 4.0)),
        phase("calls, full", 4000),
    ),
)


def test_rates_are_those_at_full_speed_and_failures_those_of_both():
    assert RUN.figures() == Figures(
        calls_per_second=400.0, calls_failed=2, registrations_per_second=900.0, registrations_failed=1
    )


def test_the_table_says_why_something_failed():
    text = table(RUN)
    assert "no answer: 2 times" in text
    assert "50.0 %" in text
