"""Images of a private repository, shown in Notion as copies, and known again as GitHub's when they come back."""

from __future__ import annotations

import os

import pytest

from sync.cli.sandbox import REPOSITORY
from tests.acceptance.drawn import BODY, PNG, writes


@pytest.fixture(params=["markdown", "blocks"])
def team(request, place):
    place.map(fields=BODY)
    place.set(NOTION_BODY=request.param)
    place.person().set_repository(REPOSITORY, private=True)
    return place


def still(team):
    """Tell whether nothing is written though the page is read as one that somebody else has edited."""
    for status in ("In progress", "To do"):
        team.ada.edit(team.page()["id"], {"Status": status})
        if writes(team.synced("--full")):
            return False
    return True


def attached(team, name="plan.png", content=PNG):
    """Drop a file into an issue's editor and return its address."""
    return team.person().attach(REPOSITORY, name, content)


def images(team):
    """Return the images of the only page, as Notion keeps them."""
    world = team.running.notion.world
    found = world.pages[team.page()["id"]].now.content
    waiting, seen = list(found), []
    while waiting:
        block = waiting.pop(0)
        waiting += block.children
        if block.type == "image" and not block.in_trash:
            seen.append(block)
    return seen


def kept(team, image):
    """Return the bytes of an image that Notion holds."""
    return team.running.notion.world.uploads[image.body["file"]["upload"]].content


def caption(image):
    return [(each["plain_text"], each["href"]) for each in image.body["caption"]]


def asked(team):
    """Return how many uploads Notion saw."""
    return len(team.running.notion.world.uploads)


def opened(team, *sources):
    """Open an issue with images in it, and let it arrive."""
    shown = "\n\n".join(f"![plan]({source})" for source in sources)
    team.opened(body=f"Before.\n\n{shown}\n\nAfter.")
    return team.synced("--full")


def edited(team, old, new):
    body = team.issue()["body"].replace("\r\n", "\n")
    assert old in body
    team.person().edit(REPOSITORY, 1, body=body.replace(old, new))


def test_a_private_image_is_held_by_notion_and_nothing_comes_back(team):
    source = attached(team)
    opened(team, source)
    before = team.issue()["body"]
    (image,) = images(team)
    assert (image.body["type"], kept(team, image), caption(image)) == ("file", PNG, [("plan", None)])
    assert still(team)
    assert team.issue()["body"] == before
    assert asked(team) == 1


def test_a_fine_grained_token_gets_the_image_as_a_page_shows_it(team):
    team.faults("github").switch("files_for_tokens", False)
    team.opened(body=f"![plan]({attached(team)})")
    done = team.counted("--full")  # all calls, of files too, are counted and so paced
    assert done["asked"]["github"]["POST /markdown"] == 1
    (image,) = images(team)
    assert kept(team, image) == PNG
    assert still(team)


def test_an_image_that_everybody_can_fetch_is_not_copied(team):
    team.person().set_repository(REPOSITORY, private=False)
    source = attached(team)
    opened(team, source)
    (image,) = images(team)
    assert image.body["external"]["url"] == source
    assert (still(team), asked(team)) == (True, 0)


def test_edits_around_an_image_leave_its_copy_alone_on_both_sides(team):
    opened(team, attached(team))
    (image,) = images(team)
    edited(team, "After.", "Afterwards.")
    team.synced()
    team.ada.retype(team.page()["id"], "Before.", "Long before.")
    team.synced()
    assert [each.id for each in images(team)] == [image.id]
    assert "Long before." in team.issue()["body"]
    assert "Afterwards" in team.page()["content"]
    assert (still(team), asked(team)) == (True, 1)


def test_an_image_added_later_is_copied_and_those_before_it_are_not_again(team):
    opened(team, attached(team))
    edited(team, "After.", f"<img src='{attached(team, 'later.png', b'later')}'>\n\nAfter.")
    team.synced()
    assert [kept(team, each) for each in images(team)] == [PNG, b"later"]
    assert (still(team), asked(team)) == (True, 2)


def test_new_words_below_an_image_change_its_caption_and_not_its_copy(team):
    opened(team, attached(team))
    edited(team, "![plan]", "![the plan]")
    team.synced()
    (image,) = images(team)
    assert (kept(team, image), caption(image)) == (PNG, [("the plan", None)])
    assert (still(team), asked(team)) == (True, 1)


def test_an_image_removed_on_one_side_is_removed_on_the_other(team):
    first, second = attached(team), attached(team, "second.png", b"second")
    opened(team, first, second)
    edited(team, f"![plan]({first})\n\n", "")
    team.synced()
    (image,) = images(team)
    assert kept(team, image) == b"second"
    team.ada.remove(team.page()["id"], image.id)
    team.synced()
    assert second not in team.issue()["body"]
    assert (still(team), asked(team)) == (True, 2)


def test_an_image_moved_on_github_is_still_an_image_of_notions(team):
    source = attached(team)
    opened(team, source)
    edited(team, f"![plan]({source})\n\nAfter.", f"After.\n\n![plan]({source})")
    team.synced()
    (image,) = images(team)
    assert kept(team, image) == PNG
    assert still(team)


@pytest.mark.parametrize("what", ["gone", "large", "no image"])
def test_what_cannot_be_copied_stays_a_link_and_is_told(team, what, caplog):
    source = attached(team, *{"large": ("big.png", b"x" * 6_000_000), "no image": ("a.zip", b"PK")}.get(what, ()))
    source = f"{source[:-4]}0000" if what == "gone" else source
    opened(team, source)
    (image,) = images(team)
    assert image.body["external"]["url"] == source
    assert caption(image) == [("plan", source)]
    assert source in caplog.text
    calls = team.counted("--full")["asked"]
    assert not any("upload" in call for call in calls["notion"])
    assert still(team)
    assert f"![plan]({source})" in team.issue()["body"]


def test_an_image_without_words_that_cannot_be_copied_says_where_it_is(team):
    source = f"{attached(team)[:-4]}0000"
    team.opened(body=f"![]({source})")
    team.synced("--full")
    (image,) = images(team)
    assert caption(image) == [("image on GitHub", source)]
    assert still(team)
    assert f"![]({source})" in team.issue()["body"]


def test_a_copy_that_could_not_be_put_into_its_page_is_put_there_with_the_next_edit(team):
    if os.environ["NOTION_BODY"] == "blocks":
        pytest.skip("there a copy is put into its page with the block itself")
    team.faults("notion").arm("overloaded", times=1, method="PATCH", path="/v1/blocks/", seconds=0)
    opened(team, attached(team))
    (image,) = images(team)
    assert image.body["type"] == "external"
    edited(team, "After.", "Afterwards.")
    team.synced()
    (image,) = images(team)
    assert kept(team, image) == PNG
    assert still(team)


def test_notion_that_is_busy_at_an_upload_gets_it_later_and_once(team):
    team.faults("notion").arm("overloaded", times=1, path="/file_uploads", seconds=1)
    opened(team, attached(team))
    (image,) = images(team)
    assert kept(team, image) == PNG
    assert still(team)
    assert len(team.pages()) == 1


def test_a_lost_database_knows_the_copies_again(team):
    opened(team, attached(team))
    before = team.issue()["body"]
    (team.folder / "tandem.db").unlink()
    assert writes(team.synced("--full")) == 0
    assert still(team)
    assert (team.issue()["body"], asked(team)) == (before, 1)


def test_a_copy_that_somebody_puts_into_another_page_is_the_same_image_there(team):
    source = attached(team)
    opened(team, source)
    (image,) = images(team)
    page = team.added("Elsewhere")
    team.ada.add_block(page, {"type": "image", "image": {"file_upload": {"id": image.body["file"]["upload"]}}})
    team.synced("--full")
    assert team.issue(2)["body"].startswith(f"![]({source})")
