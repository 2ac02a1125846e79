"""The call centre: what it knows at a start, and what is made audible before anybody waits."""

from __future__ import annotations

from softswitch.call_centre import said_in_queues
from softswitch.config import Config

ACCOUNTS = {"1001": {"password": "a-Long-one-1"}, "1002": {"password": "a-Long-one-2", "language": "pl"}}


def config(**queue: object) -> Config:
    return Config.model_validate(
        {"accounts": ACCOUNTS, "queues": {"sales": {"number": "600", "members": ["1001"], **queue}}}
    )


def test_what_a_queue_says_is_known_in_every_language_that_callers_may_have():
    said = list(said_in_queues(config(language="en"), ()))
    assert {one.language for one in said} == {"en", "pl"}
    texts = {one.text for one in said}
    assert "You are next in the queue." in texts
    assert "W kolejce są jeszcze dwie osoby." in texts
    assert not any(one.private for one in said)


def test_what_agents_and_those_who_are_called_back_hear_at_once_is_known_too():
    said = said_in_queues(config(name="Sales", label="VIP", callback={"by": "1001"}), ())
    texts = {one.text for one in said if one.language == "en"}
    assert {
        "Sales.",
        "VIP.",
        "Hello, this is Sales. You asked us to call you back. To be connected, press one.",
    } <= texts


def test_nothing_is_spoken_ahead_where_there_is_no_queue():
    assert not list(said_in_queues(Config.model_validate({"accounts": ACCOUNTS}), ()))
