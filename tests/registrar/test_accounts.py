"""Accounts and their hashes."""

from __future__ import annotations

from softswitch.registrar.accounts import Account, Accounts, secrets_of
from softswitch.sip.digest import MD5, SHA256, ha1


def test_accounts_are_found_by_user():
    accounts = Accounts([Account("1001", "Anna"), Account("1002")])
    assert accounts.get("1001").name == "Anna"
    assert accounts.get("anna") is None
    assert ([account.user for account in accounts], len(accounts)) == (["1001", "1002"], 2)


def test_a_password_becomes_every_hash_and_is_not_kept():
    secrets = secrets_of("1001", "home", "pa ss")
    assert secrets == {
        SHA256: ha1(SHA256, "1001", "home", "pa ss"),
        MD5: ha1(MD5, "1001", "home", "pa ss"),
    }
    accounts = Accounts([Account("1001", secrets=secrets), Account("1002", secrets={MD5: "f" * 32})])
    assert accounts.secret("1001", SHA256) == secrets[SHA256]
    assert accounts.secret("1002", SHA256) is None
    assert accounts.secret("4711", MD5) is None
    # An account that is printed by mistake gives no secret away.
    assert secrets[MD5] not in repr(accounts.get("1001"))


def test_what_every_account_can_be_asked_for():
    whole, hashed = (
        Account("1001", secrets=secrets_of("1001", "home", "p")),
        Account("1002", secrets={MD5: "f" * 32}),
    )
    assert Accounts([]).algorithms() == {MD5, SHA256}
    assert Accounts([whole]).algorithms() == {MD5, SHA256}
    assert Accounts([whole, hashed]).algorithms() == {MD5}
