from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from sync.sandbox.exchange import Request


@pytest.fixture
def upload(desk):
    made = desk.post("/v1/file_uploads", {"mode": "single_part", "filename": "plan.png", "content_type": "image/png"})
    assert (made["status"], made["upload_url"][-5:], made["content_length"]) == ("pending", "/send", None)
    sent = desk.send(made["id"], b"\x89PNG bytes", name="plan.png")
    assert (sent["status"], sent["content_length"], sent["filename"]) == ("uploaded", 10, "plan.png")
    return made["id"]


def image(upload):
    return {"image": {"type": "file_upload", "file_upload": {"id": upload}}}


def fetched(notion, url):
    """Return what anybody gets at an address, without a token."""
    parts = urlsplit(url)
    return notion.handle(Request("GET", parts.path, parse_qs(parts.query)))


def test_an_upload_is_attached_as_an_image_and_read_as_a_file_that_anybody_can_fetch(desk, notion, page, upload):
    (made,) = desk.patch(f"/v1/blocks/{page}/children", {"children": [image(upload)]})["results"]
    assert made["image"]["type"] == "file"
    assert made["image"]["file"]["expiry_time"] == "2026-03-04T11:20:00.000Z"
    reply = fetched(notion, made["image"]["file"]["url"])
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"\x89PNG bytes", "image/png")


def test_an_image_from_elsewhere_becomes_an_upload_and_the_other_way_round(desk, page, upload):
    elsewhere = {"external": {"url": "https://x.example/i.png"}}
    (made,) = desk.patch(f"/v1/blocks/{page}/children", {"children": [{"image": elsewhere}]})["results"]
    shown = desk.patch(f"/v1/blocks/{made['id']}", {"image": {"file_upload": {"id": upload}}})["image"]
    assert (shown["type"], "external" in shown) == ("file", False)
    shown = desk.patch(f"/v1/blocks/{made['id']}", {"image": {"caption": []}})["image"]
    assert (shown["type"], "file" in shown) == ("file", True)
    shown = desk.patch(f"/v1/blocks/{made['id']}", {"image": elsewhere})["image"]
    assert (shown["type"], "file" in shown) == ("external", False)


def test_the_address_is_another_with_every_read_and_dead_after_an_hour(desk, notion, clock, page, upload):
    (made,) = desk.patch(f"/v1/blocks/{page}/children", {"children": [image(upload)]})["results"]
    again = desk.get(f"/v1/blocks/{made['id']}")["image"]["file"]["url"]
    assert again != made["image"]["file"]["url"]
    assert fetched(notion, again.partition("?")[0]).status == 403
    clock.advance(3601)
    assert fetched(notion, again).status == 403
    assert fetched(notion, desk.get(f"/v1/blocks/{made['id']}")["image"]["file"]["url"]).status == 200


def test_an_upload_is_used_while_it_is_fresh_and_as_often_as_anybody_likes(desk, clock, page, upload):
    desk.patch(f"/v1/blocks/{page}/children", {"children": [image(upload), image(upload)]})
    late = desk.post("/v1/file_uploads", {"filename": "late.png"})["id"]
    error = desk.refused("PATCH", f"/v1/blocks/{page}/children", {"children": [image(late)]})
    assert "status of `pending`" in error["message"]
    desk.send(late, b"x")
    clock.advance(3601)
    error = desk.refused("PATCH", f"/v1/blocks/{page}/children", {"children": [image(late)]})
    assert "status of `expired`" in error["message"]
    desk.patch(f"/v1/blocks/{page}/children", {"children": [image(upload)]})


def test_what_is_no_form_or_too_large_or_sent_twice_is_refused(desk, page, upload):
    path = f"/v1/file_uploads/{upload}/send"
    assert "multipart/form-data" in desk.refused("POST", path, b"x")["message"]
    form = {"content-type": "multipart/form-data; boundary=b"}
    assert (
        "body.file should be defined" in desk.refused("POST", path, b"--b\r\n\r\nx\r\n--b--", headers=form)["message"]
    )
    other = desk.post("/v1/file_uploads", {"filename": "big.png"})["id"]
    body = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + b"x" * (5 * 1024 * 1024 + 1) + b"\r\n--b--"
    assert "exceeds" in desk.refused("POST", f"/v1/file_uploads/{other}/send", body, headers=form)["message"]
    nobody = "00000000-0000-4000-8000-000000000001"
    assert desk.refused("PATCH", f"/v1/blocks/{page}/children", {"children": [image(nobody)]})["status"] == 404
