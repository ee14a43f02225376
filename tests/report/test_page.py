import json
import re

import pytest

from colorfast.errors import ColorfastError
from colorfast.report.page import html_page
from colorfast.report.rows import failed_row

PAYLOAD = re.compile(r'<script type="application/json" id="payload">(.*?)</script>', re.S)


def payload(page):
    return json.loads(PAYLOAD.search(page)[1])


def test_the_page_asks_for_nothing_from_a_network(rows, run):
    page = html_page(rows, run, {})
    assert not re.search(r"https?://|//\w+\.\w+|@import|url\(", page)
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="(?!data:)', page)


def test_the_head_counts_verdicts(rows, run):
    page = html_page(rows, run, {})
    assert "<b>1</b> of 4 can be published" in page
    assert "6.23 → 6.50" in page


def test_a_page_without_pairs_says_so(run):
    assert "No pair was processed." in html_page([], run, {})


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "</script><b>", "<!--<script>", '"&\u2028'])
def test_a_hostile_id_stays_text(hostile, run):
    page = html_page([failed_row(hostile, ColorfastError("?"))], run, {})
    assert page.count("<script") == 2
    assert payload(page)["rows"][0]["id"] == hostile


def test_a_hostile_title_is_escaped(rows, run):
    hostile = type(run)(title="<img src=x>", method="ot", version="1", date="today")
    assert "<img src=x>" not in html_page(rows, hostile, {})


def test_paths_of_pictures_become_addresses(rows, run):
    pictures = {"1001": {"before": "pictures/a b#1?.jpg", "corrected": "javascript:alert(1)"}}
    found = payload(html_page(rows, run, pictures))["rows"][0]["pictures"]
    assert found == {"before": "pictures/a%20b%231%3F.jpg", "corrected": "javascript%3Aalert%281%29"}


def test_a_picture_of_unknown_name_is_an_error(rows, run):
    with pytest.raises(ValueError, match="thumbnail"):
        html_page(rows, run, {"1001": {"thumbnail": "x.jpg"}})


def test_the_policy_allows_the_page_s_own_script_alone(rows, run):
    page = html_page(rows, run, {})
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_page_is_the_same_each_time(rows, run):
    assert html_page(rows, run, {}) == html_page(rows, run, {})


def test_the_page_lists_what_was_judged_by_the_seed_s_definitions(rows, run):
    judged = type(run)(title="t", method="ot", version="1", date="d", limits={"seed.spill": 0.5})
    assert payload(html_page(rows, judged, {}))["metrics"][0]["key"] == "seed.spill"
