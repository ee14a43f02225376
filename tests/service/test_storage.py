from __future__ import annotations

import asyncio
import hashlib

import pytest

from colorfast.errors import NotAPicture
from colorfast.service.errors import FetchTooLarge, LinkExpired, NotFound
from colorfast.service.storage import Storage, check_link, name_of, signature

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
SHA256 = hashlib.sha256(PNG).hexdigest()


@pytest.fixture
def storage(tmp_path):
    return Storage(tmp_path)


def received(storage, *pieces, most=1000):
    with storage.receiving(most) as taken:
        for piece in pieces:
            taken(piece)
        return storage.keep(taken)


def test_a_picture_that_arrives_in_pieces_is_kept_by_its_hash(storage):
    blob = received(storage, PNG[:3], PNG[3:])
    assert (blob.sha256, blob.format, blob.size) == (SHA256, "png", len(PNG))
    assert storage.path(SHA256).read_bytes() == PNG


def test_the_same_bytes_are_kept_once(storage, tmp_path):
    assert received(storage, PNG) == storage.put(PNG)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_what_is_too_large_or_no_picture_is_not_kept(storage, tmp_path):
    with pytest.raises(FetchTooLarge):
        received(storage, PNG, most=50)
    with pytest.raises(NotAPicture):
        received(storage, b"<html>")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "name", ["", "..", "../" * 22, "g" * 64, "A" * 64, "0" * 63, "0" * 65, "/etc/passwd"]
)
def test_only_a_hash_becomes_a_name(name):
    with pytest.raises(NotFound):
        name_of(name)


def test_a_picture_is_streamed_as_it_came(storage):
    async def read():
        return b"".join([piece async for piece in storage.stream(storage.put(PNG).sha256)])

    assert asyncio.run(read()) == PNG


def test_a_picture_that_is_gone_is_an_error(storage):
    with pytest.raises(NotFound):
        storage.path(SHA256)
    with pytest.raises(NotFound):
        asyncio.run(anext(storage.stream(SHA256)))


def test_object_storage_is_read_through_copies(tmp_path):
    (tmp_path / "bucket").mkdir()
    there = Storage(tmp_path / "data", (tmp_path / "bucket").as_uri())
    there.put(PNG)
    assert there.path(SHA256).read_bytes() == PNG
    assert (tmp_path / "bucket" / SHA256[:2] / SHA256).is_file()
    assert there.path(SHA256).is_relative_to(tmp_path / "data" / "copies")


def test_a_link_holds_until_it_expires_and_for_its_file_alone():
    signed = signature(b"secret", "file", SHA256, 100)
    check_link(b"secret", SHA256, 100, signed, now=99.0)
    for sha256, expires, secret, now in (
        (SHA256, 100, b"secret", 101.0),
        (SHA256, 200, b"secret", 99.0),
        ("0" * 64, 100, b"secret", 99.0),
        (SHA256, 100, b"other", 99.0),
    ):
        with pytest.raises(LinkExpired):
            check_link(secret, sha256, expires, signed, now)
