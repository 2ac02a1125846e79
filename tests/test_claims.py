"""Who has which number inside a line."""

from __future__ import annotations

from softswitch.claims import Claims
from softswitch.config import Config

CONFIG = Config.model_validate(
    {
        "accounts": {"1001": {"password": "a-Long-one-1"}},
        "groups": {"200": {"members": ["1001"]}},
        "queues": {"sales": {"number": "600", "members": ["1001"]}, "hidden": {"members": ["1001"]}},
    }
)


def test_of_two_kinds_the_later_sees_the_earlier():
    claims = Claims(CONFIG, ())
    assert claims.before("queues")["1001"] == "the account 1001"
    assert claims.before("queues")["200"] == "the group 200"
    assert "600" not in claims.before("queues")
    assert claims.before("duties")["600"] == "the queue sales"
    assert claims.before("emergency") == {}


def test_what_leads_somewhere_is_no_code():
    claims = Claims(CONFIG, ())
    assert claims.leads == {"1001", "200", "600"}
    assert set(claims.of("agent codes")) == {code for _, code in CONFIG.agent_codes.written()}
    assert not claims.leads & {*claims.of("codes"), *claims.of("agent codes")}
