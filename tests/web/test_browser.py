"""The dashboard in a real browser: in both schemes, by the keyboard alone, without JavaScript, against hostile texts.

Screenshots are left in `build/screenshots`, to be looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.sandbox.server import Sandbox
from tests.acceptance.place import Place
from tests.web.desk import TOKEN, running
from tests.web.staged import HOSTILE, QUARRELS, played, sampled, settings

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
NAMES = (
    "overview",
    "mapping",
    "links",
    "link",
    "conflicts",
    "failures",
    "passes",
    "pass",
    "limits",
    "deliveries",
    "login",
)
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def desk(tmp_path_factory, redis_server):
    """A web process with a token, over a state in which people quarrelled."""
    with pytest.MonkeyPatch.context() as patch, Sandbox.start() as sandbox:
        place = Place(sandbox, tmp_path_factory.mktemp("place"), patch, redis_server)
        played(place)
        with running(settings(WEB_TOKEN=TOKEN, GITHUB_WEBHOOK_SECRET="a secret")) as made:
            sampled(made.store, made.sync.clock.now())
            made.store.beat("tick", made.sync.clock.now())
            made.notion({"verification_token": "secret_of_the_handshake"}, None)
            yield made


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(desk, chromium):
    """Return a function that opens a page, signed in; nothing may go wrong there, and nothing come from elsewhere."""
    contexts, wrong = [], []

    def open_(path="/", *, signed_in=True, **options):
        context = chromium.new_context(
            base_url=str(desk.client.base_url), viewport={"width": 1280, "height": 860}, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        own = str(desk.client.base_url)
        page.on("request", lambda asked: None if asked.url.startswith(own) else wrong.append(asked.url))
        if signed_in:
            context.request.post("/login", form={"token": TOKEN})
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def paths(desk):
    quarrel = next(row for row in desk.store.conflicts() if row.place.issue.endswith(f"#{QUARRELS[-1]}"))
    return {
        "overview": "/",
        "mapping": "/mappings/roadmap",
        "link": f"/links/{quarrel.link}",
        "pass": f"/passes/{desk.store.passes('roadmap')[0].id}",
        **{name: f"/{name}" for name in NAMES if name not in ("overview", "mapping", "link", "pass")},
    }


# What is paler than WCAG 2.2, "Contrast (Minimum)", asks of text.
CONTRAST = """() => {
  const parts = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const rgba = (text) => {
    const found = parts(text);
    const scale = text.startsWith("color(") ? 255 : 1;
    return [...found.slice(0, 3).map((each) => each * scale), found.length > 3 ? found[3] : 1];
  };
  const over = (top, low) => top.slice(0, 3).map((each, i) => each * top[3] + low[i] * (1 - top[3]));
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((low, top) => over(top, low), [255, 255, 255]);
  };
  const light = (rgb) => {
    const bent = (each) => each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.map((each) => bent(each / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const pale = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest(".unseen, .skip, script")) continue;
    const low = ground(node);
    const [a, b] = [light(over(rgba(getComputedStyle(node).color), low)), light(low)].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) pale.push([walk.currentNode.data.trim(), (a + .05) / (b + .05)]);
  }
  return pale;
}"""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_is_whole_and_legible_in_both_schemes_and_no_text_becomes_a_part_of_it(desk, opened, scheme):
    page = opened(color_scheme=scheme)
    SHOTS.mkdir(parents=True, exist_ok=True)
    grounds = set()
    for name, path in paths(desk).items():
        if name == "login":
            page.context.clear_cookies()
        assert page.goto(path).ok, name
        assert page.locator("h1").count() == 1
        assert page.title().endswith("· tandem")
        assert page.evaluate(CONTRAST) == [], name
        assert (page.locator("script").count(), page.locator("main img, main b").count()) == (1, 0), name
        assert page.evaluate("window.owned") is None, name
        page.screenshot(path=SHOTS / f"{name}-{scheme}.png", full_page=True)
        grounds.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == {"rgb(247, 247, 245)" if scheme == "light" else "rgb(17, 20, 19)"}


def test_every_page_fits_a_telephone(desk, opened):
    page = opened()
    page.set_viewport_size({"width": 390, "height": 800})
    for name, path in paths(desk).items():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        page.screenshot(path=SHOTS / f"{name}-telephone.png")


def test_hostile_texts_are_shown_as_the_texts_they_are(desk, opened):
    page = opened(paths(desk)["link"])
    assert HOSTILE in page.locator("h1").inner_text()
    page.goto("/failures")
    assert HOSTILE in page.locator(".error").first.inner_text()


def test_a_search_for_a_hostile_text_finds_it_and_shows_it_as_text(opened):
    page = opened("/links")
    page.get_by_role("searchbox").fill(HOSTILE)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("searchbox").input_value() == HOSTILE
    assert page.locator("tbody tr").count() == 2
    assert page.evaluate("window.owned") is None
    page.get_by_role("searchbox").fill("#6")
    page.get_by_role("button", name="Find").click()
    assert page.locator("tbody tr").count() == 1
    assert "Renamed on GitHub" in page.locator("tbody").inner_text()
    page.goto("/links")
    page.get_by_role("link", name="Older →").click()
    assert "page 2 of 2" in page.locator("main").inner_text()


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText.trim()")


def tabbed_to(page, words):
    """Press Tab until something with these words has the focus, and can be seen to have it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if focused(page) == words:
            style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert style != "none"
            return
    raise AssertionError(f"{words!r} cannot be reached by the keyboard")


def test_a_conflict_is_decided_with_the_keyboard_alone(desk, opened):
    page = opened("/conflicts")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tabbed_to(page, "Keep Notion\N{RIGHT SINGLE QUOTATION MARK}s title for acme/api#1")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert page.get_by_role("status").inner_text() == "Decided: the other side is written now."
    row = next(each for each in desk.store.conflicts() if each.place.issue == "acme/api#1")
    assert row.resolved == "notion"
    assert page.get_by_role("button", name="for acme/api#1").count() == 0


def test_everything_works_without_javascript(desk, opened):
    page = opened("/conflicts", java_script_enabled=False)
    page.get_by_role("button", name="Keep GitHub\N{RIGHT SINGLE QUOTATION MARK}s title for acme/api#2").click()
    assert "Decided" in page.get_by_role("status").inner_text()
    row = next(each for each in desk.store.conflicts() if each.place.issue == "acme/api#2")
    assert row.resolved == "github"


def test_a_mapping_is_paused_and_resumed_and_what_is_held_back_is_let_through(desk, opened):
    page = opened("/mappings/roadmap")
    page.get_by_role("button", name="Pause").click()
    assert "stopped by a person" in page.locator("main").inner_text()
    page.goto("/")
    page.get_by_role("button", name="Resume roadmap").click()
    assert page.get_by_role("status").inner_text().startswith("Resumed")
    desk.store.take_hints("roadmap")
    page.get_by_role("button", name="Let through what guards hold back in roadmap").click()
    assert page.get_by_role("status").inner_text().startswith("Let through")
    assert [hint.mode for hint in desk.store.take_hints("roadmap")] == ["approve"]


def test_a_page_stays_fresh_while_nobody_works_on_it(desk, opened):
    page = opened("about:blank")
    page.clock.install()
    page.goto("/mappings/roadmap")
    assert page.get_by_role("button", name="Resume").count() == 0
    desk.store.stop("roadmap", "stopped meanwhile")
    try:
        with page.expect_response("**/mappings/roadmap"):
            page.clock.run_for(10_500)
        page.get_by_text("stopped meanwhile").wait_for()
        page.get_by_role("button", name="Resume").focus()
        desk.store.go_on("roadmap")
        page.clock.run_for(30_000)
        assert page.get_by_role("button", name="Resume").count() == 1
    finally:
        desk.store.go_on("roadmap")


def test_the_verification_token_is_shown_once(opened):
    page = opened("/deliveries")
    assert "secret_of_the_handshake" not in page.content()
    page.get_by_role("button", name="Show the token").click()
    assert page.locator("code.token").inner_text() == "secret_of_the_handshake"
    page.goto("/deliveries")
    assert "secret_of_the_handshake" not in page.content()
    assert page.get_by_role("button", name="Show the token").count() == 0


def test_a_person_signs_in_and_comes_to_where_they_wanted_to_go(opened, desk):
    page = opened("/failures", signed_in=False)
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Failures").wait_for()
    assert page.url.endswith("/failures")
    assert page.context.cookies()[0]["sameSite"] == "Strict"
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def test_another_sites_form_does_nothing(desk, chromium):
    context = chromium.new_context(base_url=str(desk.client.base_url))
    context.request.post("/login", form={"token": TOKEN})
    page = context.new_page()
    target = f"{desk.client.base_url}/api/mappings/roadmap/pause"
    form = f'<form method="post" action="{target}"><button>Win a prize</button></form>'
    page.route("http://evil.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("http://evil.example/")
    with page.expect_response(target) as answer:
        page.get_by_role("button").click()
    assert answer.value.status == 403
    assert desk.store.stopped() == frozenset()
    context.close()
