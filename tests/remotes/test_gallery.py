"""Copies of images for Notion: each is uploaded once, and whatever goes wrong leaves a link."""

from __future__ import annotations

import pytest

from sync.core.errors import Rejected, TryLater, Unsafe
from sync.core.ports import Picture
from sync.remotes.github.pictures import GitHubPictures, web_of
from sync.remotes.notion import gallery
from sync.remotes.notion.client import Reply
from sync.remotes.notion.gallery import Copies, Gallery


class Place:
    """A Notion that takes uploads, and a GitHub that gives images: what each of them said and was asked."""

    def __init__(self):
        self.sent, self.asked, self.lose = [], [], False
        self.images = {}
        self.renames = False
        self.gallery = Gallery(pictures=self)

    # the door

    def write(self, verb, path, body):
        self.asked.append((verb, path))
        if self.lose:
            self.lose = False
            raise Unsafe("lost")
        return Reply({"id": f"upload-{body['filename']}"}, None)

    def send(self, path, file):
        self.sent.append(file)
        return Reply({"filename": f"a_{file[0]}" if self.renames else file[0]}, None)

    # the images

    def name(self, source):
        return source.removeprefix("https://hub/") if source.startswith("https://hub/") else None

    def source(self, name):
        return f"https://hub/{name.partition('.')[0]}"

    def fetch(self, source):
        found = self.images.get(source, Picture(b"image", "image/png"))
        if isinstance(found, Exception):
            raise found
        return found

    @property
    def copies(self):
        return self.gallery.copies(self)


@pytest.fixture
def place():
    return Place()


def image(source, *words):
    caption = [{"type": "text", "text": {"content": each}} for each in words]
    return {"type": "external", "external": {"url": source}, "caption": caption}


def test_an_image_is_uploaded_once_however_often_it_is_needed(place):
    for _ in range(3):
        copies = place.copies
        copies.bring(["https://hub/a", "https://hub/a", "https://elsewhere/b"])
        shown = copies.image(image("https://hub/a", "plan"))
        assert shown["file_upload"] == {"id": "upload-a.png"}
        assert (shown["type"], "external" in shown) == ("file_upload", False)
    assert place.sent == [("a.png", b"image", "image/png")]


def test_an_old_upload_is_not_relied_on(place, monkeypatch):
    place.copies.bring(["https://hub/a"])
    monkeypatch.setattr(gallery, "FRESH", -1.0)
    place.copies.bring(["https://hub/a"])
    assert len(place.sent) == 2


def test_many_images_take_several_goes_and_none_is_uploaded_twice(place, monkeypatch):
    monkeypatch.setattr(gallery, "ENOUGH", -1.0)
    wanted = [f"https://hub/{number}" for number in range(3)]
    for _ in range(2):
        with pytest.raises(TryLater):
            place.copies.bring(wanted)
    copies = place.copies
    copies.bring(wanted)
    assert len(copies.made) == len(place.sent) == 3


def test_an_upload_whose_answer_is_lost_is_begun_anew_later(place):
    place.lose = True
    with pytest.raises(TryLater):
        place.copies.bring(["https://hub/a"])
    place.copies.bring(["https://hub/a"])
    assert len(place.sent) == 1


@pytest.mark.parametrize("found", [Rejected("gone"), Picture(b"<p>", "text/html")])
def test_what_cannot_be_had_is_a_link(place, found, caplog):
    place.images["https://hub/a"] = found
    copies = place.copies
    copies.bring(["https://hub/a"])
    (words,) = copies.image(image("https://hub/a", "pl", "an"))["caption"]
    assert words["text"] == {"content": "plan", "link": {"url": "https://hub/a"}}
    assert "https://hub/a" in caplog.text


def test_an_upload_that_would_not_be_known_again_is_not_attached(place):
    place.renames = True
    copies = place.copies
    copies.bring(["https://hub/a"])
    assert copies.image(image("https://hub/a"))["caption"]


def test_an_image_that_is_needed_in_the_midst_of_a_write_never_breaks_it_off(place):
    place.images["https://hub/a"] = TryLater(5.0, "busy")
    assert place.copies.image(image("https://hub/a"))["caption"]


def test_images_in_blocks_within_blocks_are_dressed_too(place):
    inner = {"type": "image", "image": image("https://hub/a")}
    payload = {"type": "toggle", "toggle": {"rich_text": [], "children": [inner]}}
    (shown,) = place.copies.dressed(payload)["toggle"]["children"]
    assert shown["image"]["file_upload"] == {"id": "upload-a.png"}
    assert "external" in inner["image"]


def test_nobody_who_has_no_credential_for_images_copies_any(place):
    copies = Copies(place, None, {})
    copies.bring(["https://hub/a"])
    assert copies.image(image("https://hub/a")) == image("https://hub/a")


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://api.octo.ghe.com", "https://octo.ghe.com"),
        ("https://hub.example/api/v3", "https://hub.example"),
        ("http://127.0.0.1:8000/github", "http://127.0.0.1:8000"),
    ],
)
def test_a_copys_name_and_its_image_lead_to_each_other(api, web):
    pictures = GitHubPictures(lambda: pytest.fail("nothing is fetched"), api, ["acme/api"])
    source = f"{web}/user-attachments/assets/a0aceacf-8436-4c11-b291-f0fff3a115f2"
    assert web_of(api) == web
    assert pictures.source(f"{pictures.name(source)}.png") == source
    for other in (f"{source}0", f"{source}?x", source.replace("assets", "files"), "https://x.example/a.png"):
        assert pictures.name(other) is None
    for other in ("plan.png", "github-1.png", "github-a0aceacf-8436-4c11-b291-f0fff3a115f2/x.png"):
        assert pictures.source(other) is None
