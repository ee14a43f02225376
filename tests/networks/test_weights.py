from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from colorfast import weights
from colorfast.errors import NetworkDamaged, NetworkError, NetworkMissing, SettingsError
from colorfast.labels import ADE20K, GARMENT, TABLES
from colorfast.weights import HERE, HUB, NAMES, OURS, SHIPPED, check, find, known


def test_the_shipped_file_is_the_one_of_its_record_and_small_enough():
    found = find(SHIPPED)
    assert found.labels == GARMENT
    assert found.path.stat().st_size <= 2_500_000


def test_every_file_in_the_package_is_a_known_network_and_as_it_should_be():
    assert {path.stem for path in HERE.glob("*.onnx")} == set(OURS)
    assert all(find(name).path.parent == HERE for name in OURS)


def test_a_shipped_file_that_was_changed_is_refused(tmp_path, monkeypatch):
    shutil.copytree(weights.HERE, tmp_path / "networks")
    with (tmp_path / "networks" / "garment.onnx").open("ab") as file:
        file.write(b"x")
    monkeypatch.setattr(weights, "HERE", tmp_path / "networks")
    with pytest.raises(NetworkDamaged, match="SHA-256"):
        find(SHIPPED)


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(SettingsError, match="segformer-b2-clothes"):
        find("segformer")


@pytest.mark.parametrize("name", HUB)
def test_a_network_of_the_hub_that_was_not_fetched_says_how_to_fetch_it(name):
    with pytest.raises(NetworkMissing, match=f"colorfast models pull {name}"):
        find(name)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_known_network_must_say_it_says(name):
    one = known(name)
    assert one.license
    assert one.source
    assert one.revision
    assert all(len(file.sha256) in (0, 64) for file in one.files)
    assert (one.task == "parsing") == bool(one.labels)
    assert one.repository or one.recipe or name in OURS


def test_labels_of_others_are_words_of_ours():
    assert {word for words in (*TABLES["atr"], *ADE20K) for word in words.split()} <= set(GARMENT)
    assert len(TABLES["atr"]) == 18
    assert len(ADE20K) == 150


def test_a_file_without_a_published_hash_must_be_pinned_before_it_is_used(own_cache):
    file = known("beit-ade").files[0]
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b"anything")
    with pytest.raises(NetworkError, match="pin it with: colorfast models pull beit-ade"):
        find("beit-ade")


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path):
    file = tmp_path / "model.onnx"
    file.write_bytes(b"other")
    one = known("segformer-b0-clothes")
    with pytest.raises(NetworkDamaged, match="4f9d3e4fcf3e"):
        check(one, replace(one.files[0], path=file))
