"""The jobs of an API key as a source of items: pictures come from the storage, a redo is a job of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from colorfast.errors import ServiceError
from colorfast.records import Pair
from colorfast.report.rows import Row, failed_row
from colorfast.report.words import limits_by_metric
from colorfast.review import pictures
from colorfast.review.crew import Crew
from colorfast.review.decisions import FIRST
from colorfast.review.errors import NotTaken, NotYet, Unknown
from colorfast.review.items import Item, Wishes, by_doubt, made_item
from colorfast.review.redo import with_strength
from colorfast.service.house import House, check_room
from colorfast.service.jobs import FINISHED, JobStatus
from colorfast.service.keys import ApiKey
from colorfast.service.review.drawing import drawn
from colorfast.service.work import Job, job_key
from colorfast.settings import Settings, choices, settings_from

MOST = 1000  # jobs on one page, the newest
DRAWN = ("before", "after", "reference", "heatmap")
LOOK_SECONDS = 0.1  # how often to see whether a redo is done


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """The finished jobs of an API key, or those of one of its batches; a `Source` of items, by their ids."""

    house: House
    crew: Crew
    """Decodes pictures."""
    key: ApiKey
    batch: str | None = None

    @property
    def title(self) -> str:
        """Whose jobs they are."""
        return self.key.name if self.batch is None else f"{self.key.name}, batch {self.batch[:8]}"

    @property
    def settings(self) -> Settings:
        """The service's own."""
        return self.house.settings

    @property
    def redoable(self) -> bool:
        """Every job is known with its pictures."""
        return True

    @cached_property
    def limits(self) -> Mapping[str, float]:
        """By metric key."""
        return limits_by_metric(asdict(self.settings.limits))

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """What was corrected, or failed; not what was cancelled, nor what was done once more."""
        found = self._ended() if self.batch is None else self._of_batch(self.batch)
        return by_doubt(self._item(each) for each in found if _reviewed(each) and each.job.get("of") is None)

    def item(self, key: str) -> Item:
        """Return an item by the id of its job. Raises Unknown."""
        return self._item(self._made(key, None))

    def stamp(self, item: Item) -> int:
        """Return 1 where there are pictures: those of a job never change."""
        return int(item.row["output"] is not None)

    def picture(self, item: Item, attempt: str, shown: str) -> Path | bytes:
        """Return one of a job's pictures, drawn when it is asked for. Raises Unknown, NotFound or WorkerDied."""
        status = self._attempt(item, attempt)
        files, job, path = self._files(status), status.job, self.house.storage.path
        photo = path(job["photo"]) if shown == "whole-before" else path(files["corrected"])
        if shown == "mask":
            return path(files["mask"])
        if shown == "thumb":
            return self.crew.run(item.key, partial(pictures.thumbnail, photo, self.settings.read))
        if shown in ("whole-before", "whole-after"):
            return self.crew.run(item.key, partial(pictures.whole, photo, self.settings.read))
        if shown not in DRAWN:
            raise Unknown(f"there is no picture {shown!r}")
        pair = Pair(
            id=item.key,
            photo=path(job["photo"]),
            reference=None if job["reference"] is None else path(job["reference"]),
            mask=path(files["mask"]),
            target=job["target"],
            garment=job["garment"],
        )
        return self.crew.run(item.key, partial(drawn, pair, photo, settings_from(job["settings"]), shown))

    def sha256(self, item: Item, attempt: str) -> str:
        """Return the hash of the corrected photo. Raises Unknown."""
        return self._files(self._attempt(item, attempt))["corrected"]

    def name(self, item: Item, attempt: str) -> str:
        """Return where the API gives the corrected photo. Raises Unknown."""
        return f"/api/v1/jobs/{self._attempt(item, attempt).id}/result"

    def redo(self, item: Item, wishes: Wishes) -> dict[str, Any]:
        """Have a worker correct it once more. Raises NotTaken, NotYet, QueueFull, or NotAPicture for a mask."""
        job = self._wished(item, Job(**self._made(item.key, None).job), wishes)
        job_id = job_key(job, settings_from(job.settings))
        check_room(self.house, self.key, 1, 1)
        self.house.queue.put(job_id, job)
        status = self._waited_for(job_id)
        if status.state != "done" or status.outcome is None:
            raise NotTaken((status.outcome or {}).get("error", {}).get("message", "it was cancelled"))
        return {"attempt": job_id, "wished": wishes.told(), "row": _row(status)}

    def _wished(self, item: Item, job: Job, wishes: Wishes) -> Job:
        mask = job.mask
        if wishes.mask is not None:
            with self.house.storage.receiving(self.house.limits.max_bytes) as received:
                received(wishes.mask)
                mask = self.house.storage.keep(received).sha256
        settings = with_strength(settings_from(job.settings), wishes.strength)
        return replace(
            job,
            method=wishes.method or job.method,
            garment=wishes.garment or job.garment,
            mask=mask,
            settings=choices(settings),
            of=item.key,
            trace=None,
        )

    def _waited_for(self, job_id: str) -> JobStatus:
        deadline = time.monotonic() + self.settings.service.wait_seconds
        while True:
            status = self.house.queue.status(job_id)
            if status is not None and status.state in FINISHED:
                return status
            if time.monotonic() > deadline:
                raise NotYet(
                    "it waits for a worker, or is under way; press Redo once more to see what came of it"
                )
            time.sleep(LOOK_SECONDS)

    def _ended(self) -> Iterable[JobStatus]:
        return self.house.queue.ended(self.key.name, MOST)

    def _of_batch(self, batch: str) -> Iterable[JobStatus]:
        taken = self.house.queue.batch(batch) if batch.isalnum() else []
        if not taken or taken[0].owner != self.key.name:
            raise Unknown("there is no such batch")
        ids = [each.outcome["job"] for each in taken if each.outcome and "job" in each.outcome]
        return self.house.queue.statuses(ids, with_jobs=True).values()

    def _made(self, job_id: str, of: str | None) -> JobStatus:
        """Return a job of this owner; `of` is that which it did once more. Raises Unknown."""
        status = self.house.queue.status(job_id, with_job=True) if job_id.isalnum() else None
        if status is None or status.owner != self.key.name or not _reviewed(status):
            raise Unknown("there is no such picture; its job may have been deleted for its age")
        if status.job.get("of") != of:
            raise Unknown("there is no such attempt at this picture")
        return status

    def _attempt(self, item: Item, attempt: str) -> JobStatus:
        return self._made(item.key, None) if attempt == FIRST else self._made(attempt, item.key)

    def _files(self, status: JobStatus) -> dict[str, str]:
        """Return the hashes of corrected photo and mask. Raises Unknown."""
        outcome = status.outcome or {}
        if "files" not in outcome:
            raise Unknown("there are no pictures of this job")
        return {name: blob["sha256"] for name, blob in outcome["files"].items()}

    def _item(self, status: JobStatus) -> Item:
        return made_item(status.id, _row(status), status.job["target"], self.settings, self.limits)


def _reviewed(status: JobStatus) -> bool:
    """Return whether a job has ended in something to look at, or in an error to know of."""
    return status.outcome is not None and status.state in ("done", "failed")


def _row(status: JobStatus) -> Row:
    """Return the row of a job under its own id; its corrected photo has the same name."""
    outcome = status.outcome or {}
    if "row" in outcome:
        return {**outcome["row"], "id": status.id, "output": status.id}
    return failed_row(status.id, ServiceError(outcome["error"]["message"]), method=status.job["method"])
