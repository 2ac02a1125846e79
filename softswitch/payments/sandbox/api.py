"""The sandbox's answers over HTTP: payments by code, pay-links, their page, and idempotency keys."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from softswitch.clock import Clock
from softswitch.ids import make_id
from softswitch.payments.sandbox.bank import Account, Bank, Standing, apply_to
from softswitch.payments.sandbox.codes import CODE_LIVES_S, Fate, behaviour, explained
from softswitch.payments.sandbox.entries import Answered, AnyEntry, Made
from softswitch.payments.sandbox.journal import Journal
from softswitch.payments.sandbox.page import link_page, over_page

KEY_HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 255
TOKEN_OCTETS: Final = 16
"""Of a pay-link's address, which nobody may guess."""

PAGE_POLICY: Final = "default-src 'none'; form-action 'self'; style-src 'unsafe-inline'"
"""The page needs its own form and its own style, and nothing from anywhere."""

LONGEST_LINK_S: Final = 7 * 86_400.0

Done = tuple[int, dict[str, object], list[AnyEntry]]
"""A status, what is answered, and what is to be written down before that."""


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a payment is asked for with. ``until`` is Unix time, of a pay-link alone."""

    amount: int
    description: str = ""
    purpose: str = ""
    until: float = 0.0


class Typed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code that a customer has typed."""

    code: str


Body = TypeVar("Body", Wanted, Typed)


@dataclass(slots=True)
class Desk:
    """What the handlers work on. ``stir`` is called when something has happened that others wait for."""

    bank: Bank
    journal: Journal
    clock: Clock
    api_key: str = field(repr=False)
    stir: Callable[[], None] = lambda: None
    base: str = ""
    """The address pay-links begin with, without a slash at the end."""

    def now(self) -> float:
        """Return Unix time."""
        return self.clock.wall().timestamp()

    def write(self, entries: list[AnyEntry]) -> None:
        """Write entries down, then let them be so."""
        if entries:
            self.journal.append(entries)
            for entry in entries:
                self.bank.apply(entry)
            self.stir()

    def tick(self) -> None:
        """Let customers and banks do what they have done by now."""
        self.write(list(self.bank.due(self.now())))


def application(desk: Desk) -> web.Application:
    """Return the whole API."""
    api = Api(desk)
    app = web.Application(middlewares=[api.guarded], client_max_size=64 * 1024)
    app.add_routes(
        [
            web.get("/", api.front),
            web.post("/v1/payments", api.start),
            web.post("/v1/links", api.link),
            web.get("/v1/payments/{payment}", api.look),
            web.post("/v1/payments/{payment}/code", api.code),
            web.post("/v1/payments/{payment}/cancel", api.cancel),
            web.post("/v1/payments/{payment}/refund", api.refund),
            web.get("/pay/{token}", api.page),
            web.post("/pay/{token}", api.decide),
        ]
    )
    return app


def _answer(status: int, body: dict[str, object]) -> web.Response:
    return web.json_response(body, status=status)


def _refused(status: int, error: str) -> web.HTTPException:
    text = json.dumps({"error": error})
    kinds: dict[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        404: web.HTTPNotFound,
        409: web.HTTPConflict,
        503: web.HTTPServiceUnavailable,
    }
    return kinds[status](text=text, content_type="application/json")


class AnswerLost(Exception):
    """The connection is to break before the answer."""


class Api:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._was_busy: set[str] = set()

    @property
    def guarded(self) -> Callable[..., Awaitable[web.StreamResponse]]:
        """The middleware: who may ask, and answers that never arrive."""

        @web.middleware
        async def guard(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            if request.path.startswith("/v1/"):
                given = request.headers.get("Authorization", "").encode()
                if not hmac.compare_digest(given, f"Bearer {self._desk.api_key}".encode()):
                    raise _refused(401, "wrong_key")
            self._desk.tick()
            try:
                return await handler(request)
            except AnswerLost:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=500)

        return guard

    # --- payments ---

    async def start(self, request: web.Request) -> web.Response:
        """Make a payment that waits for a code."""
        return await self._once(request, lambda body: self._made(request, body, link=False))

    async def link(self, request: web.Request) -> web.Response:
        """Make a pay-link."""
        return await self._once(request, lambda body: self._made(request, body, link=True))

    async def look(self, request: web.Request) -> web.Response:
        """Show a payment."""
        return _answer(200, self._account(request).shown())

    async def code(self, request: web.Request) -> web.Response:
        """Take a code for a payment that waits for one."""
        account = self._account(request)
        typed = _decoded(await request.read(), Typed)
        fate, key = behaviour(typed.code).fate, request.headers.get(KEY_HEADER, "")
        if fate is Fate.REQUEST_LOST:
            raise AnswerLost
        if fate is Fate.BUSY and key not in self._was_busy:
            self._was_busy.add(key)
            raise _refused(503, "busy")
        seen_before = key in self._desk.bank.answers
        answer = await self._once(request, lambda _: self._code_taken(account, typed.code))
        if fate is Fate.ANSWER_LOST and not seen_before:
            raise AnswerLost
        return answer

    async def cancel(self, request: web.Request) -> web.Response:
        """Call a payment off, if it is not over already."""
        account = self._account(request)
        return await self._once(request, lambda _: self._changed(account, self._desk.bank.cancel))

    async def refund(self, request: web.Request) -> web.Response:
        """Give the money of a payment back."""
        account = self._account(request)
        if account.standing not in (Standing.PAID, Standing.REFUNDED):
            raise _refused(409, "not_paid")
        return await self._once(request, lambda _: self._changed(account, self._desk.bank.refund))

    def _made(self, request: web.Request, body: bytes, *, link: bool) -> Done:
        wanted = _decoded(body, Wanted)
        now = self._desk.now()
        if wanted.amount < 1:
            raise _refused(400, "amount")
        if link and not now < wanted.until <= now + LONGEST_LINK_S:
            raise _refused(400, "until")
        made = Made(
            at=now,
            payment=make_id(self._desk.clock.wall()),
            key=request.headers[KEY_HEADER],
            amount=wanted.amount,
            description=wanted.description,
            purpose=wanted.purpose,
            token=secrets.token_urlsafe(TOKEN_OCTETS) if link else "",
            until=wanted.until if link else 0.0,
        )
        shown = Account(made, Standing.WAITING_FOR_CUSTOMER if link else Standing.WAITING_FOR_CODE).shown()
        if link:
            shown["url"] = f"{self._desk.base or f'http://{request.host}'}/pay/{made.token}"
        return 201, shown, [made]

    def _code_taken(self, account: Account, code: str) -> Done:
        if account.standing is not Standing.WAITING_FOR_CODE:
            return 409, {**account.shown(), "error": "not_waiting_for_code"}, []
        entry = self._desk.bank.take_code(account, code, self._desk.now())
        after = Account(account.made, account.standing)
        apply_to(after, entry)
        if after.standing is Standing.WAITING_FOR_CODE:
            return 422, after.shown(), [entry]
        return 200, {**after.shown(), "code_lives_s": CODE_LIVES_S}, [entry]

    def _changed(self, account: Account, change: Callable[[Account, float], AnyEntry | None]) -> Done:
        entry = change(account, self._desk.now())
        if entry is None:
            return 200, account.shown(), []
        after = Account(account.made, account.standing, account.reason, account.taken)
        apply_to(after, entry)
        return 200, after.shown(), [entry]

    async def _once(self, request: web.Request, do: Callable[[bytes], Done]) -> web.Response:
        """Answer a request with an idempotency key: what was done once is not done again."""
        key = request.headers.get(KEY_HEADER, "")
        if not 0 < len(key) <= LONGEST_KEY:
            raise _refused(400, "idempotency_key")
        body = await request.read()
        asked = f"{request.method} {request.path}\n".encode() + body
        # Keyed, as six digits could be found out from a bare hash.
        print_ = hmac.digest(self._desk.api_key.encode(), asked, "sha256").hex()
        before = self._desk.bank.answers.get(key)
        if before is not None:
            if before.print != print_:
                raise _refused(409, "key_reused")
            return web.Response(text=before.body, status=before.status, content_type="application/json")
        status, shown, entries = do(body)
        text = json.dumps(shown)
        answered = Answered(at=self._desk.now(), key=key, print=print_, status=status, body=text)
        self._desk.write([*entries, answered])
        return web.Response(text=text, status=status, content_type="application/json")

    def _account(self, request: web.Request) -> Account:
        account = self._desk.bank.accounts.get(request.match_info["payment"])
        if account is None:
            raise _refused(404, "no_such_payment")
        return account

    # --- for people ---

    async def front(self, request: web.Request) -> web.Response:
        """Tell what this is."""
        return web.Response(text=f"The sandbox of payments. No money moves here.\n\n{explained()}\n")

    async def page(self, request: web.Request) -> web.Response:
        """Show the page of a pay-link."""
        return self._page(self._linked(request))

    async def decide(self, request: web.Request) -> web.Response:
        """Take the customer's yes or no on the page."""
        account = self._linked(request)
        said = (await request.post()).get("answer")
        if account.standing is Standing.WAITING_FOR_CUSTOMER and said in ("pay", "decline"):
            now, bank = self._desk.now(), self._desk.bank
            entry = bank.confirm(account, now) if said == "pay" else bank.fail(account, "declined", now)
            self._desk.write([entry])
        return self._page(account)

    def _linked(self, request: web.Request) -> Account:
        account = self._desk.bank.by_token(request.match_info["token"])
        if account is None:
            raise _refused(404, "no_such_link")
        return account

    def _page(self, account: Account) -> web.Response:
        waits = account.standing is Standing.WAITING_FOR_CUSTOMER
        shown = link_page if waits else over_page
        return web.Response(
            text=shown(account),
            content_type="text/html",
            headers={
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "Content-Security-Policy": PAGE_POLICY,
            },
        )


def _decoded(body: bytes, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise _refused(400, "body") from error
