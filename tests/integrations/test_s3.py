"""Recordings dropped into a bucket of a real server that speaks S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from softswitch.integrations.drop import DropChannel
from softswitch.integrations.drop_config import S3Config
from softswitch.integrations.s3 import S3Place
from softswitch.outbox.model import NotNow
from tests.integrations.cutting import wire_to
from tests.integrations.dropping import NAME, SOUND, Line

BUCKET = "recordings"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def client(port: int) -> Iterator[Any]:
    made = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name="eu-central-1",
    )
    made.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield made
    for one in made.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        made.delete_object(Bucket=BUCKET, Key=one["Key"])
    made.delete_bucket(Bucket=BUCKET)
    made.close()


class Bucket:
    """A drop into a bucket, whose connections are closed with it."""

    def __init__(self, line: Line, port: int, **changes: object) -> None:
        endpoint = f"http://127.0.0.1:{port}"
        usual = {"bucket": BUCKET, "endpoint": endpoint, "access_key": "a", "secret_key": "b"}
        self.place = S3Place(S3Config.model_validate({**usual, **changes}), time_limit_s=3.0)
        self.line = line

    def __enter__(self) -> DropChannel:
        return self.line.channel(self.place)

    def __exit__(self, *_: object) -> None:
        self.place.close()


def objects(client: Any) -> dict[str, bytes]:
    listed = client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {one["Key"]: client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in listed}


async def test_a_recording_is_there_with_its_hash(line: Line, client: Any, port: int) -> None:
    with Bucket(line, port) as drop:
        receipt = await drop.deliver(line.recorded(), 1)
        await drop.deliver(line.listing(), 1)
        await drop.deliver(line.recorded(), 2)
    assert receipt.reference == f"rec/{NAME}"
    found = objects(client)
    assert found.pop(f"rec/{NAME}") == SOUND
    assert sorted(found) == ["rec/manifest-2026-01-05.jsonl", "rec/manifest.head"]
    assert found["rec/manifest-2026-01-05.jsonl"].count(b"\n") == 1


async def test_another_file_of_that_name_stays(line: Line, client: Any, port: int) -> None:
    client.put_object(Bucket=BUCKET, Key=f"rec/{NAME}", Body=b"x" * len(SOUND))
    with Bucket(line, port) as drop:
        receipt = await drop.deliver(line.recorded(), 1)
    assert objects(client) == {f"rec/{NAME}": b"x" * len(SOUND), receipt.reference: SOUND}


async def test_a_bucket_that_is_missing_is_tried_again(line: Line, client: Any, port: int) -> None:
    with Bucket(line, port, bucket="no-such-bucket") as drop, pytest.raises(NotNow, match="no-such-bucket"):
        await drop.deliver(line.recorded(), 1)


async def test_a_server_that_is_cut_off_or_down_gets_it_once(line: Line, client: Any, port: int) -> None:
    async with wire_to(port) as wire:
        with Bucket(line, wire.port) as drop:
            for attempt, limit in enumerate((0, 1, 300, 900, 20_000, 100_500), start=1):
                wire.passed, wire.limit = 0, limit
                with pytest.raises(NotNow) as caught:
                    await drop.deliver(line.recorded(), attempt)
                assert caught.value.whole
                line.clock.advance(100)
            wire.limit = None
            await drop.deliver(line.recorded(), 9)
    assert objects(client) == {f"rec/{NAME}": SOUND}


def test_the_keys_are_not_shown() -> None:
    config = S3Config(bucket="abc", access_key="AKIA1", secret_key="hunter2")
    assert "hunter2" not in repr(config)
    assert "AKIA1" not in repr(config)
