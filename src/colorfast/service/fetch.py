"""Fetching a picture from a URL that a stranger gave.

A URL comes in, bytes go to a sink as they arrive. Every hop is parsed once, its host looked up once, every
address of it checked, and the connection made to an address that was checked: a name that changes its address
between the look-up and the connection (DNS rebinding) gains nothing. No proxy, cookie or password is used.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urljoin, urlsplit

import httpcore

from colorfast.service.addresses import HOST, AllowedHosts, is_public, plain_host
from colorfast.service.errors import (
    BadUrl,
    FetchError,
    FetchTimeout,
    FetchTooLarge,
    NotPublic,
    TooManyRedirects,
)

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
Sink: TypeAlias = Callable[[bytes], object]

PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
HEADERS: dict[bytes | str, bytes | str] = {
    "Accept": "image/*",
    "Accept-Encoding": "identity",
    "User-Agent": "colorfast",
}
LONGEST = 4096  # characters of a URL
PRINTABLE = re.compile(r"[!-\[\]-~]+")  # ASCII without space and backslash: browsers read \ as /
LOCAL = "its host has no public address; the operator may name it with --allow-host"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much a stranger's server may cost."""

    seconds: float = 20.0
    max_bytes: int = 64 << 20
    redirects: int = 5


class Place(NamedTuple):
    """A URL that was parsed and found plain."""

    scheme: str
    host: str
    port: int
    target: bytes
    """Path and query, as sent."""

    @property
    def url(self) -> httpcore.URL:
        """The same for httpcore, in parts: it parses nothing again."""
        return httpcore.URL(scheme=self.scheme, host=self.host, port=self.port, target=self.target)


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, by the system's resolver; none when it is unknown."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


async def fetch(
    url: str,
    sink: Sink,
    *,
    limits: FetchLimits,
    allowed: AllowedHosts,
    resolve: Resolve = look_up,
) -> None:
    """Fetch a URL and give its bytes to the sink, piece by piece.

    Raises BadUrl, NotPublic, FetchTooLarge, FetchTimeout, TooManyRedirects, or FetchError for every other way in
    which a server fails. After an error the sink may hold the beginning of an answer.
    """
    try:
        async with asyncio.timeout(limits.seconds):
            await _follow(url, sink, limits, CheckedConnections(allowed, resolve))
    except TimeoutError:
        raise FetchTimeout(_host_of(url), f"did not deliver within {limits.seconds:g} s") from None


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    limits: FetchLimits,
    allowed: AllowedHosts,
    resolve: Resolve = look_up,
) -> int:
    """Send a body to a URL and return the status of the answer, which is not read and never followed.

    Raises as `fetch` does.
    """
    place = parse(url)
    network = CheckedConnections(allowed, resolve)
    own = {"Host": _in_url(place), "User-Agent": "colorfast", "Content-Length": str(len(body))}
    sent: list[tuple[bytes | str, bytes | str]] = [*headers.items(), *own.items()]
    try:
        async with (
            asyncio.timeout(limits.seconds),
            httpcore.AsyncConnectionPool(network_backend=network, max_keepalive_connections=0) as pool,
            pool.stream("POST", place.url, headers=sent, content=body) as response,
        ):
            return response.status
    except TimeoutError:
        raise FetchTimeout(place.host, f"did not answer within {limits.seconds:g} s") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
        raise FetchError(place.host, f"the connection failed ({type(error).__name__})") from error


def parse(url: str) -> Place:
    """Return the parts of a plain http or https URL. Raises BadUrl."""
    if len(url) > LONGEST or not PRINTABLE.fullmatch(url):
        raise BadUrl(
            "the URL", f"write it in at most {LONGEST} ASCII characters, without spaces or backslashes"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadUrl("the URL", f"{error}") from error
    host = parts.hostname or ""
    if parts.scheme not in PORTS:
        raise BadUrl("the URL", "it must begin with http:// or https://")
    if "@" in parts.netloc:
        raise BadUrl(host, "a URL with a user name or password is not fetched")
    if not HOST.fullmatch(parts.netloc) or port == 0:
        raise BadUrl("the URL", "its host is not a host name in ASCII or an address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port or PORTS[parts.scheme], target.encode("ascii"))


class CheckedConnections(httpcore.AsyncNetworkBackend):
    """Connects to public addresses and allowed hosts alone."""

    def __init__(self, allowed: AllowedHosts, resolve: Resolve) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to an address of the host, all of which were checked. Raises NotPublic or httpcore's errors."""
        addresses = await self._checked(host, port)
        for address in addresses[:-1]:
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._plain.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        vouched = (host, port) in self._allowed
        if not vouched and port not in PORTS.values():
            raise NotPublic(
                host, f"port {port} is not fetched from; the operator may name it with --allow-host"
            )
        addresses = await self._resolve(plain_host(host), port)
        if not addresses or not (vouched or all(map(is_public, addresses))):
            raise NotPublic(host, LOCAL)  # one answer for both: it must not tell which inner names exist
        return addresses


async def _follow(url: str, sink: Sink, limits: FetchLimits, network: CheckedConnections) -> None:
    place = parse(url)
    for _ in range(limits.redirects + 1):
        leads_to = await _one_hop(place, sink, limits, network)
        if leads_to is None:
            return
        following = parse(urljoin(f"{place.scheme}://{_in_url(place)}{place.target.decode()}", leads_to))
        if place.scheme == "https" and following.scheme == "http":
            raise BadUrl(place.host, "it leads from https to http")
        place = following
    raise TooManyRedirects(place.host, f"more than {limits.redirects} redirects")


async def _one_hop(place: Place, sink: Sink, limits: FetchLimits, network: CheckedConnections) -> str | None:
    """Fetch one place; return where it leads to, or None when the sink has all of it."""
    headers = {**HEADERS, "Host": _in_url(place)}
    try:
        async with (
            httpcore.AsyncConnectionPool(network_backend=network, max_keepalive_connections=0) as pool,
            pool.stream("GET", place.url, headers=headers) as response,
        ):
            answered = {name.lower(): value for name, value in response.headers}
            if response.status in REDIRECTS:
                return answered.get(b"location", b"").decode("ascii", "replace")
            if response.status != 200:
                raise FetchError(place.host, f"answered with status {response.status}, not with a picture")
            await _take(response, answered, place, sink, limits.max_bytes)
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
        raise FetchError(place.host, f"the connection failed ({type(error).__name__})") from error
    return None


async def _take(
    response: httpcore.Response, headers: dict[bytes, bytes], place: Place, sink: Sink, most: int
) -> None:
    too_large = FetchTooLarge(place.host, f"sends more than the {most:,} bytes of service.max_bytes")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise FetchError(place.host, "compresses its answer although it was asked not to")
    if headers.get(b"content-length", b"").isdigit() and int(headers[b"content-length"]) > most:
        raise too_large
    taken = 0
    async for piece in response.aiter_stream():
        taken += len(piece)
        if taken > most:
            raise too_large
        sink(piece)


def _in_url(place: Place) -> str:
    """Return host and port as a Host header has them."""
    host = f"[{place.host}]" if ":" in place.host else place.host
    return host if place.port == PORTS[place.scheme] else f"{host}:{place.port}"


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or "the URL"
