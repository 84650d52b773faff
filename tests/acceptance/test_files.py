"""Files that Notion holds, seen in an issue: an address that never changes and leads to what Notion signs anew."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from sync.cli.sandbox import REPOSITORY
from sync.remotes.notion.files import Held
from sync.wiring.keys import NOTE
from tests.acceptance.drawn import BODY, PNG, writes
from tests.web.desk import nobodys_port, running
from tests.web.staged import settings


@pytest.fixture(params=["markdown", "blocks"])
def team(request, place):
    place.map(fields=BODY)
    place.set(NOTION_BODY=request.param)
    return place


@pytest.fixture
def port():
    return nobodys_port()


@pytest.fixture
def public(team, port):
    """A place that people reach from elsewhere."""
    team.set(PUBLIC_URL=f"http://127.0.0.1:{port}", WEB_TOKEN="the dashboard's token")
    return team


@pytest.fixture
def web(public, port):
    """A client that follows no redirect and holds no token, of a web process that runs."""
    with running(settings(WEB_PORT=str(port))) as desk:
        yield desk.client


def address(team, number=1):
    """Return the one address of our own in an issue's text."""
    (found,) = re.findall(r"http://127\.0\.0\.1:\d+/files/[0-9a-f/]+", team.issue(number)["body"])
    return found


def drawn(team):
    """Return a page with an image and the issue that it gave birth to."""
    page = team.added("Drawn")
    team.ada.write(page, "Before.\n\nAfter.")
    block = team.ada.add_image(page, "a plan.png", PNG, after="Before.")
    team.synced("--full")
    return page, block


def test_an_image_in_notion_is_an_image_in_the_issue_that_anybody_can_fetch(public, web):
    drawn(public)
    body = public.issue()["body"]
    assert body.startswith(f"Before.\n\n![]({address(public)})\n\nAfter.")
    assert "X-Amz" not in body
    answer = web.get(address(public))
    assert answer.status_code == 302
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert httpx.get(answer.headers["location"], trust_env=False).content == PNG
    assert web.get("/").status_code == 401


def test_reading_again_is_no_edit_and_an_edit_beside_the_image_leaves_it_in_notion(public):
    page, block = drawn(public)
    before = public.issue()["body"]
    assert writes(public.synced("--full")) == 0
    public.person().edit(REPOSITORY, 1, body=before.replace("After", "Afterwards"))
    assert writes(public.synced()) == 1
    assert "Afterwards" in public.page()["content"]
    public.ada.retype(page, "Before", "Long before")
    assert writes(public.synced()) == 1
    edited = before.replace("After", "Afterwards").replace("Before", "Long before")
    assert public.issue()["body"].replace("\r\n", "\n") == edited
    assert block in [each["id"] for each in public.running.notion.blocks(page)]
    assert writes(public.synced("--full")) == 0


def test_a_paragraph_that_github_puts_behind_the_image_stands_behind_it_in_notion(public):
    page, _ = drawn(public)
    public.person().edit(REPOSITORY, 1, body=public.issue()["body"].replace("After", "A new one.\n\nAfter"))
    public.synced()
    shown = [each["text"] or each["type"] for each in public.running.notion.blocks(page)]
    assert shown == ["Before.", "image", "A new one.", "After."]
    assert writes(public.synced("--full")) == 0


def test_both_ways_of_reading_a_page_give_one_address(public):
    drawn(public)
    before = public.issue()["body"]
    for way in ("markdown", "blocks"):
        public.set(NOTION_BODY=way)
        public.ada.edit(public.page()["id"], {"Status": "In progress"})
        assert writes(public.synced("--full")) <= 1
        assert public.issue()["body"] == before


def test_an_image_that_is_taken_out_of_the_page_leaves_the_issue_and_cannot_be_fetched(public, web):
    page, block = drawn(public)
    gone = address(public)
    public.ada.remove(page, block)
    public.synced()
    assert "files" not in public.issue()["body"]
    assert web.get(gone).status_code == 404


def test_a_page_that_shows_files_from_then_on_where_the_web_process_becomes_public(team, port):
    page, _ = drawn(team)
    assert f"[image](https://www.notion.so/{page.replace('-', '')})" in team.issue()["body"]
    team.set(PUBLIC_URL=f"http://127.0.0.1:{port}")
    team.ada.edit(page, {"Status": "In progress"})
    team.synced("--full")
    assert f"![]({address(team)})" in team.issue()["body"]
    assert writes(team.synced("--full")) == 0


def test_a_file_that_is_no_image_is_a_link_to_the_same_kind_of_address(public, web):
    page = public.added("With a file")
    upload = public.running.notion.world.uploads
    public.ada.add_image(page, "notes.pdf", b"%PDF")
    (held,) = upload
    public.ada.remove(page, public.running.notion.blocks(page)[0]["id"])
    pdf = {"type": "pdf", "pdf": {"file_upload": {"id": held}, "caption": []}}
    public.ada.add_block(page, pdf)
    public.synced("--full")
    assert f"[pdf]({address(public)})" in public.issue()["body"]
    assert httpx.get(web.get(address(public)).headers["location"], trust_env=False).content == b"%PDF"


def test_a_file_deep_in_a_long_page_is_found_however_little_each_call_shows(public, web):
    page = public.added("Long")
    many = "\n\n".join(f"p {number}" for number in range(120))
    public.ada.write(page, f"{many}\n\n<toggle>Deep\n\n- in it\n</toggle>")
    public.ada.add_image(page, "deep.png", PNG, after="in it")
    public.running.fronts["notion"].faults.switch("short_pages", True)
    public.synced("--full")
    assert httpx.get(web.get(address(public)).headers["location"], trust_env=False).content == PNG


def test_whoever_asks_while_notion_is_away_is_told_to_come_again(public, web):
    drawn(public)
    public.faults("notion").arm("unavailable", times=1)
    assert web.get(address(public)).status_code == 503
    assert web.get(address(public)).status_code == 302


def test_a_plan_keeps_no_key_and_signs_with_the_one_that_a_pass_keeps(public, port):
    public.run("plan")
    with running(settings(WEB_PORT=str(port))) as desk:
        planned = desk.sync.signer
        assert desk.store.noted(NOTE) is None
    public.synced()
    with running(settings(WEB_PORT=str(port))) as desk:
        assert planned == desk.sync.signer
        assert desk.store.noted(NOTE) == planned.key


def test_the_key_is_shown_nowhere_and_outlives_every_process(public, port):
    drawn(public)
    before = public.issue()["body"]
    with running(settings(WEB_PORT=str(port))) as desk:
        key = desk.store.noted(NOTE)
        assert len(key) == 64
        assert desk.sync.signer.address(Held("0" * 32, "1" * 32)).startswith(desk.sync.settings.public_url)
        assert key not in repr(desk.sync.signer)
        pages = ("/", "/links/1", "/conflicts", "/passes", "/limits", "/metrics", "/readyz", "/api/status")
        shown = [desk.client.get(each, headers={"authorization": "Bearer the dashboard's token"}) for each in pages]
        assert {each.status_code for each in shown} <= {200, 404, 503}
        assert not any(key in each.text for each in shown)
    public.set(GITHUB_WEBHOOK_SECRET="another", WEB_TOKEN="yet another")
    public.ada.edit(public.page()["id"], {"Status": "In progress"})
    assert writes(public.synced("--full")) == 0
    assert public.issue()["body"] == before
    assert key not in public.run("explain", f"{REPOSITORY}#1").said


def test_a_new_token_and_a_lost_database_each_leave_the_addresses_as_they_were(public, port):
    drawn(public)
    before = public.issue()["body"]
    with running(settings(WEB_PORT=str(port), NOTION_TOKEN="another")) as desk:
        signature = address(public).rsplit("/", 1)[1]
        held = Held(*address(public).rsplit("/", 3)[1:3])
        assert desk.sync.signer.signed(held, signature)
    (public.folder / "tandem.db").unlink()
    assert writes(public.synced("--full")) == 0
    assert public.issue()["body"] == before


def test_all_who_ask_at_once_are_answered_by_one_lookup(public, web):
    drawn(public)
    url = address(public)
    public.faults("notion").arm("slow", times=1, seconds=0.5)
    counters = public.running.fronts["notion"].counters
    counters.reset()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: web.get(url).headers["location"], range(8)))
    assert len(set(answers)) == 1
    assert Counter(counters.snapshot()["calls"]).total() == 1


def test_a_lookup_is_cached_shortly_and_goes_through_the_limiter(public, web):
    drawn(public)
    url = address(public)
    counters = public.running.fronts["notion"].counters
    counters.reset()
    first = [web.get(url).headers["location"] for _ in range(3)]
    assert len(set(first)) == 1
    assert Counter(counters.snapshot()["calls"]).total() == 1


def test_what_is_forged_or_not_there_answers_404_and_asks_nobody(public, web):
    drawn(public)
    url = address(public)
    page, name, signature = url.rsplit("/", 3)[1:]
    public.running.fronts["notion"].counters.reset()
    other = f"{'0' * 31}1"
    for parts in (
        (page, name, signature[:-1] + ("0" if signature[-1] != "0" else "1")),
        (other, name, signature),
        (page, other, signature),
        (page, name, ""),
        (page, name, "é"),
        (page, name, signature + "0"),
        (page, name),
        (page, name, signature, "more"),
    ):
        answer = web.get("/files/" + "/".join(parts))
        assert answer.status_code == 404, parts
    assert web.post(url).status_code == 405
    assert public.running.fronts["notion"].counters.snapshot()["calls"] == {}


def test_an_image_from_elsewhere_that_looks_signed_is_never_led_to(public, web):
    """Only what Notion says that it holds is redirected to: a page's text is anybody's."""
    page = public.added("Evil")
    public.ada.add(page, "![x](<https://evil.example/a.png?X-Amz-Signature=1>)")
    public.synced("--full")
    shown = re.findall(r"/files/[0-9a-f/]+", public.issue()["body"])
    for each in shown:
        assert web.get(each).status_code == 404
