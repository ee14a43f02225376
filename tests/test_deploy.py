"""The files of deploy/ fit the program: its commands, settings, ports, routes and times, and nothing runs as root.

No Docker engine and no cluster is needed: the files are read as text and YAML.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest

yaml = pytest.importorskip("yaml", reason="pyyaml is not installed")

from colorfast.cli import cli  # noqa: E402 - the tests are skipped before
from colorfast.errors import SettingsError  # noqa: E402
from colorfast.settings import load_settings  # noqa: E402

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
MANIFESTS = [
    found
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for found in yaml.safe_load_all(path.read_text("utf-8"))
]
PODS = {
    found["metadata"]["name"]: found["spec"]["template"]["spec"]
    for found in MANIFESTS
    if found["kind"] == "Deployment"
}
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"] == "colorfast"}
SUFFIXES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "m": 1e-3}


def kind(name: str) -> dict[str, Any]:
    [found] = [each for each in MANIFESTS if each["kind"] == name]
    return found


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def parsed(arguments: list[str]) -> dict[str, Any]:
    """Parse a command line as click would, without running it; a wrong word or option raises UsageError."""
    name, *rest = arguments
    parent = click.Context(
        cli, **cli.context_settings
    )  # click keeps the names of options of the first context
    return cli.commands[name].make_context(name, rest, parent=parent).params


def amount(text: str) -> float:
    """Return a quantity of Kubernetes in bytes or cores."""
    number, suffix = re.fullmatch(r"([\d.]+)(\w*)", text).groups()
    return float(number) * SUFFIXES.get(suffix, 1)


def mounts(container: dict[str, Any]) -> dict[str, str]:
    return {each["mountPath"]: each["name"] for each in container["volumeMounts"]}


def image_environment() -> dict[str, str]:
    lines = re.findall(r"^ENV (.*)$", DOCKERFILE.partition("\nFROM")[2].partition("\nFROM")[2], re.MULTILINE)
    return dict(each.split("=", 1) for line in lines for each in line.split())


@pytest.fixture
def answering() -> Iterator[Callable[[int], int]]:
    """Answer one request on a free port with a status; gives the port."""
    servers = []

    def started(status: int) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status if self.path == "/readyz" else 404)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[0].handle_request, daemon=True).start()
        return servers[0].server_port

    yield started
    for server in servers:
        server.server_close()


COMMANDS = {
    **{f"compose {name}": each["command"] for name, each in OURS.items()},
    **{f"kubernetes {name}": pod["containers"][0]["args"] for name, pod in PODS.items()},
    "image build": re.search(r"^RUN colorfast (.*)$", DOCKERFILE, re.MULTILINE)[1].split(),
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_every_command_is_one_that_the_program_has(arguments):
    parsed(arguments)


def test_a_wrong_option_would_be_noticed():
    with pytest.raises(click.UsageError, match="--databse"):
        parsed(["worker", "--databse=x"])


def test_the_image_starts_from_a_tag_and_ends_as_nobody():
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 2
    assert all(re.fullmatch(r"[a-z/]+:[\w.-]+", image) for image in images)
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]


def test_the_image_asks_the_route_that_says_ready_on_the_port_that_serve_takes():
    probe = json.loads(re.search(r"^HEALTHCHECK.*?CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)[1])
    port = parsed(["serve"])["port"]
    compile(probe[2], "probe", "exec")
    assert f"'127.0.0.1', {port}" in probe[2]
    assert "'/readyz'" in probe[2]
    assert re.search(rf"^EXPOSE {port}$", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize(("status", "wanted"), [(200, 0), (503, 1)])
def test_the_probe_of_the_image_tells_ready_from_not(status, wanted, answering):
    probe = json.loads(re.search(r"^HEALTHCHECK.*?CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)[1])
    code = probe[2].replace("8000", str(answering(status)))
    with pytest.raises(SystemExit) as ended:
        exec(code, {})
    assert int(ended.value.code) == wanted


def test_every_probe_asks_a_route_of_the_service():
    create_app = pytest.importorskip("colorfast.service.app").create_app
    routes = create_app(None).openapi()["paths"].keys()
    [server] = PODS["colorfast-server"]["containers"]
    probes = {name: server[name]["httpGet"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert {probe["path"] for probe in probes.values()} == {"/readyz", "/healthz"} <= routes
    assert probes["livenessProbe"]["path"] == "/healthz"  # a database that is away is no reason to restart
    assert {probe["port"] for probe in probes.values()} == {port["name"] for port in server["ports"]}


def test_every_port_is_the_one_that_serve_takes():
    port = parsed(["serve"])["port"]
    assert [each.rpartition(":")[2] for each in OURS["server"]["ports"]] == [str(port)]
    [server] = PODS["colorfast-server"]["containers"]
    assert [each["containerPort"] for each in server["ports"]] == [port]
    assert kind("Service")["spec"]["ports"][0]["targetPort"] == server["ports"][0]["name"]


def test_every_setting_exists_and_has_a_value_that_it_takes():
    literals = kind("Kustomization")["configMapGenerator"][0]["literals"]
    composed = {name: "" for each in OURS.values() for name in each["environment"]}
    for environ in (image_environment(), composed, dict(each.split("=", 1) for each in literals)):
        load_settings(environ=environ)


def test_the_postgres_of_compose_is_the_one_that_is_opened():
    made = COMPOSE["services"]["postgres"]["environment"]
    for each in OURS.values():
        place = urlsplit(parsed(each["command"])["database"])
        assert (place.username, place.path) == (made["POSTGRES_USER"], f"/{made['POSTGRES_DB']}")
        assert (place.hostname, place.password) == ("postgres", None)
        assert each["environment"]["PGPASSWORD"] == made["POSTGRES_PASSWORD"]


def test_compose_has_postgres_a_server_and_two_workers():
    assert set(COMPOSE["services"]) == {"postgres", "server", "worker"}
    assert OURS["worker"]["deploy"]["replicas"] == 2
    assert COMPOSE["services"]["postgres"]["image"] == "postgres:17"
    assert set(COMPOSE["volumes"]) == {"cache", "database", "pictures"}


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_compose_may_write_to_its_volumes_alone(name):
    ours = OURS[name]
    assert ours["read_only"] is True
    assert ours["tmpfs"] == ["/tmp"]
    assert ours["cap_drop"] == ["ALL"]
    assert {volume.split(":")[1] for volume in ours["volumes"]} == {
        str(parsed(ours["command"])["data"]),
        image_environment()["COLORFAST_CACHE"],
    }


@pytest.mark.parametrize("name", PODS)
def test_a_pod_runs_as_nobody_and_may_write_to_its_volumes_alone(name):
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"USER {pod['securityContext']['runAsUser']}:" in DOCKERFILE
    for container in containers(pod):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert mounts(container)["/tmp"] == "tmp"


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_room_for_its_data_and_its_cache(name):
    pod = PODS[name]
    [container] = pod["containers"]
    assert mounts(container)[str(parsed(container["args"])["data"])] == "data"
    assert mounts(container)[image_environment()["COLORFAST_CACHE"]] == "cache"
    room = {volume["name"]: volume["emptyDir"] for volume in pod["volumes"] if "emptyDir" in volume}
    used = sum(amount(each["sizeLimit"]) for each in room.values())
    assert used <= amount(container["resources"]["limits"]["ephemeral-storage"])


@pytest.mark.parametrize("name", PODS)
def test_a_pod_asks_for_what_it_needs_and_takes_no_more_than_its_limits(name):
    for container in containers(PODS[name]):
        asked, limits = container["resources"]["requests"], container["resources"]["limits"]
        assert asked.keys() == limits.keys() == {"cpu", "memory", "ephemeral-storage"}
        assert all(0 < amount(asked[each]) <= amount(limits[each]) for each in asked)


@pytest.mark.parametrize("name", PODS)
def test_no_variable_of_a_pod_is_made_by_its_cluster(name):
    assert PODS[name]["enableServiceLinks"] is False
    with pytest.raises(SettingsError, match="COLORFAST_SERVICE_HOST"):  # what they would lead to
        load_settings(environ={"COLORFAST_SERVICE_HOST": "10.0.0.1"})


def test_a_worker_does_as_many_jobs_as_it_has_cores():
    [pod] = PODS["colorfast-worker"]["containers"]
    cores = OURS["worker"]["deploy"]["resources"]["limits"]["cpus"]
    assert parsed(pod["args"])["workers"] == amount(pod["resources"]["limits"]["cpu"])
    assert parsed(OURS["worker"]["command"])["workers"] == float(cores)


def test_jobs_in_hand_have_the_time_to_end():
    server = pytest.importorskip("colorfast.service.server")
    times = [float(each["stop_grace_period"].rstrip("s")) for each in OURS.values()]
    times += [pod["terminationGracePeriodSeconds"] for pod in PODS.values()]
    assert min(times) > server.LEAVE_SECONDS
    probe = PODS["colorfast-server"]["containers"][0]["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > server.START_SECONDS


def test_the_autoscaler_and_the_budget_speak_of_deployments_that_are_there():
    scaled = kind("HorizontalPodAutoscaler")["spec"]
    assert scaled["scaleTargetRef"]["name"] in PODS
    assert scaled["minReplicas"] < scaled["maxReplicas"]
    deployed = [found for found in MANIFESTS if found["kind"] == "Deployment"]
    assert [found["metadata"]["name"] for found in deployed if "replicas" not in found["spec"]] == [
        scaled["scaleTargetRef"]["name"]
    ]
    labels = [found["spec"]["template"]["metadata"]["labels"] for found in deployed]
    assert kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] in labels
    assert kind("Service")["spec"]["selector"] in labels
    assert kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] in labels


def test_the_kustomization_names_every_manifest_and_no_other():
    named = kind("Kustomization")["resources"]
    found = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    assert set(named) == found


def test_the_image_is_built_of_what_docker_may_see():
    sent = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    assert {name for names in copied for name in names.split()} == sent
    assert all((ROOT / name).exists() for name in sent)


def test_secrets_of_a_deployment_are_not_committed():
    ignored = (DEPLOY / ".gitignore").read_text("utf-8").split()
    assert {".env", COMPOSE["secrets"]["keys"]["file"]} <= set(ignored)


def test_the_metric_to_scale_by_is_one_of_the_service():
    text = (DEPLOY / "kubernetes" / "autoscaling.yaml").read_text("utf-8")
    [name] = set(re.findall(r"colorfast_\w+", text))
    assert f'"{name}"' in (ROOT / "src" / "colorfast" / "service" / "gauges.py").read_text("utf-8")
