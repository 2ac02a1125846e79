"""Where recordings are dropped: a server by FTP, FTPS, SFTP or S3, and under which names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from softswitch.integrations.drop_names import USUAL, checked_folder, checked_template
from softswitch.parts import Part

FTP_PORT: Final = 21
FTPS_PORT: Final = 990
"""Of TLS from the first octet; with AUTH TLS it is that of FTP (RFC 4217 §1)."""

Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")]


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it holds a line break or another control character")
    return text


Word = Annotated[str, AfterValidator(_one_line)]


class FtpConfig(Part):
    """A server by FTP. ``explicit`` is AUTH TLS on the usual port, ``implicit`` TLS from the first octet.

    ``authorities`` are certificates in PEM form that vouch for the server, in place of the machine's own.
    """

    host: Host
    port: int | None = Field(default=None, ge=1, le=65_535)
    tls: Literal["none", "explicit", "implicit"] = "explicit"
    user: Word = "anonymous"
    password: Word = Field(default="anonymous", repr=False)
    authorities: Path | None = None

    @property
    def port_used(self) -> int:
        """The port, or the usual one."""
        return self.port or (FTPS_PORT if self.tls == "implicit" else FTP_PORT)


class SftpConfig(Part):
    """A server by SFTP. ``host_key`` is its own key, as ``ssh-keyscan`` prints it; no other is believed.

    ``key`` is a private key in OpenSSH form without a passphrase, in place of ``password``.
    """

    host: Host
    port: int = Field(default=22, ge=1, le=65_535)
    user: Word = Field(min_length=1)
    password: Word = Field(default="", repr=False)
    key: Path | None = None
    host_key: Word = Field(pattern=r"(^|\s)(ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/]+={0,3}(\s|$)")

    @property
    def host_key_alone(self) -> str:
        """The key without the host's name that ``ssh-keyscan`` puts in front of it."""
        words = self.host_key.split()
        place = next(place for place, word in enumerate(words) if word.startswith("AAAA"))
        return f"{words[place - 1]} {words[place]}"

    @model_validator(mode="after")
    def _provable(self) -> SftpConfig:
        if bool(self.password) == (self.key is not None):
            raise ValueError("sftp needs password or key, and not both")
        return self


class S3Config(Part):
    """A bucket of S3, or of anything that speaks like it at ``endpoint``."""

    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    region: Word = "eu-central-1"
    endpoint: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:_\[\]-]+/?)?$")
    access_key: Word = Field(min_length=1, repr=False)
    secret_key: Word = Field(min_length=1, repr=False)
    authorities: Path | None = None


class DropConfig(Part):
    """One drop: exactly one kind of server, a folder there, and the names of the files below it.

    ``queues`` are those whose recordings go there, all unless given. With ``erase_too`` what is erased on the
    line is taken away there as well. ``signing_key`` is an Ed25519 key in PEM form that signs the end of the
    manifest.
    """

    ftp: FtpConfig | None = None
    sftp: SftpConfig | None = None
    s3: S3Config | None = None
    folder: str = ""
    name: str = USUAL
    queues: tuple[str, ...] = ()
    manifest: bool = True
    erase_too: bool = False
    signing_key: Path | None = None
    time_limit_s: float = Field(default=30.0, ge=1.0, le=600.0)

    def placed(self, base: Path) -> DropConfig:
        """Return it with its files taken from the folder ``base``."""
        changes: dict[str, object] = {}
        for name, field in (("ftp", "authorities"), ("sftp", "key"), ("s3", "authorities")):
            part = getattr(self, name)
            path = None if part is None else getattr(part, field)
            if path is not None:
                changes[name] = part.model_copy(update={field: base / path})
        if self.signing_key is not None:
            changes["signing_key"] = base / self.signing_key
        return self.model_copy(update=changes)

    @field_validator("name")
    @classmethod
    def _safe_name(cls, value: str) -> str:
        return checked_template(value)

    @field_validator("folder")
    @classmethod
    def _safe_folder(cls, value: str) -> str:
        return checked_folder(value)

    @model_validator(mode="after")
    def _one_server(self) -> DropConfig:
        given = [name for name in ("ftp", "sftp", "s3") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a drop needs one of ftp, sftp and s3, and has {' and '.join(given) or 'none'}")
        if self.signing_key is not None and not self.manifest:
            raise ValueError("signing_key signs the manifest: leave it out, or manifest at yes")
        if self.s3 is not None and self.folder.startswith("/"):
            raise ValueError("a folder in a bucket begins with no slash")
        return self
