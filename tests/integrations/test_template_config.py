from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.integrations.template_config import NAMES, TemplateConfig
from softswitch.ivr.variables import KNOWN_VARIABLES, OPEN_FAMILIES
from softswitch.outbox.messages import Attachment


def test_a_template_makes_a_mail_and_a_message() -> None:
    template = TemplateConfig(
        subject="Wiadomość od %%number%%",
        text="Dzwonił {{CUSTOMER.NAME}}.",
        html="<b>{{CUSTOMER.NAME}}</b>",
        sms="Instrukcja: {{VARIABLE.LINK}}",
        default="?",
    )
    values = {"CALL.SRC_NUMBER": "+48600100200", "CUSTOMER.NAME": "A&B"}.get
    mail = template.mail(values, ("a@example.com",), attachments=(Attachment("x.wav"),), written="2026-01-05")
    assert (mail.subject, mail.text, mail.html) == (
        "Wiadomość od +48600100200",
        "Dzwonił A&B.",
        "<b>A&amp;B</b>",
    )
    assert mail.attachments == (Attachment("x.wav"),)
    assert template.message(values) == "Instrukcja: ?"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "needs text"),
        ({"text": "x"}, "needs a subject"),
        ({"sms": "x", "html": "<p>"}, "needs its text"),
        ({"sms": "{{CUSTOMER.NAM}}"}, "did you mean 'CUSTOMER.NAME'"),
        ({"sms": "%%numer%%"}, "unknown variable"),
        ({"sms": "{{ x"}, "line 1"),
        ({"sms": "x", "body": "y"}, "Extra inputs"),
    ],
)
def test_what_is_wrong_is_said_at_once(given: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        TemplateConfig.model_validate(given)


def test_all_variables_of_menus_are_known() -> None:
    assert {*KNOWN_VARIABLES, *OPEN_FAMILIES} <= NAMES
    own = {"sms": "Package {{CUSTOMER.CUSTOM_FIELD.PAKIET}} for {{CUSTOMER.FULL_NAME}}"}
    assert TemplateConfig.model_validate(own).sms == own["sms"]
