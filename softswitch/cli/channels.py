"""Commands for what reaches the outside: webhooks, dropped recordings, and a mail to try a mailbox."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from softswitch.channels import build_webhooks
from softswitch.cli.codes import EXIT_STEP_FAILED
from softswitch.cli.ending import exit_with, judged, put, run_to_the_end, say
from softswitch.cli.options import CONFIGURATION, AsJson, ConfigFile, Polish, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.verification import show_verified
from softswitch.commands.webhooks import show_receivers, show_replayed, show_welcomed
from softswitch.config import Config, load_config
from softswitch.errors import StartError
from softswitch.ids import make_id
from softswitch.integrations.mail import MailChannel
from softswitch.integrations.verification import Verified, verify
from softswitch.integrations.webhook_signing import make_secret
from softswitch.outbox.messages import Mail, written
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.webhook_store import WebhookStore

SECRET_OCTETS: Final = 32


def webhooks(
    what: Annotated[
        str,
        typer.Argument(
            help="'replay NAME --from N' sends again, 'enable NAME' tells one again that was gone, "
            "'secret' makes a secret.",
            show_default=False,
        ),
    ] = "",
    name: Annotated[str, typer.Argument(help="The receiver, as the configuration calls it.")] = "",
    first: Annotated[int, typer.Option("--from", min=1, help="The first number to send again.")] = 1,
    last: Annotated[int | None, typer.Option("--to", min=1, help="The last one; all unless given.")] = None,
    config: ConfigFile = CONFIGURATION,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show who is told what happens, up to which number; `webhooks replay NAME --from N` tells it again."""
    if what not in ("", "replay", "enable", "secret") or (what in ("replay", "enable")) != bool(name):
        raise typer.BadParameter("say nothing, or: replay NAME --from N, enable NAME, secret")
    if what == "secret":
        say(make_secret(secrets.token_bytes(SECRET_OCTETS)))
        return
    line, view = _line(config), view_of(json, pl)
    if name and name not in line.webhooks:
        raise typer.BadParameter(f"{config} has no receiver '{name}' under webhooks")

    def store(database: Database) -> WebhookStore:
        clock = SystemClock()
        return build_webhooks(line, database, EventStore(database, clock), clock)

    if what == "replay":
        count = from_database(line.home, lambda found: store(found).replay(name, first, last), changes=True)
        put(show_replayed(name, count, view=view), json)
    elif what == "enable":
        from_database(line.home, lambda found: store(found).welcome(name), changes=True)
        put(show_welcomed(name, view=view), json)
    else:
        receivers = from_database(line.home, lambda found: store(found).receivers())
        put(
            show_receivers(receivers, {one: part.events for one, part in line.webhooks.items()}, view=view),
            json,
        )


def verify_drop(
    folder: Annotated[
        Path, typer.Argument(help="What was dropped, as it is now.", exists=True, file_okay=False)
    ],
    key: Annotated[
        Path | None,
        typer.Option(help="The public key (PEM) that must have signed it.", exists=True, dir_okay=False),
    ] = None,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Find out whether dropped recordings are as they were put there: a changed octet, a missing line."""
    answer: list[Verified] = []

    def work() -> None:
        try:
            answer.append(verify(folder, key=None if key is None else _public_key(key)))
        except OSError as error:
            raise StartError(f"{error.filename or folder} cannot be read: {error.strerror}") from error

    exit_with(judged(work))
    put(show_verified(answer[0], view=view_of(json, pl)), json)
    exit_with(EXIT_STEP_FAILED if answer[0].faults else 0)


def try_mail(
    mailbox: Annotated[str, typer.Argument(help="The mailbox, as the configuration calls it.")],
    to: Annotated[str, typer.Argument(help="Who is to get the mail.")],
    config: ConfigFile = CONFIGURATION,
    pl: Polish = False,
) -> None:
    """Send a mail to try a mailbox, now and past the outbox; say what the server answers."""
    line = _line(config)
    if mailbox not in line.mail:
        raise typer.BadParameter(f"{config} has no mailbox '{mailbox}' under mail")

    async def work() -> None:
        clock = SystemClock()
        channel = MailChannel(line.mail[mailbox], files=line.home, clock=clock)
        key = f"try:{make_id(clock.wall())}"
        subject, text = (
            ("Próba skrzynki", "Ta wiadomość pokazuje, że centrala może wysyłać pocztę z tej skrzynki.")
            if pl
            else ("A try of a mailbox", "This mail shows that the switch can send mail from this mailbox.")
        )
        body = written(Mail((to,), subject, text))
        try:
            receipt = await channel.deliver(Delivery(key, f"mail:{mailbox}", body), 1)
        finally:
            await channel.close()
        say(receipt.reference)

    exit_with(run_to_the_end(work()))


def _line(config: Path) -> Config:
    found: list[Config] = []
    exit_with(judged(lambda: found.append(load_config(config))))
    return found[0]


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError:
        raise StartError(f"{path} holds no public key in PEM form") from None
    if not isinstance(key, Ed25519PublicKey):
        raise StartError(f"{path} holds another kind of key than Ed25519")
    return key
