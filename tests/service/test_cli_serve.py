from __future__ import annotations

import pytest
from click.testing import CliRunner

from colorfast.cli import cli


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_without_keys_only_this_machine_is_served(host, tmp_path):
    done = CliRunner().invoke(cli, ["serve", "--host", host, "--data", str(tmp_path)])
    assert done.exit_code == 4
    assert "--keys" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_host_to_allow_that_is_none_is_refused(tmp_path):
    done = CliRunner().invoke(cli, ["serve", "--allow-host", "http://a/", "--data", str(tmp_path)])
    assert done.exit_code == 4
    assert "--allow-host" in done.stderr


def test_a_service_that_is_asked_to_end_does_so_and_has_logged_no_secret(serve, pair, tmp_path):
    with serve(tmp_path, "--workers", "1") as (running, client):
        wish = {**pair, "on_model_url": pair["on_model_url"] + "?token=secret"}
        client.post("/api/v1/correct-color", json=wish, headers={"Authorization": "Bearer secret"})
        said = running.end()
    assert running.process.returncode == 0
    assert said.splitlines()[1:] == []
    assert "secret" not in said
