"""What may stand under shops, and that no key is ever told."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config import Config, load_config
from softswitch.errors import ConfigError

WHOLE = """
  main:
    woocommerce: {url: "https://shop.example.com", key: ck_1, secret: cs_very-secret}
    statuses: {processing: opłacone}
  erp:
    http:
      url: "https://erp.example.com/orders?phone={phone}"
      headers: {Authorization: Bearer very-secret}
      orders: $.items[*]
      fields: {number: $.no, status: $.state, placed: $.at}
  own: {}
"""


def read(folder: Path, shops: str) -> Config:
    path = folder / "softswitch.yaml"
    path.write_text(f"accounts: {{1001: {{password: secret-1}}}}\nshops:{shops}", encoding="utf-8")
    return load_config(path)


def test_all_that_may_be_written(tmp_path: Path) -> None:
    shops = read(tmp_path, WHOLE).shops
    assert list(shops) == ["main", "erp", "own"]
    assert shops["main"].statuses == {"processing": "opłacone"}
    assert "very-secret" not in repr(shops)


@pytest.mark.parametrize(
    ("shop", "reason"),
    [
        ("woocommerce: {url: 'http://a', key: very, secret: very-secret}", "must begin with https://"),
        ("woocommerce: {url: 'https://a', key: very}", "the parameter 'secret' is missing"),
        ("http: {url: 'https://a/orders', fields: {number: $.a}}", "the address asks for nobody"),
        ("http: {url: 'ftp://a/{phone}', fields: {number: $.a}}", "an address begins with https://"),
        ("http: {url: 'https://a/{phone}', fields: {number: $.a, status: $.b}}", "say where the placed"),
        ("http: {url: 'https://a/{phone}', fields: {name: $.a}}", "'name' is not taken of orders"),
        ("http: {url: 'https://a/{phone}', fields: {number: a}}", "'a' is no path"),
        ("http: {url: 'https://a/{phone}', orders: items, fields: {}}", "'items' is no path"),
        ("limit_s: 100", "'100' must be at most 30"),
    ],
)
def test_faults_are_told_with_their_line_and_without_secrets(shop: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, f"\n  main: {{{shop}}}\n")
    assert " line 3: shops.main" in str(caught.value)
    assert reason in str(caught.value)
    assert "very" not in str(caught.value)


def test_one_way_of_asking(tmp_path: Path) -> None:
    both = WHOLE.replace("  erp:\n", "").replace("    http:", "    http:", 1)
    with pytest.raises(ConfigError, match="give one of: woocommerce; http"):
        read(tmp_path, both)
