"""API keys and how much each may ask for.

A file of keys holds their SHA-256 alone, so that nothing here can give one away:

    [studio]
    sha256 = "…"         # printf %s KEY | sha256sum; make KEY with: openssl rand -hex 32
    per_minute = 600     # requests
    waiting = 500        # jobs that wait or run
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorfast.errors import SettingsError
from colorfast.service.errors import KeyRefused, RateLimited

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Who asks, and how much they may ask for; None is without limit."""

    name: str
    sha256: str = ""
    per_minute: int | None = None
    waiting: int | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise SettingsError("--keys", self.name, "a name of lower-case letters, digits, - and _")
        for limit in (self.per_minute, self.waiting):
            if limit is not None and (type(limit) is not int or limit < 1):
                raise SettingsError(f"--keys {self.name}", limit, "whole numbers of at least 1")


LOCAL = ApiKey(name="local")
"""Whoever asks where no keys are configured: then only this machine is served."""


def read_keys(path: Path) -> tuple[ApiKey, ...]:
    """Return the keys of a file. Raises SettingsError."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("--keys", str(path), "a readable TOML file of keys") from error
    keys = tuple(_key(name, values) for name, values in document.items())
    if not keys:
        raise SettingsError("--keys", str(path), "at least one key")
    return keys


def _key(name: str, values: Any) -> ApiKey:
    known = {"sha256", "per_minute", "waiting"}
    if not isinstance(values, dict) or not values.keys() <= known:
        raise SettingsError(f"--keys {name}", "…", f"a section of {', '.join(sorted(known))}")
    if not SHA256.fullmatch(str(values.get("sha256"))):
        raise SettingsError(f"--keys {name}.sha256", "…", "64 hex digits: printf %s KEY | sha256sum")
    return ApiKey(name=name, **values)


class Door:
    """Says who may come in; every key has a bucket that fills at its rate and holds a minute's worth."""

    def __init__(self, keys: tuple[ApiKey, ...], clock: Callable[[], float] = time.monotonic) -> None:
        self.open = not keys
        """Whether nobody needs a key; then only this machine is served."""
        self._keys = {key.sha256: key for key in keys}
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}  # by name: requests left, and when that was so

    def owner(self, headers: Mapping[str, str]) -> ApiKey:
        """Return whose request this is, and count it. Raises KeyRefused or RateLimited."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        key = LOCAL if self.open else self.known(token.strip() if scheme.lower() == "bearer" else "")
        if key.per_minute is not None:
            self._count(key, key.per_minute)
        return key

    def known(self, token: str) -> ApiKey:
        """Return the key that somebody gives. Raises KeyRefused."""
        given = hashlib.sha256(token.encode()).hexdigest()
        found = [key for sha256, key in self._keys.items() if token and hmac.compare_digest(sha256, given)]
        if not found:
            raise KeyRefused("give a known API key: Authorization: Bearer KEY")
        return found[0]

    def named(self, name: str) -> ApiKey | None:
        """Return the key of a name, of whoever has shown it before."""
        return next((key for key in self._keys.values() if key.name == name), None)

    def _count(self, key: ApiKey, per_minute: int) -> None:
        with self._lock:
            now = self._clock()
            left, then = self._left.get(key.name, (float(per_minute), now))
            left = min(per_minute, left + (now - then) * per_minute / 60)
            if left < 1:
                wait = (1 - left) * 60 / per_minute
                raise RateLimited(f"this key may make {per_minute} requests a minute", wait)
            self._left[key.name] = (left - 1, now)
