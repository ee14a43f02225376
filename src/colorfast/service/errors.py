"""Every error by which the service refuses a request or a job; problems.py has their HTTP status.

ServiceError               a request or a job is refused; one of colorfast's own errors
├── FetchError             the picture at a URL cannot be had; names its host
│   ├── BadUrl             not a plain http(s) URL
│   ├── NotPublic          its host has no public address
│   ├── FetchTooLarge      more bytes than the service takes
│   ├── FetchTimeout       it did not arrive in time
│   └── TooManyRedirects   it leads from place to place
├── KeyRefused             no API key, or an unknown one
├── BadRequest             the request cannot be understood
├── NotFound               no such job, batch, upload or file for this key
├── Conflict               what was asked for is no longer, or not yet, possible
├── KeyReused              an Idempotency-Key came with another request before
├── LinkExpired            a link to a file is too old, or was not made by this service
├── RateLimited            more requests than the API key may make
├── QueueFull              more jobs wait than the service takes
├── Unavailable            the service is starting, stopping or has lost its database
└── JobCrashed             a job met a defect of colorfast itself
"""

from __future__ import annotations

from colorfast.errors import ServiceError


class FetchError(ServiceError):
    """The picture at a URL cannot be had."""

    code = "not-fetched"

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(reason)
        self.args = (host, reason)  # the host alone: the rest of a URL may hold a secret
        self.host = host

    def __str__(self) -> str:
        return f"{self.host}: {self.reason}"


class BadUrl(FetchError):
    """Not a plain http or https URL."""

    code = "bad-url"


class NotPublic(FetchError):
    """The host of a URL has no public address, and --allow-host does not name it."""

    code = "not-public"


class FetchTooLarge(FetchError):
    """The answer has more bytes than the service takes."""

    code = "fetch-too-large"


class FetchTimeout(FetchError):
    """The picture did not arrive in time."""

    code = "fetch-timeout"


class TooManyRedirects(FetchError):
    """The URL leads from place to place."""

    code = "too-many-redirects"


class KeyRefused(ServiceError):
    """The request has no API key, or an unknown one."""

    code = "key-refused"


class BadRequest(ServiceError):
    """The request cannot be understood."""

    code = "bad-request"


class NotFound(ServiceError):
    """There is no such job, batch, upload or file for this API key."""

    code = "not-found"


class Conflict(ServiceError):
    """What was asked for is no longer, or not yet, possible."""

    code = "conflict"


class KeyReused(ServiceError):
    """An Idempotency-Key came with another request before."""

    code = "key-reused"


class LinkExpired(ServiceError):
    """A link to a file is too old, or was not made by this service."""

    code = "link-expired"


class RateLimited(ServiceError):
    """The API key has made, or has waiting, as many requests as it may."""

    code = "rate-limited"

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.args = (reason, retry_after)
        self.retry_after = retry_after


class QueueFull(RateLimited):
    """As many jobs wait as the service takes."""

    code = "queue-full"


class Unavailable(ServiceError):
    """The service is starting, stopping, or has lost its database."""

    code = "unavailable"


class JobCrashed(ServiceError):
    """A job met an error that nobody foresaw, or its worker process died again and again."""

    code = "job-crashed"
