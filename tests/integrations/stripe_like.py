"""A PaymentIntents API that knows BLIK, idempotency keys and Checkout, in the shapes of Stripe's reference.

The public test server for this API (localstripe) knows none of the three; what both know is tested on both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

Object = dict[str, object]

DECLINES = {"000001": "code_invalid", "000002": "customer_declined", "000003": "insufficient_funds"}


@dataclass
class StripeLike:
    """The state of the API. ``asked`` are (method, path, form, key) of all requests."""

    objects: dict[str, Object] = field(default_factory=dict)
    answers: dict[str, tuple[int, Object]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)

    def application(self) -> web.Application:
        """Return it as an aiohttp application."""
        app = web.Application()
        app.router.add_route("*", "/v1/{path:.+}", self.handle)
        return app

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        key = request.headers.get("Idempotency-Key", "")
        path = request.match_info["path"]
        self.asked.append((request.method, path, form, key))
        if request.headers.get("Authorization") != "Bearer sk_test":
            return web.json_response({"error": {"code": "api_key_invalid"}}, status=401)
        if key and key in self.answers:
            status, shown = self.answers[key]
            return web.json_response(shown, status=status)
        status, shown = self._done(request.method, path.split("/"), form)
        if key:
            self.answers[key] = status, dict(shown)
        return web.json_response(shown, status=status)

    def _done(self, method: str, path: list[str], form: dict[str, str]) -> tuple[int, Object]:
        match method, path:
            case "POST", ["payment_intents"]:
                return self._new("pi_", {"status": "requires_payment_method", "amount": int(form["amount"])})
            case "POST", ["checkout", "sessions"]:
                made = {"status": "open", "payment_status": "unpaid", "url": "https://pay.example/cs"}
                return self._new("cs_", made)
            case "POST", ["refunds"]:
                self.refunds.append(form["payment_intent"])
                return 200, {"id": "re_1", "status": "succeeded"}
            case "GET", [*_, name] if name in self.objects:
                return 200, self.objects[name]
            case "POST", [*_, name, what] if name in self.objects:
                changes: dict[str, Callable[[Object, dict[str, str]], tuple[int, Object]]] = {
                    "confirm": self._confirm,
                    "cancel": self._cancel,
                    "expire": self._expire,
                }
                return changes[what](self.objects[name], form)
        return 404, {"error": {"code": "resource_missing"}}

    def _new(self, prefix: str, made: Object) -> tuple[int, Object]:
        name = f"{prefix}{len(self.objects)}"
        self.objects[name] = {"id": name, **made}
        return 200, self.objects[name]

    def _confirm(self, intent: Object, form: dict[str, str]) -> tuple[int, Object]:
        if intent["status"] != "requires_payment_method":
            return 400, {"error": {"code": "payment_intent_unexpected_state"}}
        declined = DECLINES.get(form["payment_method_options[blik][code]"])
        if declined:
            intent["last_payment_error"] = {"code": "card_declined", "decline_code": declined}
            return 402, {"error": {"code": "card_declined", "decline_code": declined}}
        intent["status"] = "requires_action"
        intent["next_action"] = {"type": "blik_authorize"}
        return 200, intent

    def _cancel(self, intent: Object, form: dict[str, str]) -> tuple[int, Object]:
        if intent["status"] in ("succeeded", "processing", "canceled"):
            return 400, {"error": {"code": "payment_intent_unexpected_state"}}
        intent["status"] = "canceled"
        return 200, intent

    def _expire(self, session: Object, form: dict[str, str]) -> tuple[int, Object]:
        if session["status"] != "open":
            return 400, {"error": {"message": "only open sessions expire"}}
        session["status"] = "expired"
        return 200, session
