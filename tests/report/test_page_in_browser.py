"""The page in a real browser, from disk, at the two widths that it is made for."""

from pathlib import Path

import numpy as np
import pytest

from colorfast.errors import ColorfastError
from colorfast.report.page import html_page
from colorfast.report.pictures import draw
from colorfast.report.rows import failed_row

HOSTILE = "<script>document.title='owned'</script>"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NAMES = ("before", "after", "reference", "heatmap", "triplet")


@pytest.fixture
def site(tmp_path, result, rows, run) -> Path:
    """A page of five pairs, one with a hostile id; the pictures of three of them are there."""
    error = np.full((60, 50), 3, np.float32)
    drawn = draw(result, error, error / 3)
    pictures = {row["id"]: {name: f"{row['id']}-{name}.jpg" for name in NAMES} for row in rows[:3]}
    for row in rows[:3]:
        for name in NAMES:
            (tmp_path / f"{row['id']}-{name}.jpg").write_bytes(getattr(drawn, name))
    page = html_page([*rows, failed_row(HOSTILE, ColorfastError("?"))], run, pictures)
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    return tmp_path / "index.html"


@pytest.fixture
def visit(browser):
    """Open a page at a size; any complaint of the browser or request beyond the disk fails the test."""
    faults, contexts = [], []

    def _visit(path, viewport=WIDE):
        context = browser.new_context(viewport=viewport)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda r: r.url.startswith(("file:", "data:")) or faults.append(r.url))
        page.on("requestfailed", lambda r: faults.append(f"failed: {r.url}"))
        page.goto(path.as_uri())
        return page

    yield _visit
    for context in contexts:
        context.close()
    assert faults == []


def ids(page):
    return page.locator("#list tbody td.id").all_inner_texts()


def divider(page):
    return page.locator(".frame .divider").bounding_box()["x"]


def test_the_worst_pairs_come_first_and_the_first_with_pictures_is_open(visit, site):
    page = visit(site)
    assert ids(page) == ["1003", HOSTILE, "0999", "1002", "1001"]
    assert page.inner_text("#name") == "0999"
    assert page.inner_text("#place") == "3 of 5"


def test_a_hostile_id_is_shown_and_not_run(visit, site):
    page = visit(site)
    page.get_by_role("button", name=HOSTILE).click()
    assert page.inner_text("#name") == HOSTILE
    assert page.title() == "Spring · colorfast"


def test_a_column_s_head_sorts_and_sorts_back(visit, site):
    page = visit(site)
    page.click("[data-sort=before]")
    assert ids(page)[:3] == ["1002", "1001", "0999"]
    page.click("[data-sort=before]")
    assert ids(page)[:3] == ["0999", "1001", "1002"]
    assert page.get_attribute("th.before", "aria-sort") == "ascending"


def test_pairs_without_a_measurement_stay_last_in_either_order(visit, site):
    page = visit(site)
    for _ in range(2):
        page.click("[data-sort=spill]")
        assert set(ids(page)[3:]) == {"1003", HOSTILE}


def test_a_verdict_filters_the_list(visit, site):
    page = visit(site)
    page.click("[data-verdict=review]")
    assert ids(page) == ["1002"]
    assert page.inner_text("#name") == "1002"


def test_the_search_finds_ids_and_offers_a_way_back(visit, site):
    page = visit(site)
    page.fill("#search", "100")
    assert len(ids(page)) == 3
    page.fill("#search", "nothing like it")
    assert ids(page) == []
    page.click("#reset")
    assert len(ids(page)) == 5


def test_the_divider_follows_the_pointer(visit, site):
    page = visit(site)
    frame = page.locator(".frame").bounding_box()
    y = frame["y"] + 40
    page.mouse.move(frame["x"] + 0.5 * frame["width"], y)
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.8 * frame["width"], y, steps=4)
    page.mouse.up()
    assert abs(divider(page) - frame["x"] - 0.8 * frame["width"]) < 6


def test_the_divider_follows_the_arrow_keys(visit, site):
    page = visit(site)
    start = divider(page)
    page.keyboard.press("ArrowRight")
    assert divider(page) > start
    page.focus("#slider")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert divider(page) < start


def test_before_is_left_of_the_divider_and_after_right_of_it(visit, site):
    page = visit(site)
    for picture in page.locator(".frame img[src]").all():
        picture.evaluate("(picture) => picture.decode()")
    clip = page.locator(".frame .before").evaluate("(image) => getComputedStyle(image).clipPath")
    assert clip == "inset(0px 50% 0px 0px)"
    page.keyboard.press("b")
    assert page.input_value("#slider") == "100"
    page.keyboard.press("b")
    assert page.input_value("#slider") == "0"


def test_the_heatmap_comes_and_goes_and_stays_from_pair_to_pair(visit, site):
    page = visit(site)
    assert page.is_hidden(".frame .heat")
    page.click("#heat")
    assert page.is_visible(".frame .heat")
    page.keyboard.press("j")
    assert page.is_visible(".frame .heat")
    page.keyboard.press("h")
    assert page.is_hidden(".frame .heat")


def test_keys_walk_the_list(visit, site):
    page = visit(site)
    page.keyboard.press("j")
    assert page.inner_text("#name") == "1002"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("k")
    assert page.inner_text("#name") == HOSTILE
    page.keyboard.press("/")
    page.keyboard.type("1001")
    assert ids(page) == ["1001"]


def test_a_failed_pair_says_why_and_what_to_do_next(visit, site):
    page = visit(site)
    page.get_by_role("button", name="1003").click()
    assert "ends early" in page.inner_text("#reasons")
    assert "Export the picture again" in page.inner_text("#advice")
    assert page.is_visible("#nothing")


def test_broken_limits_stand_out_beside_their_limit(visit, site):
    page = visit(site)
    broken = page.locator(".metrics tr.broken")
    assert [row.split("\t")[-1].strip() for row in broken.all_inner_texts()] == ["≤ 5", "≤ 1"]


def test_on_a_phone_a_pair_opens_over_the_list_and_closes_again(visit, site):
    page = visit(site, NARROW)
    assert page.is_hidden("#viewer")
    page.get_by_role("button", name="1002").click()
    assert page.is_visible("#viewer")
    page.keyboard.press("Escape")
    assert page.is_hidden("#viewer")
    assert page.evaluate("document.activeElement.textContent") == "1002"


@pytest.mark.parametrize("viewport", [WIDE, NARROW, {"width": 1024, "height": 700}])
def test_nothing_is_wider_than_the_window(visit, site, viewport):
    page = visit(site, viewport)
    page.get_by_role("button", name="1002").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_long_list_opens_in_part_and_grows_while_one_walks_it(visit, tmp_path, rows, run):
    many = [replace_id(rows[i % 3], f"{i:04d}") for i in range(1200)]
    (tmp_path / "index.html").write_text(html_page(many, run, {}), encoding="utf-8")
    page = visit(tmp_path / "index.html")
    assert page.locator("#list tbody tr").count() < 200
    page.locator(".sheet").evaluate("(sheet) => { sheet.scrollTop = 4000; }")
    page.locator("#list tbody tr").nth(100).wait_for(
        state="attached"
    )  # a script to wait by would offend the CSP
    page.click("[data-sort=id]")
    assert ids(page)[0] == "0000"


def test_print_shows_every_pair(visit, tmp_path, rows, run):
    many = [replace_id(rows[0], f"{i:04d}") for i in range(300)]
    (tmp_path / "index.html").write_text(html_page(many, run, {}), encoding="utf-8")
    page = visit(tmp_path / "index.html")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#list tbody tr").count() == 300
    assert page.is_hidden("#viewer")


def replace_id(row, name):
    return {**row, "id": name}
