import random
import socket

from benchmarks.junk import SOURCES, Figures, junk, pour, table

FIGURES = Figures(
    calls=200,
    frames_lost=0,
    gaps_over_40ms_percent=0.0,
    junk_per_second=20_000,
    registrations=400,
    registrations_failed=0,
    registrations_repeated=0,
    registration_p99_ms=9.5,
    signalling_cpu_percent=31.0,
    signalling_growth_percent=1.2,
    generator_late_p99_ms=1.5,
)


def test_the_flood_is_of_many_kinds_and_always_the_same():
    drawn = [[junk(chance) for _ in range(300)] for chance in (random.Random(1), random.Random(1))]
    assert drawn[0] == drawn[1]
    begins = {data.split(b" ", 1)[0] for data in drawn[0]}
    assert {b"REGISTER", b"INVITE", b"OPTIONS", b"BYE"} <= begins
    assert len(set(drawn[0])) == 300
    assert all(1 <= len(data) < 1500 for data in drawn[0] if data)


def test_it_is_poured_at_its_rate_from_all_sources():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        assert pour(sink.getsockname()[1], 200, 0.5) >= 90
        heard = {sink.recvfrom(2000)[1][0] for _ in range(60)}
    assert heard == set(SOURCES)


def test_the_table_names_every_figure():
    text = table(FIGURES)
    assert "frames lost" in text
    assert "20,000" in text
