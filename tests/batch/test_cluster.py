"""The engine `ray`: how it shares out, by a cluster that is made up; and one batch on a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from colorfast.batch import cluster, outputs
from colorfast.batch.cluster import TOGETHER, Crew, on_a_cluster, products_of
from colorfast.batch.local import on_this_machine
from colorfast.batch.run import run_batch
from colorfast.batch.work import Job, Outcome
from colorfast.errors import ExtraMissing, WorkerDied, WriteError
from colorfast.records import Pair
from colorfast.settings import BatchSettings, Settings


def job(name: str, reference: str | None = None) -> Job:
    pair = Pair(id=name, photo=Path("x.png"), reference=Path(reference) if reference else None)
    return Job(pair=pair, out=Path("out"), settings=Settings(), known=None)


class Died(Exception):
    """What Ray raises when an actor is gone."""


class Wrapped(Exception):
    """What Ray raises when a call raised; it holds what."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause


class MadeUpRay:
    """Calls that are answered when they are waited for; `answer` says how each job goes."""

    exceptions = SimpleNamespace(RayTaskError=Wrapped, RayActorError=Died)

    def __init__(self, answer: Callable[[int, str], object]) -> None:
        self.answer, self.actors, self.killed = answer, 0, []
        self.given: list[tuple[int, str]] = []

    def remote(self, **_):
        return lambda _hand: SimpleNamespace(remote=self.hired)

    def hired(self):
        number = self.actors = self.actors + 1

        def do(given):
            self.given.append((number, given.pair.id))
            return (number, given.pair.id)

        begin = SimpleNamespace(remote=lambda: (number, None))
        return SimpleNamespace(number=number, begin=begin, do=SimpleNamespace(remote=do))

    def wait(self, refs, **_):
        ready = [ref for ref in refs if self.answer(*ref) != "slow"][:1]
        return ready, [ref for ref in refs if ref not in ready]

    def get(self, ref):
        answer = self.answer(*ref)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kill(self, actor):
        self.killed.append(actor.number)


def done(ray, jobs, size=1, seconds=300.0):
    return list(Crew(ray, BatchSettings(pair_seconds=seconds)).run(jobs, size))


FINE = Outcome(key="k", row=None)


def test_pairs_of_a_product_go_together_and_a_large_product_is_shared_out():
    jobs = [job(f"{n}", "ab"[n % 2]) for n in range(2 * TOGETHER + 2)]
    groups = [{each.pair.reference.name for each in group} for group in products_of(jobs)]
    assert groups == [{"a"}, {"a"}, {"b"}, {"b"}]
    assert [len(group) for group in products_of(jobs)] == [TOGETHER, 1, TOGETHER, 1]


def test_pairs_without_a_reference_are_each_alone():
    assert [len(group) for group in products_of([job("a"), job("b"), job("c", "r")])] == [1, 1, 1]


def test_an_actor_gets_the_pairs_of_a_product_one_after_the_other():
    ray = MadeUpRay(lambda *_: FINE)
    finished = done(ray, [job("a1", "a"), job("b1", "b"), job("a2", "a"), job("b2", "b")], size=2)
    assert {each.job.pair.id for each in finished} == {"a1", "a2", "b1", "b2"}
    of = {name: actor for actor, name in ray.given}
    assert of["a1"] == of["a2"] != of["b1"] == of["b2"]


def test_a_pair_whose_actor_died_is_done_by_another():
    ray = MadeUpRay(lambda actor, name: Died("node lost") if actor == 1 and name == "a1" else FINE)
    finished = done(ray, [job("a1", "a"), job("a2", "a")])
    assert [(each.job.pair.id, each.error) for each in finished] == [("a2", None), ("a1", None)]
    assert ray.killed == [1]


def test_a_pair_that_ends_every_actor_is_given_up():
    ray = MadeUpRay(lambda _, name: Died("killed") if name == "a" else FINE)
    finished = done(ray, [job("a"), job("b")])
    errors = {each.job.pair.id: each.error for each in finished}
    assert isinstance(errors["a"], WorkerDied)
    assert (errors["a"].pair, errors["b"]) == ("a", None)
    assert ray.actors == 3


def test_a_pair_that_takes_too_long_is_given_up_at_once():
    ray = MadeUpRay(lambda _, name: "slow" if name == "a" else FINE)
    finished = done(ray, [job("a"), job("b")], seconds=1e-9)
    errors = {each.job.pair.id: each.error for each in finished}
    assert isinstance(errors["a"], TimeoutError)
    assert errors["b"] is None


def test_what_a_call_raised_is_its_error():
    full = WriteError("out", "disk full")
    [finished] = done(MadeUpRay(lambda _, name: Wrapped(full) if name else FINE), [job("a")])
    assert finished.error is full


def test_no_actor_at_all_is_an_error():
    with pytest.raises(WorkerDied, match="no actor can be started"):
        done(MadeUpRay(lambda *_: Died("no memory")), [job("a")])


def test_where_ray_is_missing_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ExtraMissing, match=r"colorfast\[ray\]"):
        on_a_cluster(None, 1, BatchSettings())


@pytest.fixture
def no_token(monkeypatch, tmp_path) -> None:
    """Nothing of Ray's in the environment, and none of its files."""
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cluster, "TOKEN", tmp_path / "auth_token")


def joined() -> str | None:
    """Return in which mode Ray would be loaded to join a cluster."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "ray", SimpleNamespace())
        patched.setattr(cluster.os, "environ", dict(os.environ))
        on_a_cluster("127.0.0.1:1", 1, BatchSettings())
        return cluster.os.environ.get("RAY_AUTH_MODE")


def test_a_cluster_is_joined_with_a_token_where_there_is_one(no_token, monkeypatch, tmp_path):
    assert joined() is None
    (tmp_path / "auth_token").write_text("secret")
    assert joined() == "token"
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    assert joined() == "disabled"


def test_a_token_of_the_environment_counts_too(no_token, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", "secret")
    assert joined() == "token"


def test_a_batch_on_a_real_cluster_gives_the_bytes_of_one_on_this_machine(pairs, tmp_path):
    pytest.importorskip("ray")
    bad = replace(pairs[0], id="bad", photo=tmp_path / "none.png")
    ended = colorfast("batch", manifest_of([*pairs, bad], tmp_path), tmp_path / "ray", "--workers", 1)
    if "Ray did not start" in ended.stderr:
        pytest.skip("Ray gives a node 30 s to start, and this machine is too busy for it")
    assert ended.returncode == 0, ended.stderr
    engine = on_this_machine(1, Settings().batch)
    rows = run_batch([*pairs, bad], tmp_path / "local", Settings(), engine=engine)
    lines = (tmp_path / "ray" / "results.jsonl").read_text().splitlines()
    assert [{**json.loads(line), "timings_ms": 0} for line in lines] == [{**r, "timings_ms": 0} for r in rows]
    for file in (file for pair in pairs for file in outputs.files_of(pair)):
        assert (tmp_path / "ray" / file).read_bytes() == (tmp_path / "local" / file).read_bytes()


def colorfast(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "colorfast", *map(str, arguments), "--engine", "ray"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def manifest_of(pairs: list[Pair], folder: Path) -> Path:
    path = folder / "pairs.csv"
    rows = [f"{pair.id},{pair.photo},{pair.reference},{pair.mask}" for pair in pairs]
    path.write_text("\n".join(["id,photo,reference,mask", *rows, ""]))
    return path
