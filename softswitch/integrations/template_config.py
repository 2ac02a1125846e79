"""Named texts for mails and messages, and the variables they may hold."""

from __future__ import annotations

from typing import Final

from pydantic import Field, field_validator, model_validator

from softswitch.integrations.errors import TemplateFault
from softswitch.integrations.templates import Lookup, compiled
from softswitch.ivr.variables import KNOWN_VARIABLES, OPEN_FAMILIES
from softswitch.outbox.messages import Attachment, Mail
from softswitch.parts import Part

NAMES: Final = frozenset(
    {
        # Whatever a menu can say can be written, too.
        *KNOWN_VARIABLES,
        *(f"CALL.{name}" for name in ("ID", "DATE", "TIME", "PATH", "RESULT")),
        *(f"CUSTOMER.{name}" for name in ("NUMBER", "COMPANY", "KEEPER")),
        *(f"MESSAGE.{name}" for name in ("SECONDS", "BOX", "DATE", "TIME")),
        *(f"TICKET.{name}" for name in ("NUMBER", "TITLE", "STATUS")),
        *(f"PAYMENT.{name}" for name in ("AMOUNT", "LINK", "TITLE")),
        *("GROUP.NAME", "QUEUE.NAME", "AGENT.NAME", "AGENT.NUMBER", "COMPANY.NAME"),
        # What steps and customers' own fields are called is the operator's affair.
        *OPEN_FAMILIES,
    }
)
"""Every variable that a text may hold. One that has no value in a call becomes its default text."""


class TemplateConfig(Part):
    """One text in up to four forms: a mail's subject, text and HTML, and a text message.

    ``default`` stands for a variable that has neither a value nor a default of its own. Sums and days are
    written as in ``language``, "" for that of whom it goes to.
    """

    subject: str = Field(default="", max_length=500)
    text: str = ""
    html: str = ""
    sms: str = Field(default="", max_length=2000)
    default: str = Field(default="", max_length=200)
    language: str = Field(default="", pattern=r"^([a-z]{2}(-[A-Z]{2})?)?$")

    def mail(
        self,
        lookup: Lookup,
        to: tuple[str, ...],
        *,
        attachments: tuple[Attachment, ...] = (),
        written: str = "",
        language: str = "",
    ) -> Mail:
        """Return the mail with its variables filled in; ``written`` is when, ISO 8601."""
        read_in = self.language or language
        return Mail(
            to,
            compiled(self.subject).fill(lookup, self.default, read_in),
            compiled(self.text).fill(lookup, self.default, read_in),
            compiled(self.html, html=True).fill(lookup, self.default, read_in) if self.html else "",
            attachments,
            written=written,
        )

    def message(self, lookup: Lookup, language: str = "") -> str:
        """Return the text message with its variables filled in."""
        return compiled(self.sms).fill(lookup, self.default, self.language or language)

    @field_validator("subject", "text", "sms", "html")
    @classmethod
    def _well_written(cls, value: str) -> str:
        try:
            compiled(value, known=NAMES)
        except TemplateFault as error:
            raise ValueError(str(error)) from error
        return value

    @model_validator(mode="after")
    def _says_something(self) -> TemplateConfig:
        if not (self.text.strip() or self.sms.strip()):
            raise ValueError("a template needs text, for mails, or sms, for text messages")
        if self.text.strip() and not self.subject.strip():
            raise ValueError("a mail needs a subject beside its text")
        if self.html.strip() and not self.text.strip():
            raise ValueError("a mail in html needs its text, too, for programs that show no html")
        return self
