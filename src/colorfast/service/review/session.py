"""Who looks at the page: somebody who has shown an API key and carries a cookie that we signed.

The cookie holds the name of the key, whose decisions they are, and when it expires; never the key. Its signature is
over the key's SHA-256 too, so that it ends with the key.
"""

from __future__ import annotations

import base64
import hmac
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from colorfast.review import guard
from colorfast.review.errors import NotAllowed
from colorfast.service.errors import KeyRefused
from colorfast.service.house import House
from colorfast.service.keys import LOCAL, ApiKey
from colorfast.service.storage import signature

COOKIE = "colorfast-review"
SECONDS = 12 * 3600  # a working day
LOGIN = "/login"


class Session(NamedTuple):
    """Whose jobs are shown, and whose decisions are taken down."""

    key: ApiKey
    who: str


def made_cookie(house: House, session: Session, now: float) -> str:
    """Return what a browser is given to carry; `now` in seconds since 1970."""
    expires = int(now) + SECONDS
    who = base64.urlsafe_b64encode(session.who.encode()).decode()
    return f"{session.key.name}.{expires}.{who}.{_signed(house, session.key, str(expires), who)}"


def session_of(house: House, headers: Headers, now: float) -> Session:
    """Return whose request it is: by its cookie, or by its API key as for every other request.

    Where no keys are configured only this machine is served, and nobody signs in. Raises KeyRefused or RateLimited.
    """
    if house.door.open:
        return Session(LOCAL, LOCAL.name)
    if "authorization" in headers:
        key = house.door.owner(headers)
        return Session(key, key.name)
    session = _read(house, _cookie(headers), now)
    if session is None:
        raise KeyRefused("nobody is signed in here, or not any longer; load the page again and sign in")
    return session


def token_of(house: House, headers: Headers) -> str:
    """Return what the page of a session sends with all that changes something."""
    return signature(house.secret, "review page", _cookie(headers))


def refusal(house: House, scope: Scope, now: float) -> NotAllowed | None:
    """Return why a request is not answered: from elsewhere, not from our page, or of nobody who is signed in."""
    headers = Headers(scope=scope)
    host, public = headers.get("host", ""), urlsplit(house.settings.service.public_url)
    origins = (f"http://{host}", f"https://{host}", f"{public.scheme}://{public.netloc}")
    refused = guard.elsewhere(scope) if house.door.open else None
    refused = refused or guard.not_of_page(scope, token_of(house, headers), origins)
    if refused or scope["method"] in guard.READING or scope["path"].endswith(LOGIN):
        return refused
    try:
        session_of(house, headers, now)  # before a body is read: it may be large
    except KeyRefused as error:
        return NotAllowed(str(error))
    return None


def _read(house: House, cookie: str, now: float) -> Session | None:
    """Return the session of a cookie; None for one that we did not make, or that has expired."""
    name, expires, who, signed = (*cookie.split("."), "", "", "", "")[:4]
    key = house.door.named(name)
    if key is None or not hmac.compare_digest(_signed(house, key, expires, who).encode(), signed.encode()):
        return None
    return Session(key, base64.urlsafe_b64decode(who).decode()) if now <= int(expires) else None


def _signed(house: House, key: ApiKey, expires: str, who: str) -> str:
    return signature(house.secret, "review", key.name, key.sha256, expires, who)


def _cookie(headers: Headers) -> str:
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
