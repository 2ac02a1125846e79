from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config import Config, load_config
from softswitch.errors import ConfigError

WHOLE = """\
mail:
  support: {host: smtp.example.com, from: centrala@firma.pl, user: a, password: b, authorities: ca.pem}
templates:
  manual: {sms: "Instrukcja: https://firma.pl/i"}
sms:
  default:
    http:
      url: https://sms.example.com/send
      auth: {bearer: t0ken}
      body: {to: "{{SMS.NUMBER}}", text: "{{SMS.TEXT}}"}
webhooks:
  crm: {url: "https://crm.example.com/hook", secrets: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw]}
drops:
  archive:
    ftp: {host: ftp.example.com, user: a, password: b}
    queues: [sales]
"""


def read(folder: Path, text: str) -> Config:
    (folder / "softswitch.yaml").write_text(text, encoding="utf-8")
    return load_config(folder / "softswitch.yaml")


def test_a_whole_configuration(tmp_path: Path) -> None:
    config = read(tmp_path, WHOLE)
    assert config.mail["support"].authorities == tmp_path / "ca.pem"
    assert config.templates["manual"].sms.startswith("Instrukcja")
    assert config.sms["default"].http is not None
    assert config.webhooks["crm"].events == ("call.ended",)
    assert config.drops["archive"].queues == ("sales",)


def test_without_any_there_are_none(tmp_path: Path) -> None:
    config = read(tmp_path, "home: line\n")
    parts = (config.mail, config.templates, config.sms, config.webhooks, config.drops)
    assert not any(parts)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("support:", "Support Team:", "line 2"),
        ("centrala@firma.pl", "centrala", "line 2: mail.support.from: 'centrala' is no mail address"),
        ("{{SMS.TEXT}}", "{{SMS.TXT}}", "line 7: sms.default.http: unknown variable {{SMS.TXT}}"),
        ("https://firma.pl/i", "{{CUSTOMER.NAM}}", "unknown variable {{CUSTOMER.NAM}}"),
        ("whsec_M", "M", "`softswitch webhooks secret` makes one"),
        ("ftp: {host", "ftps: {host", "line"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, WHOLE.replace(old, new))
    assert fault in str(caught.value)
    assert "t0ken" not in str(caught.value)
