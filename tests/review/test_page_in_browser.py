"""The page in a real browser: every key and view, two windows, a thousand pictures, and who else can use it."""

import json
import shutil

import cv2
import numpy as np
import pytest

from colorfast.review.app import create_app
from colorfast.review.desk import open_desk
from colorfast.review.folder import read_folder
from colorfast.review.study.app import create_app as create_study

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing")

SIZES = [(1440, 900), (1024, 768), (390, 844)]
VIEWS = {"1": "slider", "2": "side", "3": "blink", "4": "onion", "5": "reference"}


@pytest.fixture
def url(desk, serve):
    with serve(create_app(desk)) as address:
        yield address


@pytest.fixture
def page(visit, url):
    return visit(url)


def name(page):
    return page.inner_text("#name")


def notice(page, *, has):
    page.locator("#notice").filter(has_text=has).wait_for()
    return page.inner_text("#notice")


def actions(desk):
    return [(entry.item, entry.done["action"]) for entry in desk.log.entries()]


def shown_parts(page):
    return page.eval_on_selector_all(".pane:not([hidden])", "panes => panes.map(pane => pane.dataset.part)")


def test_the_most_doubtful_is_open_and_says_why(page):
    assert name(page) == "b"
    assert "Spill 1.5, ≤ 1" in page.inner_text("#list [aria-current]")
    assert page.inner_text("#verdict") == "Needs a look"


@pytest.mark.parametrize("key", VIEWS)
def test_a_digit_chooses_a_view(page, key):
    page.keyboard.press(key)
    assert page.get_attribute("color-compare", "data-view") == VIEWS[key]
    assert page.get_attribute(f"[data-view={VIEWS[key]}][type=button]", "aria-pressed") == "true"


def test_the_views_show_what_they_are_named_for(page):
    page.keyboard.press("2")
    assert shown_parts(page) == ["reference", "before", "after"]
    page.keyboard.press("5")
    assert shown_parts(page) == ["reference", "after"]


def test_blink_flips_by_itself_and_waits_where_less_motion_is_wanted(visit, url, page):
    page.keyboard.press("3")
    page.locator("[data-part=before]:not([hidden])").wait_for()
    still = visit(url, reduced_motion="reduce")
    still.keyboard.press("3")
    first = shown_parts(still)
    still.wait_for_timeout(900)
    assert shown_parts(still) == first
    still.keyboard.press(" ")
    assert shown_parts(still) != first


def test_arrows_move_the_divider_and_the_mix(page):
    page.keyboard.press("ArrowRight")
    assert page.input_value(".mix input") == "54"
    page.keyboard.press("4")
    page.keyboard.press("ArrowLeft")
    assert page.eval_on_selector("[data-part=after]", "pane => pane.style.opacity") == "0.5"


def test_space_shows_all_of_one_side_then_of_the_other(page):
    page.keyboard.press(" ")
    assert page.input_value(".mix input") == "100"
    page.keyboard.press(" ")
    assert page.input_value(".mix input") == "0"


def test_zoom_and_place_are_the_same_in_every_pane(page):
    page.keyboard.press("2")
    page.keyboard.press("+")
    page.keyboard.press("Shift+ArrowRight")
    moved = page.eval_on_selector_all(
        ".pane:not([hidden]) .photo", "all => all.map(i => getComputedStyle(i).transform)"
    )
    assert len(moved) == 3
    assert len(set(moved)) == 1
    assert moved[0].startswith("matrix(1.5")
    page.keyboard.press("0")
    assert page.inner_text(".zoom output") == "1.0×"


def test_the_wheel_zooms_and_the_whole_photo_takes_over(page):
    page.locator(".table").hover()
    page.mouse.wheel(0, -400)
    page.locator("[data-part=after] .photo[src*=whole-after]").wait_for()
    assert page.inner_text(".zoom output") == "2.7×"


def test_dragging_moves_the_divider_and_when_zoomed_the_picture(page):
    box = page.locator(".table").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], y)
    page.mouse.up()
    assert page.input_value(".mix input") == "80"


def test_the_heatmap_has_an_opacity(page):
    assert page.is_hidden(".heatmap")
    page.keyboard.press("h")
    assert page.eval_on_selector(".heatmap", "heat => heat.style.opacity") == "0.6"
    page.locator(".heat input").fill("30")
    assert page.eval_on_selector(".heatmap", "heat => heat.style.opacity") == "0.3"


def test_approving_goes_on_to_the_next_open_picture(page, desk):
    page.keyboard.press("a")
    notice(page, has="b approved")
    assert name(page) == "d"
    assert actions(desk) == [("b", "approve")]
    assert page.inner_text("#told") == "1 of 4 decided"


def test_what_has_no_picture_cannot_be_approved(page, desk):
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert name(page) == "d"
    assert page.is_visible("#nothing")
    assert actions(desk) == []


def test_rejecting_asks_why_and_typing_is_no_key(page, desk):
    page.keyboard.press("r")
    page.keyboard.type("jarring 1 ahu")
    assert (name(page), actions(desk)) == ("b", [])
    page.keyboard.press("Enter")
    notice(page, has="b rejected")
    assert desk.log.entries()[0].done["reason"] == "jarring 1 ahu"


def test_a_frequent_reason_is_one_click_and_escape_takes_none(page, desk):
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    assert page.is_hidden("#why")
    page.keyboard.press("r")
    page.click("text=Texture or folds were lost")
    notice(page, has="b rejected")
    assert desk.log.entries()[0].done["reason"] == "Texture or folds were lost"


def test_undo_goes_back_through_what_was_decided(page, desk):
    page.keyboard.press("a")
    notice(page, has="b approved")
    page.keyboard.press("u")
    notice(page, has="Taken back: b")
    assert (name(page), actions(desk)) == ("b", [("b", "approve"), ("b", "undo")])
    page.keyboard.press("u")
    assert "nothing to undo" in notice(page, has="undo")


def test_keys_walk_the_queue(page):
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    assert name(page) == "a"
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("k")
    assert name(page) == "b"


def test_keys_are_listed_and_the_list_takes_them(page, desk):
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    assert page.is_hidden("#keys")
    assert actions(desk) == []


def test_a_measure_and_an_id_filter_the_queue(page):
    page.select_option("#metric", "spill")
    assert page.locator("#list li").count() == 1
    page.fill("#bound", "0.1")
    assert page.locator("#list li").count() == 3
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("c")
    assert page.locator("#list .id").all_inner_texts() == ["c"]


def test_a_filter_that_fits_nothing_offers_a_way_back(page):
    page.click("[data-status=rejected]")
    assert page.is_visible("#empty")
    page.click("#reset")
    assert page.locator("#list li").count() == 4


def test_two_windows_cannot_decide_over_each_other(visit, url, page, desk):
    other = visit(url)
    page.keyboard.press("a")
    notice(page, has="b approved")
    other.keyboard.press("r")
    other.keyboard.type("too green")
    other.keyboard.press("Enter")
    assert "Rosa approved it at" in notice(other, has="Decided meanwhile")
    assert other.inner_text("#stands") == "Approved"
    assert actions(desk) == [("b", "approve")]
    [complaint] = visit.faults
    assert "409" in complaint
    visit.faults.clear()


def test_a_redo_runs_from_the_page_and_what_is_seen_is_approved(page, desk):
    page.keyboard.press("d")
    page.select_option("#method", "classical")
    page.locator("#strength").fill("50")
    page.click("#run")
    notice(page, has="Done")
    assert page.locator("#attempts [aria-pressed=true]").inner_text() == "Redo 1"
    page.click("#approve")
    notice(page, has="approved")
    redone, approved = desk.log.entries()
    assert approved.done["attempt"] == redone.done["attempt"]
    assert redone.done["wished"] == {"method": "classical", "strength": 0.5, "mask": False}


AT = """([x, y]) => {
  const canvas = document.querySelector("[data-part=mask] canvas");
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const left = box.left + (box.width - scale * canvas.width) / 2;
  const top = box.top + (box.height - scale * canvas.height) / 2;
  return [left + scale * (x + 0.5), top + scale * (y + 0.5)];
}"""


def stroke(page, start, end, button="left"):
    """Draw from one pixel of the photo to another, x and y."""
    page.mouse.move(*page.evaluate(AT, start))
    page.mouse.down(button=button)
    page.mouse.move(*page.evaluate(AT, end), steps=4)
    page.mouse.up(button=button)


def touched(shape, start, end, radius):
    """Return where a round brush goes, one pixel wider."""
    drawn = cv2.line(np.zeros(shape, np.uint8), start, end, 1, 1)
    return cv2.distanceTransform(1 - drawn, cv2.DIST_L2, 5) <= radius + 1


@pytest.fixture
def brushed(page, desk, finished):
    """Let a test draw, redo, and see the mask as it was and as the redo got it."""

    def draw(*strokes):
        page.keyboard.press("m")
        page.locator("color-compare[data-view=brush]").wait_for()
        for each in strokes:
            each()
        page.click("#run")
        notice(page, has="Done")
        done = desk.log.entries()[0].done
        paths = (finished / "masks/b.png", finished / "review" / done["attempt"] / "mask.png")
        return done, *(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).astype(int) for path in paths)

    return draw


def test_a_mask_changes_where_it_was_painted_and_erased_and_nowhere_else(page, brushed):
    paint, erase, rub = ((20, 30), (60, 30)), ((80, 100), (100, 100)), ((85, 130), (95, 130))

    def with_shift():
        page.keyboard.down("Shift")
        stroke(page, *erase)
        page.keyboard.up("Shift")

    _, before, after = brushed(
        lambda: stroke(page, *paint), with_shift, lambda: stroke(page, *rub, button="right")
    )
    radius = 0.03 * before.shape[0]
    assert (before[30, 20:61] == 0).all()
    assert (after[30, 20:61] == 255).all()
    assert (before[100, 80:101] == 255).all()
    assert not after[100, 80:101].any()
    assert not after[130, 85:96].any()
    near = np.any([touched(before.shape, *line, radius) for line in (paint, erase, rub)], axis=0)
    assert (np.abs(after - before)[~near] <= 1).all()


def test_a_painted_mask_is_what_the_redo_is_measured_in(desk, page, brushed):
    done, _, after = brushed(lambda: stroke(page, (20, 30), (60, 30)))
    assert done["wished"]["mask"]
    assert done["row"]["garment"]["pixels"] == pytest.approx((after > 127).sum(), rel=0.1)
    assert done["row"]["garment"]["pixels"] != desk.source.items[0].row["garment"]["pixels"]


def test_a_single_dab_paints_as_wide_as_the_brush_was_made(page, brushed):
    def large():
        for _ in range(3):
            page.keyboard.press("]")
        stroke(page, (30, 30), (30, 30))

    _, before, after = brushed(large)
    wide = 2 * 0.03 * 1.25**3 * before.shape[0]
    assert not before[30].any()
    assert (after[30] > 127).sum() == pytest.approx(wide, abs=2)


def test_a_thousand_pictures_scroll_and_ask_only_for_those_in_sight(visit, finished, desk, serve):
    rows = [{**desk.source.items[0].row, "id": f"{i:04d}"} for i in range(1000)]
    (finished / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for shown in ("before", "after", "reference"):
        shutil.copy(finished / f"pictures/b-{shown}.jpg", finished / f"pictures/0000-{shown}.jpg")
    shutil.copy(finished / "corrected-on-model-b-hm.jpg", finished / "corrected-on-model-0000-hm.jpg")
    for i in range(10, 1000, 10):
        shutil.copy(finished / "pictures/b-after.jpg", finished / f"pictures/{i:04d}-after.jpg")
    large = open_desk(read_folder(finished), "Rosa")
    with serve(create_app(large)) as url:
        page = visit(url)
        frames = page.evaluate(SCROLLED)
        assert page.locator("#list li").count() == 1000
        assert page.eval_on_selector_all(".thumb img", "all => all.filter(i => i.complete).length") < 90
    large.log.close()
    assert frames["moved"] > 60_000
    assert frames["rendered"] < 60  # rows; all others are skipped by the browser


SCROLLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const list = document.querySelector("#scroll");
  for (let y = 0; y < list.scrollHeight; y += 6000) { list.scrollTop = y; await frame(); }
  list.scrollTop = list.scrollHeight;
  await frame(); await frame();
  const rows = [...document.querySelectorAll("#list li button")];
  const rendered = rows.filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length;
  return { moved: list.scrollTop, rendered };
}"""


@pytest.mark.parametrize(("size", "scheme"), [(SIZES[0], "dark"), (SIZES[1], "light"), (SIZES[2], "dark")])
def test_nobody_is_kept_out(visit, url, size, scheme):
    page = visit(url, {"width": size[0], "height": size[1]}, color_scheme=scheme)
    for keys in (("r",), ("Escape", "d", "Escape", "2", "h")):
        for key in keys:
            page.keyboard.press(key)
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_everything_can_be_reached_by_tab(page):
    reached = set()
    for _ in range(45):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"skip", "help", "metric", "search", "table", "approve", "reject", "previous", "next"} <= reached


def test_an_older_page_says_that_its_server_is_gone(visit, desk, serve):
    with serve(create_app(desk)) as url:
        page = visit(url)
    page.keyboard.press("a")
    assert "nothing was written down" in notice(page, has="ended")
    visit.faults.clear()


@pytest.mark.parametrize("size", SIZES[::2])
def test_a_study_asks_by_two_keys_and_says_nothing_of_methods(visit, poll, size, serve):
    with serve(create_study(poll)) as url:
        page = visit(url, {"width": size[0], "height": size[1]})
        assert axe.Axe().run(page).violations_count == 0
        page.fill("#rater", "Rosa")
        page.keyboard.press("Enter")
        page.locator("#choose").wait_for()
        assert axe.Axe().run(page).violations_count == 0
        assert not {"classical", "hybrid"} & set(page.content().split('"'))
        for done, key in enumerate(("ArrowLeft", "ArrowRight", "ArrowLeft"), start=1):
            page.keyboard.press(key)
            page.locator("#told").filter(has_text=f"{done} of 3").wait_for()
        assert "last one" in page.inner_text("#notice")
    assert [entry.done["side"] for entry in poll.log.entries()] == ["left", "right", "left"]
