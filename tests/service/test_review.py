"""The review page in the service: whose jobs it shows, to whom, and what is done there."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from contextlib import contextmanager
from typing import NamedTuple

import cv2
import httpx
import numpy as np
import pytest

from colorfast.bench.pictures import made_pair

TOKEN = re.compile(r'name="token" content="([0-9a-f]*)"')
PAYLOAD = re.compile(r'id="payload">(.*?)</script>', re.DOTALL)
PARTS = ("name", "expires", "who", "signed")
OWNERS = ("studio", "shop")


class Service(NamedTuple):
    """A running service with keys, and a job of the studio that a worker has done."""

    url: str
    job: str

    def api(self, owner):
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {owner}-key"}, timeout=120)

    @contextmanager
    def browser(self, owner=None):
        """A client with cookies, as a browser is; signed in where an owner is named."""
        with httpx.Client(base_url=f"{self.url}/review/", timeout=120) as client:
            if owner:
                sent = {"key": f"{owner}-key", "who": "Rosa"}
                assert client.post("login", json=sent, headers=ours(client, "login")).status_code == 204
            yield client


def ours(client, place="./"):
    """Return the header that only our page sends."""
    return {"X-Colorfast-Token": TOKEN.search(client.get(place).text)[1]}


def shown(client, place="./"):
    """Return what a page knows."""
    return json.loads(PAYLOAD.search(client.get(place).text)[1])


def wish(api, wrong=(0.86, 1, 1)):
    made = made_pair("solid", (240, 180))
    worn = np.where(made.worn_mask[..., None], made.worn * np.array(wrong), made.worn).astype(np.uint8)
    names = {"reference_url": made.flat, "on_model_url": worn}
    files = {name: cv2.imencode(".png", picture[..., ::-1])[1].tobytes() for name, picture in names.items()}
    return {name: api.post("/api/v1/uploads", content=data).json()["upload"] for name, data in files.items()}


@pytest.fixture(scope="module")
def service(serve, tmp_path_factory):
    data = tmp_path_factory.mktemp("reviewed")
    hashes = {owner: hashlib.sha256(f"{owner}-key".encode()).hexdigest() for owner in OWNERS}
    (data / "keys.toml").write_text("".join(f'[{o}]\nsha256 = "{sha}"\n' for o, sha in hashes.items()))
    with serve(data, "--workers", "1", "--keys", str(data / "keys.toml")) as (_, client):
        opened = Service(str(client.base_url).rstrip("/"), "")
        with opened.api("studio") as api:
            answer = api.post("/api/v1/correct-color", json=wish(api))
            assert answer.status_code == 200, answer.text
        yield opened._replace(job=answer.headers["content-location"].rpartition("/")[2])


@pytest.fixture
def page(service):
    with service.browser("studio") as client:
        yield client


def test_a_key_sees_its_own_jobs_and_no_others(service, page):
    assert service.job in [item["id"] for item in shown(page)["items"]]
    with service.browser("shop") as other:
        assert shown(other)["items"] == []


def test_who_is_not_signed_in_is_led_to_the_form_and_a_program_is_told(service):
    with service.browser() as client:
        led = client.get("./", headers={"Accept": "text/html"})
        assert (led.status_code, led.headers["location"]) == (303, "/review/login")
        told = client.get("states")
        assert (told.status_code, told.json()["code"]) == (401, "key-refused")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_holds_no_key(page):
    [cookie] = page.cookies.jar
    assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == ("/review", True)
    assert cookie.get_nonstandard_attr("SameSite") == "strict"
    assert "studio-key" not in cookie.value


def test_an_unknown_key_gets_no_cookie(service):
    with service.browser() as client:
        answer = client.post("login", json={"key": "guessed"}, headers=ours(client, "login"))
        assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)


@pytest.mark.parametrize(
    "forged",
    [
        "shop.{expires}.{who}.{signed}",
        "{name}.9{expires}.{who}.{signed}",
        "{name}." + 5000 * "9" + ".{who}.{signed}",
        "{name}.{expires}.TWF4.{signed}",
        "{name}.{expires}.{who}.00000000000000000000000000000000",
        "{name}.{expires}.{who}",
        "studio",
        "....",
    ],
)
def test_a_forged_cookie_is_nobodys(service, page, forged):
    parts = dict(
        zip(("name", "expires", "who", "signed"), page.cookies["colorfast-review"].split("."), strict=True)
    )
    headers = {"Cookie": f"colorfast-review={forged.format(**parts)}"}
    with httpx.Client(base_url=page.base_url, headers=headers) as client:
        assert client.get("states").status_code == 401
        assert client.post("logout", headers=ours(page)).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Colorfast-Token": ""},
        {"X-Colorfast-Token": "0" * 32},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_no_other_site_can_decide(service, page, headers):
    sent = {"action": "approve", "version": 0}
    answer = page.post(f"items/{service.job}/decision", json=sent, headers={**ours(page), **headers})
    assert (answer.status_code, shown(page)["states"][service.job]["version"]) == (403, 0)


@pytest.mark.parametrize("shown_", ["before", "whole-before", "mask", "thumb"])
def test_another_owners_pictures_are_not_there(service, shown_):
    with service.browser("shop") as other:
        assert other.get(f"pictures/{service.job}/0/{shown_}").status_code == 404


@pytest.mark.parametrize(("what", "more"), [("decision", {"action": "approve"}), ("redo", {"method": "ot"})])
def test_another_owners_job_can_be_neither_decided_nor_redone(service, page, what, more):
    with service.browser("shop") as other:
        sent = {"version": 0, **more}
        assert other.post(f"items/{service.job}/{what}", json=sent, headers=ours(other)).status_code == 404
    assert shown(page)["states"][service.job]["version"] == 0


@pytest.mark.parametrize(
    "place",
    [
        "pictures/..%2F..%2Fetc%2Fpasswd/0/after",
        "pictures/{job}/..%2F..%2Fkeys.toml/after",
        "pictures/{job}/{job}/after",
        "pictures/{job}/0/photo",
        "pictures/{job}/0/..%2F..%2Fkeys.toml",
        "pictures/%00/0/after",
        "batches/..%2F..%2F/states",
        "batches/{job}/states",
        "static/..%2Flogin.html",
    ],
)
def test_no_address_leads_elsewhere(service, page, place):
    assert page.get(place.format(job=service.job)).status_code == 404


@pytest.mark.parametrize(
    "shown_",
    ["thumb", "before", "after", "reference", "heatmap", "mask", "whole-before", "whole-after"],
)
def test_every_picture_of_a_job_is_drawn_when_it_is_asked_for(service, page, shown_):
    answer = page.get(f"pictures/{service.job}/0/{shown_}")
    assert answer.status_code == 200
    picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[0] > picture.shape[1] > 0
    assert answer.headers["content-type"] == ("image/png" if shown_ == "mask" else "image/jpeg")


def test_the_page_has_its_own_policy_and_the_api_keeps_its_sandbox(service, page):
    [policy] = page.get("./").headers.get_list("content-security-policy")
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "sandbox" in httpx.get(f"{service.url}/healthz").headers["content-security-policy"]


def test_a_redo_with_a_painted_mask_is_a_job_of_its_own_beside_the_first(service, page):
    mask = page.get(f"pictures/{service.job}/0/mask").content
    sent = {"version": 0, "method": "classical", "strength": 0.5, "mask": base64.b64encode(mask).decode()}
    state = page.post(f"items/{service.job}/redo", json=sent, headers=ours(page)).json()["state"]
    [attempt] = state["attempts"]
    assert (attempt["method"], attempt["garment"]["way"]) == ("classical", "mask")
    assert page.get(f"pictures/{service.job}/{attempt['attempt']}/heatmap").status_code == 200
    assert attempt["attempt"] not in [item["id"] for item in shown(page)["items"]]
    with service.api("studio") as api:
        assert api.get(f"/api/v1/jobs/{attempt['attempt']}/result").status_code == 200


def test_a_mask_that_is_no_picture_is_refused(service, page):
    version = shown(page)["states"][service.job]["version"]
    sent = {"version": version, "mask": base64.b64encode(b"<svg>").decode()}
    answer = page.post(f"items/{service.job}/redo", json=sent, headers=ours(page))
    assert (answer.status_code, answer.json()["code"]) == (422, "not-a-picture")


def test_a_decision_is_kept_with_name_and_hash_and_told_to_programs(service, page):
    version = shown(page)["states"][service.job]["version"]
    sent = {"action": "approve", "version": version}
    page.post(f"items/{service.job}/decision", json=sent, headers=ours(page))
    assert page.post(f"items/{service.job}/decision", json=sent, headers=ours(page)).status_code == 409
    with service.api("studio") as api:
        [file] = api.get("/review/export/approved.txt").text.split()
        told = api.get("/review/export/decisions.json").json()["decisions"]
        photo = api.get(file).content
    [mine] = [one for one in told if one["id"] == service.job]
    assert (mine["who"], mine["sha256"]) == ("Rosa", hashlib.sha256(photo).hexdigest())


def test_a_batch_has_a_page_of_its_own(service, page):
    with service.api("studio") as api:
        sent = {"pairs": [{**wish(api, (1, 0.8, 1)), "quality": "classical"}]}
        batch = api.post("/api/v1/batches", json=sent).json()["batch"]
        while api.get(f"/api/v1/batches/{batch}").json()["counts"]["done"] == 0:
            time.sleep(0.1)
    [item] = shown(page, f"batches/{batch}/")["items"]
    assert item["method"] == "classical"
    assert page.get(f"batches/{batch}/pictures/{item['id']}/0/thumb").status_code == 200
    with service.browser("shop") as other:
        assert other.get(f"batches/{batch}/states").status_code == 404


def test_without_keys_only_names_of_this_machine_are_answered(waiting):
    assert waiting.get("/review/").status_code == 200
    assert waiting.get("/review/", headers={"Host": "evil.example"}).status_code == 403


@pytest.fixture
def signed_in(service, visit):
    """Open the page in a real browser and sign in by its form."""

    def opened(**more):
        page = visit(f"{service.url}/review/", **more)
        page.fill("#who", "Max")
        page.fill("#key", "studio-key")
        page.keyboard.press("Enter")
        page.locator("#verdict").wait_for()
        return page

    return opened


def test_the_form_takes_a_key_and_says_when_it_is_none(service, visit):
    page = visit(f"{service.url}/review/")
    page.fill("#key", "guessed")
    page.click("text=Sign in >> nth=-1")
    page.locator("#notice").filter(has_text="known API key").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    [complaint] = visit.faults
    assert "401" in complaint
    visit.faults.clear()


def test_keys_decide_as_on_the_page_of_a_folder_and_signing_out_ends_it(service, signed_in):
    page = signed_in()
    page.click("[data-status=all]")
    page.keyboard.press("r")
    page.keyboard.type("too green")
    page.keyboard.press("Enter")
    page.locator("#stands").filter(has_text="Rejected: too green").wait_for()
    page.click("#leave")
    page.locator("#key").wait_for()
    with service.api("studio") as api:
        told = api.get("/review/export/decisions.json").json()["decisions"]
    assert ("Max", "too green") in [(one["who"], one["reason"]) for one in told]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nobody_is_kept_out_of_the_page_in_the_service(signed_in, visit, service, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing"
    )
    form = visit(f"{service.url}/review/", color_scheme=scheme)
    for page in (form, signed_in(color_scheme=scheme, viewport={"width": 1024, "height": 768})):
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_the_queue_can_be_narrowed_to_a_verdict(signed_in):
    page = signed_in()
    page.click("[data-status=all]")
    every = page.locator("#list li").count()
    kept = []
    for verdict in ("review", "fail", "pass"):
        page.select_option("#verdicts", verdict)
        kept.append(page.locator("#list li").count())
    assert sum(kept) == every > max(kept[1:2])
