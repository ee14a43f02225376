from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.weights import NAMES, OURS, known


@pytest.fixture
def run():
    """Run `colorfast models …`."""
    return lambda *arguments: CliRunner().invoke(cli, ["models", *arguments])


def test_list_names_every_network_with_size_and_license(run):
    done = run("list")
    assert done.exit_code == 0
    assert "garment: parsing, 11 classes, 2." in done.stdout
    assert "transfer: transfer, 3." in done.stdout
    assert "patch: color, 0.3 MB" in done.stdout
    assert "sam2-tiny: refinement" in done.stdout
    assert "ask before commercial use" in done.stdout


def test_list_as_json_is_one_object(run):
    rows = json.loads(run("list", "--json").stdout)["networks"]
    assert [row["name"] for row in rows] == list(NAMES)
    assert [row["name"] for row in rows if row["present"]] == list(OURS)


def test_verify_checks_what_is_there(run):
    done = run("verify")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [f"{name}: as it should be" for name in OURS]


def test_verify_ends_with_4_when_a_file_is_another_one(run, own_cache):
    path = known("segformer-b0-clothes").path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"other")
    done = run("verify", "--json")
    assert done.exit_code == 4
    assert [row["code"] for row in json.loads(done.stdout)["networks"]] == [
        *("" for _ in OURS),
        "network-damaged",
    ]


def test_verify_of_a_network_that_is_not_there_ends_with_4(run):
    assert run("verify", "sam2-tiny").exit_code == 4


def test_pull_pins_what_was_put_there_by_hand_and_prints_its_place(run, own_cache):
    path = known("beit-ade").path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"made here")
    done = run("pull", "beit-ade")
    assert (done.exit_code, done.stdout.strip()) == (0, str(path))
    assert "pinned model.onnx" in done.stderr


def test_pull_of_an_unknown_name_ends_with_4_and_the_known_ones(run):
    done = run("pull", "segformer")
    assert done.exit_code == 4
    assert "segformer-b0-clothes" in done.stderr
