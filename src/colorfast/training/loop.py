"""The one training loop: any network, any loss, one process or several.

Every random draw is a function of the seed and the step, so nothing but weights, their running mean and the
optimizer need be kept to go on after a kill: on a CPU the resumed run ends with the same bits. A step whose loss or
gradient is not finite leaves all of them as they were.
"""

from __future__ import annotations

import copy
import io
import math
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import cv2
import torch
from torch import Tensor, nn
from torch.distributed import is_initialized
from torch.nn.parallel import DistributedDataParallel

from colorfast.errors import SettingsError, TrainingDiverged
from colorfast.files import write_atomically

CHECKPOINT = "checkpoint.pt"
MOST_SKIPPED = 20  # steps in a row without a finite gradient, after which no more is hoped for
SMALLEST_MIXED = 64  # pixels a side: with 32 columns bfloat16 on AMX differs from run to run, and gives nan
TIMED, TIMED_SECONDS = 6, 20.0  # steps that are timed before a plan is made, and when fewer are enough
Batch: TypeAlias = tuple[Tensor, Tensor]
Batches: TypeAlias = Callable[[int], Batch]  # step -> (inputs, targets), this process's share
Loss: TypeAlias = Callable[[Any, Tensor], Tensor]  # (what the network returned, targets) -> scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How weights are learned."""

    steps: int = 20_000
    rate: float = 2e-3
    """Learning rate after the warm-up, AdamW."""
    betas: tuple[float, float] = (0.9, 0.999)
    decay: float = 0.02
    """Weight decay of convolutions; biases and normalization have none."""
    warm_up: float = 0.02
    """Share of the steps in which the rate climbs from 0."""
    cool_down: float = 0.4
    """Share of the steps, at the end, in which it falls to 0."""
    clip: float = 5.0
    """Length of the gradient, at most."""
    mean: float = 0.999
    """Share of the running mean of the weights that a step keeps; the mean is what is delivered."""
    save_every: int = 200
    seed: int = 0
    mixed: bool = True
    """Whether convolutions run in bfloat16 where the device computes it faster."""

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise SettingsError("train.steps", self.steps, "1 or more")
        if not 0 <= self.warm_up + self.cool_down <= 1:
            raise SettingsError("train.cool_down", self.cool_down, "at most 1 together with warm_up")


class Progress(NamedTuple):
    """How far a training is."""

    step: int
    steps: int
    loss: float
    """Of the last steps, smoothed."""
    rate: float
    seconds: float
    """Spent on steps since the very first: core-seconds on a CPU, wall clock on a GPU."""
    seconds_left: float
    network: nn.Module
    """The running mean of the weights, ready to be evaluated."""
    skipped: int = 0
    """Steps since the very first whose loss or gradient was not finite: nothing was learned in them."""

    def line(self) -> dict[str, Any]:
        """Return what a line of curve.jsonl holds of every training."""
        line: dict[str, Any] = {
            "step": self.step,
            "loss": round(self.loss, 5),
            "rate": self.rate,
            "seconds": round(self.seconds, 1),
            "seconds_left": round(self.seconds_left),
        }
        return line | ({"skipped": self.skipped} if self.skipped else {})


def train(
    network: nn.Module,
    loss: Loss,
    batches: Batches,
    recipe: Recipe,
    folder: Path,
    *,
    device: str = "cpu",
    report: Callable[[Progress], None] = lambda _: None,
) -> nn.Module:
    """Train from the folder's checkpoint, or from the start, to the end; return the mean of the weights.

    report   called after each save, and at the end, by the first process alone

    Raises TrainingDiverged when MOST_SKIPPED steps in a row had no finite gradient; the checkpoint stays.
    """
    state = _State(network.to(device), recipe)
    state.load(folder / CHECKPOINT, device)
    worker = _spread(state.network, device)
    start, begun, smoothed = time.monotonic(), state.step, math.nan
    while state.step < recipe.steps:
        before = spent(device)
        torch.manual_seed(_draw(recipe.seed, state.step))  # dropout
        value = _step(worker, loss, batches(state.step), state, device)
        state.seconds += spent(device) - before
        state.count(value, folder)
        smoothed = _smoothed(smoothed, value)
        if state.step % recipe.save_every == 0 or state.step == recipe.steps:
            if not first_process():
                continue
            state.save(folder / CHECKPOINT)
            each = (time.monotonic() - start) / (state.step - begun)
            left = each * (recipe.steps - state.step)
            rate = rate_at(state.step - 1, recipe)
            spent_on, skipped = state.seconds, state.skipped
            report(Progress(state.step, recipe.steps, smoothed, rate, spent_on, left, state.mean, skipped))
    return state.mean


def seconds_of_a_step(
    network: nn.Module, loss: Loss, batches: Batches, device: str, *, mixed: bool = True
) -> float:
    """Return what a step costs, by `spent`; the network has learned from some batches afterwards."""
    state = _State(network.to(device), Recipe(mixed=mixed))
    each: list[float] = []
    while len(each) < TIMED and sum(each) < TIMED_SECONDS:  # the first one warms up
        before = spent(device)
        _step(state.network, loss, batches(len(each)), state, device)
        each.append(spent(device) - before)
    return statistics.median(each[1:] or each)


def seconds_of(folder: Path) -> float:
    """Return the seconds that the steps up to a folder's checkpoint took, by `spent`."""
    found = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True, mmap=True)
    return float(found.get("seconds", 0.0))


def rate_at(step: int, recipe: Recipe) -> float:
    """Return the learning rate of a step: a climb, a plateau, a straight descent.

    A plateau, unlike a cosine, lets a run be made longer or shorter while it goes on.
    """
    up, down = recipe.warm_up * recipe.steps, recipe.cool_down * recipe.steps
    climbing = (step + 1) / up if up else 1.0
    falling = (recipe.steps - step) / down if down else 1.0
    return recipe.rate * min(1.0, climbing, falling)


def first_process() -> bool:
    """Whether this process is the one that saves and reports."""
    return not is_initialized() or torch.distributed.get_rank() == 0


def share(batch: int) -> tuple[int, int]:
    """Return the first item and the end of this process's share of a batch."""
    if not is_initialized():
        return 0, batch
    rank, world = torch.distributed.get_rank(), torch.distributed.get_world_size()
    return batch * rank // world, batch * (rank + 1) // world


def join_processes() -> str:
    """Join the processes that torchrun started, if it did; return this process's device."""
    cuda = torch.cuda.is_available()
    if "WORLD_SIZE" in os.environ and not is_initialized():
        torch.distributed.init_process_group("nccl" if cuda else "gloo")
    return f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if cuda else "cpu"


def leave_processes() -> None:
    """Wait for the others and leave them: a process that ends while another still talks to it brings it down."""
    if is_initialized():
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()


def save(content: Any, path: Path) -> None:
    """Write what torch can save; a kill leaves the file as it was. Raises WriteError."""
    packed = io.BytesIO()
    torch.save(content, packed)
    write_atomically(path, packed.getvalue())


def use_threads(count: int) -> None:
    """Let torch and OpenCV use so many processor threads; with one, a CPU gives the same bits every time."""
    torch.set_num_threads(count)
    cv2.setNumThreads(count)


def spent(device: str) -> float:
    """Return a clock's seconds for the cost of work: of all processor threads on a CPU, else of the wall."""
    return time.process_time() if device == "cpu" else time.perf_counter()


def computes_bfloat16(device: str) -> bool:
    """Whether bfloat16 is faster than float32 there: a recent GPU, or a CPU with AMX.

    A step of our network takes 0.55 s with AMX, 0.85 s in float32, and 1.0 s with AVX-512's bfloat16.
    """
    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def in_bfloat16(inputs: Tensor, *, asked: bool = True) -> torch.autocast:
    """Return a context in which convolutions of a batch run in bfloat16, if asked, and where it is faster."""
    device = inputs.device.type
    large = device != "cpu" or min(inputs.shape[-2:]) >= SMALLEST_MIXED
    return torch.autocast(device, torch.bfloat16, enabled=asked and large and computes_bfloat16(device))


class _State:
    """What a checkpoint holds."""

    def __init__(self, network: nn.Module, recipe: Recipe) -> None:
        self.recipe, self.step, self.seconds = recipe, 0, 0.0
        self.skipped = self.in_a_row = 0  # steps without a finite gradient: all, and the last ones
        self.network: nn.Module = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean: nn.Module = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizer = _optimizer(self.network, recipe)

    def count(self, value: float, folder: Path) -> None:
        """Count a step, by the loss that it returned. Raises TrainingDiverged."""
        self.step += 1
        finite = math.isfinite(value)
        self.skipped += not finite
        self.in_a_row = 0 if finite else self.in_a_row + 1
        if self.in_a_row >= MOST_SKIPPED:
            raise TrainingDiverged(folder / CHECKPOINT, self.step, self.in_a_row)

    def save(self, path: Path) -> None:
        """Write it; a kill leaves the last whole one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        save(self._content(), path)

    def load(self, path: Path, device: str) -> None:
        """Take up what a checkpoint holds, where there is one."""
        if not path.is_file():
            return
        found: Mapping[str, Any] = torch.load(path, map_location=device, weights_only=True)
        self.step = found["step"]
        self.seconds = found.get("seconds", 0.0)  # checkpoints of the first version are silent about these
        self.skipped, self.in_a_row = found.get("skipped", (0, 0))
        self.network.load_state_dict(found["network"])
        self.mean.load_state_dict(found["mean"])
        self.optimizer.load_state_dict(found["optimizer"])

    def _content(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "seconds": self.seconds,
            "skipped": (self.skipped, self.in_a_row),
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "recipe": asdict(self.recipe),
        }


def _step(worker: nn.Module, loss: Loss, batch: Batch, state: _State, device: str) -> float:
    """Learn from one batch; return its loss, or nan: it or its gradient was not finite, and nothing was learned."""
    recipe = state.recipe
    inputs = batch[0].to(device, memory_format=torch.channels_last, non_blocking=True)
    targets = batch[1].to(device, non_blocking=True)
    for group in state.optimizer.param_groups:
        group["lr"] = rate_at(state.step, recipe)
    worker.train()
    counted = [one.clone() for one in state.network.buffers()]
    with in_bfloat16(inputs, asked=recipe.mixed):
        output = worker(inputs)
    value = loss(_in_float32(output), targets)
    state.optimizer.zero_grad()
    value.backward()  # type: ignore[no-untyped-call]
    length = nn.utils.clip_grad_norm_(state.network.parameters(), recipe.clip)
    if not _finite(value.detach(), length):
        _put_back(state.network, counted)
        return math.nan
    state.optimizer.step()
    _fold_in(state.mean, state.network, min(recipe.mean, (state.step + 1) / (state.step + 11)))
    return float(value.detach())


def _finite(value: Tensor, length: Tensor) -> bool:
    """Whether loss and gradient are finite in every process: all of them learn from a step, or none."""
    both = (value + length).isfinite().float()
    if is_initialized():
        torch.distributed.all_reduce(both, torch.distributed.ReduceOp.MIN)
    return bool(both)


@torch.no_grad()
def _put_back(network: nn.Module, counted: Sequence[Tensor]) -> None:
    """Give a network's running means and deviations the values that they had."""
    for new, old in zip(network.buffers(), counted, strict=True):
        new.copy_(old)


def _smoothed(before: float, value: float) -> float:
    """Return the running mean of the losses; skipped steps have none."""
    if math.isnan(value):
        return before
    return value if math.isnan(before) else 0.98 * before + 0.02 * value


def _in_float32(output: Any) -> Any:
    """Return a network's output, a tensor or several, in float32: logarithms need it."""
    return output.float() if isinstance(output, Tensor) else tuple(one.float() for one in output)


@torch.no_grad()
def _fold_in(mean: nn.Module, network: nn.Module, kept: float) -> None:
    """Move the running mean a little towards the weights; counters are copied."""
    for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
        if old.dtype.is_floating_point:
            old.lerp_(new, 1 - kept)
        else:
            old.copy_(new)


def _optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    kernels = [one for one in network.parameters() if one.ndim > 1]
    others = [one for one in network.parameters() if one.ndim <= 1]
    groups = [
        {"params": kernels, "weight_decay": recipe.decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.rate, betas=recipe.betas)


def _spread(network: nn.Module, device: str) -> nn.Module:
    """Let several processes share the work: each gets its part of a batch, gradients are averaged."""
    if not is_initialized():
        return network
    if device == "cpu":
        return DistributedDataParallel(network)
    return DistributedDataParallel(network, device_ids=[torch.device(device).index])


def _draw(seed: int, step: int) -> int:
    """Return a seed of its own for each step."""
    return (seed * 1_000_003 + step) % (1 << 63)
