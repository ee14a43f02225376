"""What goes over the wire: requests and answers of the service, as pydantic models.

A field that is not named here is an error. Color differences are CIEDE2000, shares 0..1, times milliseconds.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from colorfast.color.notation import parse_color
from colorfast.errors import ColorError

State = Literal["waiting", "running", "done", "failed", "cancelled"]
PictureUrl = Annotated[str, Field(min_length=1, max_length=4096)]

NUMBER = r"-?[0-9]{1,3}(\.[0-9]{1,6})?"
COLOR = rf"^(#[0-9a-fA-F]{{3}}|#[0-9a-fA-F]{{6}}|lab\({NUMBER} {NUMBER} {NUMBER}\))$"


def _is_color(text: str) -> str:
    """Let a color through and nothing else: what names a swatch library on the command line would open a file."""
    try:
        parse_color(text)
    except ColorError as error:
        raise ValueError(f"{error.reason}; give a color such as '#7b2d26' or 'lab(32 33 22)'") from None
    return text


TargetColor = Annotated[
    str, Field(max_length=64, json_schema_extra={"pattern": COLOR}), AfterValidator(_is_color)
]

EXAMPLE: dict[str, Any] = {
    "reference_url": "https://shop.example/still-life-4711.jpg",
    "on_model_url": "https://shop.example/on-model-4711.jpg",
    "quality": "hybrid",
    "return_metrics": True,
}


class Message(BaseModel):
    """Base of all messages."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CorrectColor(Message):
    """Give the garment in one picture the color it has in another."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [EXAMPLE],
            "anyOf": [{"required": ["reference_url"]}, {"required": ["target"]}],
        }
    )

    reference_url: PictureUrl | None = None
    """The product shot: an http or https URL, or the `upload:…` of an upload."""
    on_model_url: PictureUrl
    """The picture to correct, given in the same ways."""
    target: TargetColor | None = None
    """The true color, `#7b2d26` or `lab(32 33 22)`, where there is no product shot; never a swatch library."""
    quality: Literal["classical", "ot", "hybrid", "neural"] = "hybrid"
    return_metrics: bool = True
    garment: Literal["auto", "upper", "lower", "dress", "outerwear", "full"] = "auto"
    """Which garment is meant, where several are worn."""
    webhook_url: PictureUrl | None = None
    """Where the end of the job is told, by a signed POST."""

    @model_validator(mode="after")
    def _has_a_color(self) -> Self:
        if self.reference_url is None and self.target is None:
            raise ValueError("give reference_url, or the true color as target")
        return self


class BatchRequest(Message):
    """Many pairs at once; each becomes a job of its own."""

    pairs: Annotated[list[CorrectColor], Field(min_length=1)]


class Metrics(Message):
    """What was measured on the corrected picture."""

    delta_e_median: float
    delta_e_p95: float
    delta_e_palette: float
    ssim: float
    spill: float
    rim: float
    sci: float
    qc_passed: bool
    """Whether the picture may be published without a human looking."""
    verdict: Literal["pass", "review", "fail"]
    reasons: list[str]
    """One sentence for each limit that was not kept."""


class Corrected(Message):
    """A corrected picture."""

    corrected_url: str
    """Holds for the time of service.link_seconds; the job's result gives a new one."""
    metrics: Metrics | None = None
    processing_time_ms: float


class Problem(BaseModel):
    """What went wrong, by RFC 9457; served as application/problem+json."""

    type: str
    """`about:blank#` and the code."""
    title: str
    status: int
    detail: str
    code: str
    """Stable, for programs; docs/reference/errors.md lists all."""
    errors: list[dict[str, Any]] | None = None
    """Where the fields of a request are wrong."""


class Cost(Message):
    """What was spent on a job, or on all jobs of a batch together."""

    cpu_seconds: float
    price: float | None = None
    """By service.price_per_cpu_hour; left out while that is 0."""


class JobView(Message):
    """How a job stands."""

    job: str
    state: State
    created: str
    """ISO 8601, UTC."""
    finished: str | None = None
    result: Corrected | None = None
    error: Problem | None = None
    cost: Cost | None = None
    """None until it is finished, and for one that was cancelled or crashed."""


class BatchJob(Message):
    """How one pair of a batch stands."""

    state: State
    job: str | None = None
    """None while its pictures have not been fetched, and when they cannot be."""
    error: Problem | None = None


class BatchView(Message):
    """How a batch stands."""

    batch: str
    counts: dict[State, int]
    jobs: list[BatchJob]
    """In the order of the pairs."""
    cost: Cost
    """Of the jobs that are finished."""


class Upload(Message):
    """A picture that was sent, to be named in place of a URL."""

    upload: str
    format: str
    """jpeg, png, tiff, webp, heif or avif: told by its content."""
    bytes: int


class WebhookSecret(Message):
    """How a receiver of webhooks knows that they are ours, by Standard Webhooks."""

    secret: str
