"""The paper's comparison, on made photos and next to no time."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")
pytest.importorskip("matplotlib", reason="training draws with matplotlib: pip install 'colorfast[train]'")

from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.errors import SettingsError
from colorfast.training.segmentation.families import FAMILIES, Family, Terms, chosen, compare_families
from colorfast.training.segmentation.networks import NETWORKS
from colorfast.training.segmentation.table import PAPER, PAPER_NAMES, families_text
from colorfast.training.segmentation.trained import open_weights

OURS = Family("own", "weighted")


def _terms(folder, **more) -> Terms:
    return Terms(folders=(folder,), seconds=0.5, height=192, batch=2, **more)


def test_every_network_is_compared_with_both_losses():
    assert {(one.network, one.loss) for one in FAMILIES} >= {
        (n, x) for n in NETWORKS for x in ("vanilla", "weighted")
    }
    assert {PAPER_NAMES[name] for name in NETWORKS if name != "own"} <= dict(PAPER).keys()


def test_the_command_prints_one_table(make_labeled, tmp_path):
    asked = ["--data", str(make_labeled()), "-o", str(tmp_path), "--seconds", "0.2"]
    done = CliRunner().invoke(cli, ["train", "families", *asked, "--only", "lraspp"])
    assert done.exit_code == 0, done.output
    assert "0.2 core-seconds of training each" in (text := (tmp_path / "families.txt").read_text())
    assert [line.split()[:3] for line in text.splitlines()[-2:]] == [
        ["lraspp", "vanilla", "0.657"],
        ["lraspp", "weighted", "-"],
    ]


def test_a_family_that_is_done_is_not_trained_again(make_labeled, tmp_path):
    terms = _terms(make_labeled())
    first = compare_families(terms, tmp_path, families=[OURS])
    marked = {**first[0], "miou": 0.123}
    (tmp_path / "own-weighted" / "result.json").write_text(json.dumps(marked))
    assert compare_families(terms, tmp_path, families=[OURS]) == [marked]
    assert "0.123" in families_text([marked])


def test_a_stopped_family_keeps_its_number_of_steps(make_labeled, tmp_path):
    terms, folder = _terms(make_labeled()), tmp_path / "own-weighted"
    folder.mkdir()
    plan = {"network": "own", "loss": "weighted", "steps": 2, "seconds_of_a_step": 0.1}
    (folder / "training.json").write_text(json.dumps(plan))
    (result,) = compare_families(terms, tmp_path, families=[OURS])
    assert result["steps"] == 2
    assert result["seconds"] > 0
    assert not (folder / "checkpoint.pt").exists()
    assert sum(one.numel() for one in open_weights(folder).parameters()) == result["weights"]


def test_other_terms_need_another_folder(make_labeled, tmp_path):
    folder = make_labeled()
    compare_families(_terms(folder), tmp_path, families=[])
    with pytest.raises(SettingsError, match="another one"):
        compare_families(_terms(folder, rate=0.5), tmp_path, families=[])


def test_wrong_choices_are_errors(tmp_path):
    with pytest.raises(SettingsError, match="multiple of 96"):
        Terms(folders=(), height=100)
    with pytest.raises(SettingsError, match="lraspp"):
        chosen(["unet7"])
