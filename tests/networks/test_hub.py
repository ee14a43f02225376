from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from colorfast import hub
from colorfast.errors import DownloadFailed, ExtraMissing, NetworkDamaged, NetworkMissing
from colorfast.weights import PINS, find, known

B0 = "segformer-b0-clothes"


@pytest.fixture
def lines() -> list[str]:
    """What was said while fetching."""
    return []


@pytest.fixture
def fake_hub(monkeypatch):
    """Stand in for huggingface_hub: `gives` holds what its repositories hold, by file name."""
    module, errors = ModuleType("huggingface_hub"), ModuleType("huggingface_hub.errors")
    module.gives, module.asked, module.errors = {}, [], errors
    errors.HfHubHTTPError = type("HfHubHTTPError", (RuntimeError, OSError), {})

    def download(repository, name, *, revision, local_dir, token):
        module.asked.append((repository, name, revision, token))
        if name not in module.gives:
            raise RuntimeError("Name or service not known.\nmore")
        path = Path(local_dir) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(module.gives[name])

    module.hf_hub_download = download
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    monkeypatch.setitem(sys.modules, "huggingface_hub.errors", errors)
    return module


def test_a_pinned_revision_is_asked_for_without_a_token(fake_hub, lines):
    fake_hub.gives = {"onnx/model_quantized.onnx": b"other"}
    with pytest.raises(DownloadFailed):
        hub.pull(B0, say=lines.append)
    repository, _, revision, token = fake_hub.asked[0]
    assert (repository, revision, token) == (known(B0).repository, known(B0).revision, False)
    assert "license: NVIDIA SegFormer" in lines[0]


def test_what_is_not_the_published_file_is_not_kept(fake_hub, lines):
    fake_hub.gives = {"onnx/model_quantized.onnx": b"other"}
    with pytest.raises(DownloadFailed, match="not what was published"):
        hub.pull(B0, say=lines.append)
    assert not known(B0).path.exists()


def test_without_a_connection_the_error_says_how_to_put_the_file_there_by_hand(fake_hub, lines):
    with pytest.raises(DownloadFailed) as told:
        hub.pull(B0, say=lines.append)
    assert "Name or service not known; try again" in str(told.value)
    assert f"{known(B0).revision}/onnx/model_quantized.onnx" in str(told.value)
    assert str(known(B0).path) in str(told.value)


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch, lines):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ExtraMissing, match=r"put it at .*colorfast\[hub\]"):
        hub.pull(B0, say=lines.append)


def test_a_network_that_the_hub_has_not_says_what_makes_it(lines):
    with pytest.raises(NetworkMissing, match=r"tools/export_beit\.py"):
        hub.pull("beit-ade", say=lines.append)


def test_a_file_without_a_published_hash_is_pinned_as_it_first_comes(own_cache, lines):
    path = known("beit-ade").path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"first")
    assert hub.pull("beit-ade", say=lines.append).path == path
    assert "pinned model.onnx" in lines[0]
    assert find("beit-ade").sha256 == json.loads((path.parent / PINS).read_text())["model.onnx"]


def test_another_file_in_the_place_of_a_pinned_one_is_refused(own_cache, lines):
    path = known("beit-ade").path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"first")
    hub.pull("beit-ade", say=lines.append)
    path.write_bytes(b"another")
    with pytest.raises(NetworkDamaged):
        hub.pull("beit-ade", say=lines.append)


def test_what_is_there_is_not_fetched_again(own_cache, lines, classifier, in_place, fake_hub):
    classifier(known(B0).path, np.ones((18, 4)))
    in_place(B0)
    hub.pull(B0, say=lines.append)
    assert lines == fake_hub.asked == []
