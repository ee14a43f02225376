"""Requests to a whole service: a real server, a real database, real worker processes."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from colorfast.bench.pictures import made_pair
from colorfast.read.formats import format_of

COLOR = "/api/v1/correct-color"


def finished(client, place):
    for _ in range(600):
        view = client.get(place).json()
        if view["state"] not in ("waiting", "running"):
            return view
        time.sleep(0.1)
    raise AssertionError(view)


def other(make_pair, site, wrong):
    """Put a photo of another color on the site: it makes another job."""
    return site.gives(f"/{wrong}.png".replace(" ", ""), make_pair("other", wrong).photo.read_bytes())


def degraded(made):
    """Return a worn picture with a garment that has lost some green and blue."""
    inside = cv2.GaussianBlur(made.worn_mask.astype(np.float32), (0, 0), 0.7)[..., None]
    return (made.worn * (1 - inside * np.array([0, 0.14, 0.1]))).round().astype(np.uint8)


def test_two_urls_give_a_corrected_picture_with_its_metrics(service, pair):
    answer = service.post(COLOR, json={**pair, "quality": "hybrid", "return_metrics": True})
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"corrected_url", "metrics", "processing_time_ms"}
    assert told["metrics"]["qc_passed"] == (told["metrics"]["verdict"] == "pass")
    assert told["metrics"]["delta_e_median"] < 1
    assert 0.9 < told["metrics"]["ssim"] <= 1


def test_a_figure_that_the_network_finds_passes_and_may_be_published(service, site):
    made = made_pair("solid", (320, 240))
    faded = degraded(made)
    urls = {
        name: site.gives(f"/{name}.png", cv2.imencode(".png", picture[..., ::-1])[1].tobytes())
        for name, picture in {"reference_url": made.flat, "on_model_url": faded}.items()
    }
    told = service.post(COLOR, json=urls).json()["metrics"]
    assert (told["verdict"], told["qc_passed"], told["reasons"]) == ("pass", True, [])


def test_the_link_gives_the_picture_that_the_command_line_makes(service, pair, make_pair, tmp_path):
    from colorfast import Pair, process

    made = make_pair()
    wanted = process(Pair(id="pair", photo=made.photo, reference=made.reference)).data
    got = service.get(service.post(COLOR, json=pair).json()["corrected_url"])
    assert got.content == wanted
    assert got.headers["content-type"] == "image/png"


def test_metrics_are_left_out_when_they_are_not_wanted(service, pair):
    assert "metrics" not in service.post(COLOR, json={**pair, "return_metrics": False}).json()


def test_the_same_request_is_the_same_job_and_another_method_another(service, pair):
    first, again, ot = (
        service.post(COLOR, json={**pair, "quality": quality}).headers["content-location"]
        for quality in ("hybrid", "hybrid", "ot")
    )
    assert first == again != ot


def test_a_request_that_does_not_wait_is_pointed_to_its_job(service, pair, site, make_pair):
    wish = {**pair, "on_model_url": other(make_pair, site, (150, 60, 90))}
    answer = service.post(COLOR, json=wish, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    view = finished(service, answer.headers["location"])
    assert view["state"] == "done"
    assert view["cost"]["cpu_seconds"] > 0
    assert service.get(answer.headers["location"] + "/result").content == (
        service.get(view["result"]["corrected_url"]).content
    )


def test_uploads_stand_in_for_urls(service, make_pair):
    made = make_pair()
    sent = [service.post("/api/v1/uploads", content=path.read_bytes()) for path in made[:2]]
    assert [each.status_code for each in sent] == [201, 201]
    reference, photo = (each.json()["upload"] for each in sent)
    answer = service.post(COLOR, json={"reference_url": reference, "on_model_url": photo})
    assert answer.status_code == 200


def test_a_color_stands_in_for_the_product_shot(service, pair):
    wish = {"on_model_url": pair["on_model_url"], "target": "lab(30 10 -45)"}
    answer = service.post(COLOR, json=wish)
    assert answer.status_code == 200
    assert answer.json()["metrics"]["delta_e_median"] < 1


def test_a_picture_that_is_damaged_is_an_error_of_the_request_that_names_no_path(service, pair, site):
    damaged = site.gives("/damaged.png", b"\x89PNG\r\n\x1a\n" + b"x" * 50)
    answer = service.post(COLOR, json={**pair, "on_model_url": damaged})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not-a-picture"
    assert answer.json()["detail"].startswith("on_model_url: ")


def test_a_bomb_of_pixels_is_refused_before_it_is_decoded(service, pair, site):
    _, png = cv2.imencode(".png", np.zeros((1, 1), np.uint8))
    bomb = bytearray(png.tobytes())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    answer = service.post(COLOR, json={**pair, "on_model_url": site.gives("/bomb.png", bytes(bomb))})
    assert answer.status_code in (413, 422)


def test_a_batch_becomes_jobs_and_tells_which_pairs_cannot_be_had(service, pair, site):
    wishes = [pair, {**pair, "on_model_url": site.url("/missing")}, {**pair, "quality": "classical"}]
    answer = service.post("/api/v1/batches", json={"pairs": wishes})
    assert answer.status_code == 202
    for _ in range(600):
        view = service.get(answer.headers["location"]).json()
        if view["counts"]["done"] == 2:
            break
        time.sleep(0.1)
    assert [each["state"] for each in view["jobs"]] == ["done", "failed", "done"]
    assert view["cost"]["cpu_seconds"] > 0
    assert view["jobs"][1]["error"]["code"] == "not-fetched"


def test_a_running_job_is_ended_when_it_is_cancelled(service, pair, site):
    rng = np.random.default_rng(1)
    _, png = cv2.imencode(".png", rng.integers(0, 255, (3000, 3000, 3), np.uint8))
    wish = {**pair, "on_model_url": site.gives("/slow.png", png.tobytes())}
    place = service.post(COLOR, json=wish, headers={"Prefer": "respond-async"}).headers["location"]
    while service.get(place).json()["state"] == "waiting":
        time.sleep(0.05)
    assert service.post(f"{place}/cancel").json()["state"] == "cancelled"
    assert service.post(COLOR, json=pair).status_code == 200
    assert service.get(place).json()["state"] == "cancelled"


def test_metrics_count_jobs_and_what_they_cost(service, pair):
    service.post(COLOR, json=pair)
    text = service.get("/metrics").text
    assert 'colorfast_jobs_total{verdict="review"}' in text
    assert 'colorfast_cpu_seconds_total{verdict="review"}' in text
    assert 'colorfast_requests_total{method="POST",route="/api/v1/correct-color",status="200"}' in text


def test_the_result_is_a_picture_in_the_format_of_the_photo(service, make_pair, site):
    made = make_pair("jpeg", suffix=".jpg")
    urls = [site.gives(f"/{path.name}", path.read_bytes()) for path in made[:2]]
    wish = {"reference_url": urls[0], "on_model_url": urls[1]}
    place = service.post(COLOR, json=wish, headers={"Prefer": "respond-async"}).headers["location"]
    assert finished(service, place)["state"] == "done"
    assert format_of(service.get(f"{place}/result").content) == "jpeg"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_service_that_can_work_says_so(service, path):
    assert service.get(path).status_code == 200
