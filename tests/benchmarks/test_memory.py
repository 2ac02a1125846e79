from benchmarks.memory import Figures, table

FIGURES = Figures(
    registrations=4000,
    octets_per_registration=2_900,
    calls=500,
    octets_per_call=61_000,
    worker_octets_per_call=17_000,
)


def test_the_table_says_what_each_takes():
    lines = table(FIGURES).splitlines()
    assert lines[2].split() == ["idle", "registrations", "4000", "2,900"]
    assert lines[3].split() == ["calls", "in", "progress", "500", "61,000"]
    assert lines[4].endswith("17,000")
