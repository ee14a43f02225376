from pathlib import Path

import pytest

from colorfast.batch.inputs import read_inputs, write_inputs
from colorfast.errors import PairsError
from colorfast.records import Pair
from colorfast.settings import Settings, override


def test_pairs_and_settings_come_back(tmp_path):
    pairs = (Pair(id="a", photo=tmp_path / "in" / "a.jpg", target="#123456", method="ot"),)
    settings = override(Settings(), {"correct": {"strength": 0.5}})
    (tmp_path / "out").mkdir()
    write_inputs(pairs, tmp_path / "out", settings)
    found = read_inputs(tmp_path / "out")
    assert found.settings == settings
    assert found.pairs[0].photo.resolve() == pairs[0].photo
    assert (found.pairs[0].target, found.pairs[0].method) == ("#123456", "ot")


def test_the_folder_may_move_with_its_pictures(tmp_path):
    (tmp_path / "here" / "out").mkdir(parents=True)
    write_inputs([Pair(id="a", photo=tmp_path / "here" / "a.jpg")], tmp_path / "here" / "out", Settings())
    (tmp_path / "here").rename(tmp_path / "there")
    [pair] = read_inputs(tmp_path / "there" / "out").pairs
    assert pair.photo.resolve() == tmp_path / "there" / "a.jpg"


def test_a_folder_of_an_older_batch_has_none(tmp_path):
    assert read_inputs(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", '{"pairs": [{"no": 1}], "settings": {}}', '{"pairs": {}}'])
def test_what_no_batch_wrote_is_refused(tmp_path, text):
    Path(tmp_path, "inputs.json").write_text(text)
    with pytest.raises(PairsError, match=r"inputs\.json.*run the batch again"):
        read_inputs(tmp_path)
