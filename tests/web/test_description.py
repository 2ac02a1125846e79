"""The description of the interface."""

from __future__ import annotations

from softswitch.web.app import make_routes
from softswitch.web.scopes import SCOPES


def test_it_names_every_scope_and_every_scope_is_needed_somewhere() -> None:
    document = make_routes().openapi()
    assert all(f"`{scope}`" in document["info"]["description"] for scope in SCOPES)
    needed = {
        scope
        for some in document["paths"].values()
        for one in some.values()
        for demand in one.get("security", ())
        for scope in demand["token"]
    }
    assert needed == set(SCOPES)


def test_everything_has_words_and_says_how_it_refuses() -> None:
    document = make_routes().openapi()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, some in document["paths"].items():
        for method, one in some.items():
            assert one["description"], (method, path)
            assert {"401", "403", "422", "429"} <= one["responses"].keys(), (method, path)
            refused = one["responses"]["422"]["content"]
            assert list(refused) == ["application/problem+json"]


def test_every_post_may_have_a_key() -> None:
    for some in make_routes().openapi()["paths"].values():
        if "post" in some and some["post"].get("security"):
            assert any(one["name"] == "Idempotency-Key" for one in some["post"]["parameters"])


def test_what_is_asked_and_answered_has_examples() -> None:
    schemas = make_routes().openapi()["components"]["schemas"]
    for name in ("NewCustomer", "Customer", "NewTicket", "NewCall", "SwitchTo", "Recording", "NewMessage"):
        assert schemas[name]["examples"]
