"""A bucket of an emulated S3, as every process of a batch sees it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from colorfast.batch import objects
from colorfast.records import Pair


@pytest.fixture(scope="session")
def store() -> Iterator[str]:
    """The URL of an S3 server of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty bucket, and the environment that leads there."""
    named = {"ENDPOINT_URL": store, "ACCESS_KEY_ID": "k", "SECRET_ACCESS_KEY": "s", "REGION": "us-east-1"}
    for name, value in {**named, "ALLOW_HTTP": "true"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    name = f"b{abs(hash(tmp_path)):x}"
    urllib.request.urlopen(urllib.request.Request(f"{store}/{name}", method="PUT")).close()
    return Path(f"s3:/{name}")


@pytest.fixture
def pairs(make_pair) -> list[Pair]:
    """Three pairs of the same files."""
    made = make_pair()
    pair = Pair(id="", photo=made.photo, reference=made.reference, mask=made.mask)
    return [replace(pair, id=name) for name in ("c", "a", "b")]


@pytest.fixture
def distant(pairs, bucket) -> list[Pair]:
    """The same pairs, their files in the bucket."""
    places = {name: bucket / "in" / getattr(pairs[0], name).name for name in ("photo", "reference", "mask")}
    for name, place in places.items():
        objects.write(place, getattr(pairs[0], name).read_bytes())
    return [replace(pair, **places) for pair in pairs]
