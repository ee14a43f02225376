"""What a stranger's URL may not do; against a real server, with names looked up by a function handed over."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

import pytest

from colorfast.service.addresses import allowed_hosts
from colorfast.service.errors import (
    BadUrl,
    FetchError,
    FetchTimeout,
    FetchTooLarge,
    NotPublic,
    TooManyRedirects,
)
from colorfast.service.fetch import FetchLimits, fetch

FEW = FetchLimits(seconds=2.0, max_bytes=1000, redirects=3)


def get(url, *allow, limits=FEW, names=None):
    """Fetch, where `names` gives the addresses of hosts: each look-up takes the next of a host's answers."""
    taken = bytearray()

    async def resolve(host, port):
        answers = (names or {}).get(host)
        if answers is not None:
            return answers.pop(0) if len(answers) > 1 else answers[0]
        return [host] if host.replace(".", "").isdigit() or ":" in host else ()

    asyncio.run(fetch(url, taken.extend, limits=limits, allowed=allowed_hosts(allow), resolve=resolve))
    return bytes(taken)


def get_as_the_system_does(url, *allow):
    asyncio.run(fetch(url, bytearray().extend, limits=FEW, allowed=allowed_hosts(allow)))


def test_a_picture_is_fetched_from_an_allowed_host(site):
    url = site.gives("/a.png?size=2", b"picture")
    assert get(url, f"127.0.0.1:{site.port}") == b"picture"
    assert site.asked == [("/a.png?size=2", f"127.0.0.1:{site.port}")]


def test_a_redirect_is_followed_to_a_relative_place(site):
    site.gives("/b/c.png", b"there")
    assert get(site.leads("/b/a.png", "c.png"), "127.0.0.1") == b"there"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0x7f000001", "2130706433", "017700000001", "0", "0.0.0.0", "localhost", "LOCALHOST",
        "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]",
        "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]",
        "10.0.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_no_way_to_write_an_inner_address_leads_there(host):
    with pytest.raises(NotPublic):
        get_as_the_system_does(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "", "file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "//a.example/x", "/etc/passwd",
        "http:///x", "http://", "https:a.example", "data:image/png;base64,AA", "http://user@a.example/",
        "http://user:pass@a.example/", "http://a.example\\@127.0.0.1/", "http://a.example:80@127.0.0.1/",
        "http://127.0.0.1\t/", "http://a.example/\r\nX-Evil: 1", "http://a.example/ x", "http://a.example:0/",
        "http://a.example:99999/", "http://a.example:8x/", "http://ⓛocalhost/", "http://[::1]%25/", "http://[::1/",
        "http://[fe80::1%25lo]/", "http://a%2eexample/", "http://a.example#@127.0.0.1\\", "http://" + "a" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_plain_url_is_refused_before_any_look_up(url):
    with pytest.raises(BadUrl):
        get(url, names={})


def test_a_name_with_a_private_address_is_refused():
    with pytest.raises(NotPublic):
        get("http://inner.example/", names={"inner.example": [["10.0.0.5"]]})


def test_a_name_with_one_private_address_among_public_ones_is_refused():
    with pytest.raises(NotPublic):
        get("http://both.example/", names={"both.example": [["93.184.216.34", "127.0.0.1"]]})


def test_an_unknown_name_and_a_private_one_get_the_same_answer():
    said = []
    for addresses in ([], ["10.0.0.5"]):
        with pytest.raises(NotPublic) as caught:
            get("http://x.example/", names={"x.example": [addresses]})
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_a_public_host_is_not_fetched_from_on_an_odd_port():
    with pytest.raises(NotPublic, match="port 6379"):
        get("http://shop.example:6379/", names={"shop.example": [["93.184.216.34"]]})


def test_a_name_is_looked_up_once_so_that_rebinding_gains_nothing(site):
    site.gives("/secret", b"secret")
    asked = []

    async def rebinding(host, port):
        asked.append(host)
        return ["192.0.2.1"] if len(asked) > 1 else ["10.255.255.1"]

    with pytest.raises(NotPublic):
        asyncio.run(
            fetch("http://re.example/", print, limits=FEW, allowed=allowed_hosts([]), resolve=rebinding)
        )
    assert asked == ["re.example"]
    assert site.asked == []


def test_the_connection_goes_to_the_address_that_was_looked_up(site):
    url = site.url("/a", host="shop.example")
    site.gives("/a", b"there")
    assert get(url, "shop.example", names={"shop.example": [["127.0.0.1"], ["10.255.255.1"]]}) == b"there"
    assert site.asked == [("/a", f"shop.example:{site.port}")]


def test_the_next_address_is_tried_when_one_does_not_answer(site):
    site.gives("/a", b"there")
    names = {"shop.example": [["127.0.0.2", "127.0.0.1"]]}
    assert get(site.url("/a", host="shop.example"), "shop.example", names=names) == b"there"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_refused(site, status):
    url = site.leads("/a", "http://169.254.169.254/latest/meta-data/", status)
    with pytest.raises(NotPublic):
        get(url, "127.0.0.1")


def test_a_redirect_to_another_port_of_an_allowed_host_is_refused(site):
    with pytest.raises(NotPublic):
        get(site.leads("/a", "http://127.0.0.1:22/"), f"127.0.0.1:{site.port}")


@pytest.mark.parametrize("to", ["file:///etc/passwd", "http://u:p@127.0.0.1/", "gopher://a/", "http://a b/"])
def test_a_redirect_to_what_is_no_plain_url_is_refused(site, to):
    with pytest.raises(BadUrl):
        get(site.leads("/a", to), "127.0.0.1")


def test_a_redirect_that_names_no_place_ends_with_an_error(site):
    with pytest.raises(TooManyRedirects):
        get(site.leads("/a", ""), "127.0.0.1")


def test_a_circle_of_redirects_ends(site):
    site.leads("/a", "/b")
    with pytest.raises(TooManyRedirects):
        get(site.leads("/b", "/a"), "127.0.0.1")
    assert len(site.asked) == FEW.redirects + 1


def test_an_answer_that_says_it_is_too_large_is_not_read(site):
    with pytest.raises(FetchTooLarge):
        get(site.gives("/a", b"x", Content_Length="1001"), "127.0.0.1")


def endless(here):
    here.send_response(200)
    here.end_headers()
    with contextlib.suppress(OSError):
        while True:
            here.wfile.write(b"x" * 500)


def test_an_answer_without_end_is_cut_off(site):
    site.answers["/a"] = endless
    with pytest.raises(FetchTooLarge):
        get(site.url("/a"), "127.0.0.1")


def dripping(here):
    here.send_response(200)
    here.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(100):
            here.wfile.write(b"x")
            time.sleep(0.05)


def test_a_server_that_drips_is_given_up_when_the_time_is_over(site):
    site.answers["/a"] = dripping
    with pytest.raises(FetchTimeout, match=r"0\.3 s"):
        get(site.url("/a"), "127.0.0.1", limits=FetchLimits(seconds=0.3))


def test_a_server_that_accepts_and_is_silent_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(FetchTimeout):
        get(f"http://127.0.0.1:{silent.getsockname()[1]}/", "127.0.0.1", limits=FetchLimits(seconds=0.3))


def test_a_resolver_that_hangs_is_given_up():
    async def never(host, port):
        await asyncio.sleep(60)
        return ()

    with pytest.raises(FetchTimeout):
        asyncio.run(
            fetch(
                "http://a.example/",
                print,
                limits=FetchLimits(seconds=0.2),
                allowed=allowed_hosts([]),
                resolve=never,
            )
        )


def test_a_compressed_answer_is_refused_so_that_no_bomb_is_unpacked(site):
    with pytest.raises(FetchError, match="compresses"):
        get(site.gives("/a", b"x", Content_Encoding="gzip"), "127.0.0.1")


@pytest.mark.parametrize("path", ["/missing", "/teapot"])
def test_an_answer_that_is_no_success_is_an_error(site, path):
    site.answers["/teapot"] = lambda here: here.send_error(418)
    with pytest.raises(FetchError, match="status 4"):
        get(site.url(path), "127.0.0.1")


def test_what_speaks_no_http_is_an_error(site):
    site.answers["/a"] = lambda here: here.wfile.write(b"220 smtp.example ESMTP\r\n")
    with pytest.raises(FetchError, match="the connection failed"):
        get(site.url("/a"), "127.0.0.1")


def test_a_closed_port_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FetchError, match="the connection failed"):
        get(f"http://127.0.0.1:{port}/", "127.0.0.1")


def test_proxies_of_the_environment_are_not_used(site, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert get(site.gives("/a", b"direct"), "127.0.0.1") == b"direct"


def test_an_error_names_the_host_and_never_the_secret_in_a_url(site):
    with pytest.raises(FetchError) as caught:
        get(site.url("/missing?token=secret"), "127.0.0.1")
    assert "secret" not in str(caught.value) + repr(caught.value)
