"""The page of a pay-link: one sum, two buttons, no script."""

from __future__ import annotations

from html import escape
from typing import Final

from softswitch.amounts import written_amount
from softswitch.payments.sandbox.bank import Account, Standing

_FRAME: Final = """<!doctype html>
<html lang="pl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Płatność próbna</title>
<style>body{{font:1.1rem sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6rem 1.2rem;margin:.3rem .6rem .3rem 0}}</style></head>
<body><h1>{amount}</h1><p>{description}</p>{rest}
<p><small>Piaskownica: nie ruszają się żadne pieniądze. Sandbox: no money moves.</small></p></body></html>
"""

_BUTTONS: Final = """<form method="post">
<button name="answer" value="pay">Zapłać / Pay</button>
<button name="answer" value="decline">Odrzuć / Decline</button></form>"""

_ENDS: Final = {
    Standing.PAID: "Zapłacono. / Paid.",
    Standing.REFUNDED: "Zwrócono. / Refunded.",
    Standing.FAILED: "Nie zapłacono. / Not paid.",
    Standing.CANCELLED: "Odwołano. / Called off.",
}


def link_page(account: Account) -> str:
    """Return the page of a payment that its customer may still make."""
    return _page(account, _BUTTONS)


def over_page(account: Account) -> str:
    """Return the page of a payment that is over."""
    return _page(account, f"<p><b>{_ENDS.get(account.standing, '')}</b></p>")


def _page(account: Account, rest: str) -> str:
    made = account.made
    return _FRAME.format(
        amount=escape(written_amount(made.amount)), description=escape(made.description), rest=rest
    )
