"""Files put into a bucket of S3, by the extra ``s3`` (boto3), which blocks and works in a thread."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from softswitch.errors import StartError
from softswitch.integrations.drop import Held
from softswitch.integrations.drop_config import S3Config
from softswitch.integrations.verification import digest
from softswitch.outbox.model import NotNow

HASH: Final = "sha256"
"""The object's own note of its hash, in hexadecimal."""
LARGEST: Final = 5_000_000_000
"""Octets of one PUT (S3's own limit): 86 hours of a stereo recording."""

_MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})

Result = TypeVar("Result")


class S3Place:
    """A bucket. The client is made at the first use and kept; :meth:`close` ends it."""

    def __init__(self, config: S3Config, *, time_limit_s: float) -> None:
        try:
            import boto3
            import botocore.config
            import botocore.exceptions
        except ImportError:
            raise StartError("a drop to s3 needs boto3: pip install 'softswitch[s3]'") from None
        self._boto3 = boto3
        self._faults: tuple[type[Exception], ...] = (
            botocore.exceptions.BotoCoreError,
            botocore.exceptions.ClientError,
            OSError,
        )
        self._options = botocore.config.Config(
            connect_timeout=time_limit_s,
            read_timeout=time_limit_s,
            # The outbox tries again, with pauses that suit a server that is down.
            retries={"total_max_attempts": 1},
            signature_version="s3v4",
        )
        self._config = config
        self._client: Any = None

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[S3Shelf]:
        """Make the client; nothing is sent yet."""
        if self._client is None:
            self._client = await asyncio.to_thread(self._made)
        yield S3Shelf(self._client, self._config.bucket, self._faults)

    def close(self) -> None:
        """Close the client's connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _made(self) -> Any:  # noqa: ANN401 - boto3 makes its clients' classes while it runs
        config = self._config
        session = self._boto3.session.Session(
            aws_access_key_id=config.access_key,
            aws_secret_access_key=config.secret_key,
            region_name=config.region,
        )
        return session.client(
            "s3",
            endpoint_url=config.endpoint or None,
            config=self._options,
            verify=None if config.authorities is None else str(config.authorities),
        )


class S3Shelf:
    """The bucket, with a client that is ready."""

    def __init__(self, client: Any, bucket: str, faults: tuple[type[Exception], ...]) -> None:  # noqa: ANN401
        self._client = client
        self._bucket = bucket
        self._faults = faults

    async def held(self, name: str, size: int, sha256: str) -> Held:
        """Tell what is there under a name, by the hash that was noted with it."""
        head = await self._asked("cannot tell what it has", lambda: self._head(name))
        if head is None:
            return Held.NOTHING
        fits = size < 0 or head["ContentLength"] == size
        return Held.SAME if fits and head.get("Metadata", {}).get(HASH) == sha256 else Held.OTHER

    async def put(self, source: Path, name: str, mark: str, *, replace: bool = False) -> None:
        """Upload; an object is there whole or not at all, so it needs no other name meanwhile."""
        await self._asked("does not take the file", lambda: self._put(source, name))

    async def remove(self, name: str) -> None:
        """Take an object away."""
        await self._asked(
            "does not take the file away",
            lambda: self._client.delete_object(Bucket=self._bucket, Key=name),
        )

    def _head(self, name: str) -> Any:  # noqa: ANN401
        try:
            return self._client.head_object(Bucket=self._bucket, Key=name)
        except self._faults as error:
            if _code(error) in _MISSING:
                return None
            raise

    def _put(self, source: Path, name: str) -> None:
        sha256 = digest(source)
        if source.stat().st_size > LARGEST:
            raise OSError("the file is too large for one upload")
        with open(source, "rb") as file:
            self._client.put_object(
                Bucket=self._bucket,
                Key=name,
                Body=file,
                Metadata={HASH: sha256},
                # The server refuses what arrives otherwise than it was sent.
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            )

    async def _asked(self, what: str, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.to_thread(work)
        except self._faults as error:
            code = _code(error)
            said = code or type(error).__name__
            raise NotNow(f"the bucket {self._bucket} {what}: {said}", whole=True) from error


def _code(error: Exception) -> str:
    """Return the code in an answer of S3, "" where there was no answer."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
