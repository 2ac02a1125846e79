"""What programs give is taken as it is described, and nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from softswitch.web.resources.base import Day, Moment
from softswitch.web.resources.people import NewOrder
from tests.web.line import Line

MOMENT, DAY = TypeAdapter(Moment), TypeAdapter(Day)
ORDER = {"status": "shipped", "at": "2026-03-01T12:00:00Z"}


@pytest.mark.parametrize(
    "text", ["2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00", "2026-03-01T12:00:00.000Z"]
)
def test_a_time_has_its_zone(text: str) -> None:
    assert MOMENT.validate_python(text) == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "given", ["0.5", "1772366400", 1772366400, 0.5, True, "2026-03-01T12:00:00", "2026-03-01", ""]
)
def test_a_number_is_no_time(given: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(given)


@pytest.mark.parametrize("given", ["0", 0, 1.5, False, "2026-03-01T12:00:00Z", "01.03.2026"])
def test_a_number_is_no_day(given: object) -> None:
    assert DAY.validate_python("2026-03-01") == date(2026, 3, 1)
    with pytest.raises(ValidationError):
        DAY.validate_python(given)


@pytest.mark.parametrize("total", [False, "12", 1.0])
def test_a_sum_of_money_is_a_whole_number(total: object) -> None:
    assert NewOrder.model_validate({**ORDER, "total": 12}).total == 12
    with pytest.raises(ValidationError):
        NewOrder.model_validate({**ORDER, "total": total})


async def test_an_empty_key_against_repeats_is_refused(here: Line) -> None:
    order = {"queue": "sales", "title": "Parcel has not come"}
    answer = await (await here.client()).post("/v1/tickets", json=order, headers={"Idempotency-Key": ""})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header.Idempotency-Key"
