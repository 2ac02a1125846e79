from xml.etree import ElementTree

from benchmarks.drawing import COLOURS, HEIGHT, MARGIN, WIDTH, Series, curves, svg, ticks


def texts(picture: str) -> list[str | None]:
    return [
        element.text for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_the_picture_is_well_formed_and_names_its_series():
    picture = ticks("a < b", [Series("one & two", [0.0, 10.0, 20.0]), Series("none", [])], limit=20.0)
    assert {"a < b", "one & two", "20"} <= set(texts(svg(picture)))


def test_what_is_over_the_limit_widens_the_axis():
    picture = ticks("", [Series("", [0.0, 40.0])], limit=20.0)
    dots = picture.strokes[-1].points
    assert dots == ((MARGIN, HEIGHT - MARGIN), (WIDTH - MARGIN, MARGIN))
    assert f"{MARGIN:.1f}h.1" in svg(picture)


def test_curves_go_from_left_to_right_in_percent_of_their_wholes():
    across = Series("calls", [200.0, 100.0])
    picture = curves(
        "load", across, [(Series("worker", [50.0, 25.0]), 100.0), (Series("late", [10.0, 0.0]), 20.0)]
    )
    lines = [stroke for stroke in picture.strokes if stroke.colour in COLOURS and not stroke.dots]
    middle = HEIGHT / 2
    assert [stroke.points[-1] for stroke in lines] == [(WIDTH - MARGIN, middle)] * 2
    assert lines[0].points[0] < lines[0].points[1]
    assert {"calls", "100 %", "200"} <= set(texts(svg(picture)))


def test_a_search_that_found_nothing_is_a_picture_too():
    picture = curves("load", Series("calls", []), [(Series("worker", []), 100.0)])
    assert "worker" in texts(svg(picture))
