"""Files in Notion's own store: uploaded, attached, and read back at addresses that are signed anew for every reader."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.utils import format_datetime

from sync.sandbox.exchange import Reply, Request
from sync.sandbox.notion import lists, times
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.identity import checked, dashed
from sync.sandbox.notion.model import Json, Raw, Upload
from sync.sandbox.notion.refusals import MISSING, invalid, wrong
from sync.sandbox.notion.world import World

KEPT = timedelta(hours=1)
"""How long an upload waits for being attached, and a signed address is good (recorded: `expiry_time`)."""
LARGEST = 5 * 1024 * 1024
"""Bytes of one file in a free workspace (recorded: `workspace_limits`)."""
CREATE = {"mode", "filename", "content_type", "number_of_parts", "external_url"}
MODES = ("single_part", "multi_part", "external_url")
SIGNED = re.compile(r".*/prod-files-secure/[^/]+/([0-9a-f-]{36})/[^?]*\?.*X-Amz-Signature=\w+")


def create(world: World, call: Call) -> Json:
    """Announce an upload."""
    call.only(CREATE)
    mode = call.body.get("mode", MODES[0])
    if mode not in MODES:
        raise wrong("body.mode", "be " + " or ".join(f'`"{each}"`' for each in MODES), mode)
    if mode == "multi_part":
        raise invalid("Multi-part uploads are only available on paid plans.")
    name = _text(call, "filename")
    kind = _text(call, "content_type") or (mimetypes.guess_type(name)[0] if name else None)
    now = world.clock.now()
    made = Upload(world.ids.uuid(), name, kind, now, now + KEPT)
    world.uploads[made.id] = made
    return _shown(world, made)


def send(world: World, call: Call) -> Json:
    """Take the bytes of an upload, sent as a form with a `file`."""
    name, kind, sent = _part(call.request)
    found = _upload(world, call)
    if found.content is not None:
        raise invalid(f"File upload with ID {found.id} has already been uploaded.")
    if len(sent) > LARGEST:
        raise invalid(f"File size exceeds the limit of {LARGEST} bytes.")
    found.filename, found.content_type = found.filename or name, found.content_type or kind
    found.content = sent
    return _shown(world, found)


def retrieve(world: World, call: Call) -> Json:
    """Return an upload."""
    return _shown(world, _upload(world, call))


def listed(world: World, call: Call) -> Json:
    """Return the uploads, the newest first."""
    results, following = lists.cut(call, list(reversed(world.uploads.values())))
    return lists.listed("file_upload", [_shown(world, each) for each in results], following)


def attached(world: World, raw: Raw, at: str) -> str:
    """Return the id of the upload that a request attaches; raises Refused."""
    id_ = checked(raw.get("id", MISSING) if isinstance(raw, dict) else raw, f"{at}.id")
    found = world.uploads.get(id_)
    if found is None:
        raise world.missing("file_upload", id_)
    if _status(world, found) != "uploaded":
        raise invalid(f"File upload with ID {id_} has a status of `{_status(world, found)}`, not `uploaded`.")
    found.attached = True
    return id_


def signed(world: World, upload: str, *, signature: str | None = None) -> Json:
    """Return a file as it is read: an address with a signature of its own, and until when it is good."""
    found = world.uploads[upload]
    now = times.floored(world.clock.now())
    sign = signature or f"{world.ids.random.getrandbits(128):032x}"
    query = f"X-Amz-Date={now:%Y%m%dT%H%M%SZ}&X-Amz-Expires={int(KEPT.total_seconds())}&X-Amz-Signature={sign}"
    name = re.sub(r"[^\w.-]", "_", found.filename or "file")
    url = f"{world.base_url}/prod-files-secure/{world.workspace_id}/{upload}/{name}?{query}"
    return {"url": url, "expiry_time": times.millis(now + KEPT).replace("+00:00", "Z")}


def held(world: World, url: str) -> str | None:
    """Return the upload that a signed address leads to."""
    found = SIGNED.fullmatch(url)
    return found[1] if found and found[1] in world.uploads else None


def download(world: World, request: Request) -> Reply | None:
    """Answer a signed address, for which nobody needs a token; None where a request is for none."""
    found = re.fullmatch(r"/prod-files-secure/[^/]+/([^/]+)/[^/]*", request.path)
    if found is None or request.method not in {"GET", "HEAD"}:
        return None
    upload = world.uploads.get(dashed(found[1]))
    if upload is None or upload.content is None or not _good(world, request):
        return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", {"content-type": "application/xml"})
    headers = {
        "content-type": upload.content_type or "application/octet-stream",
        "date": format_datetime(world.clock.now(), usegmt=True),
    }
    return Reply(200, upload.content, headers)


def _good(world: World, request: Request) -> bool:
    """Tell whether an address is signed and not too old."""
    try:
        since = datetime.strptime(request.first("X-Amz-Date") + "+0000", "%Y%m%dT%H%M%SZ%z")
    except ValueError:
        return False
    return bool(request.first("X-Amz-Signature")) and world.clock.now() <= since + KEPT


def _shown(world: World, of: Upload) -> Json:
    status = _status(world, of)
    shown: Json = {
        "object": "file_upload",
        "id": of.id,
        "created_time": times.minute(of.created_at),
        "created_by": {"id": world.bot.id, "type": "bot"},
        "last_edited_time": times.minute(of.created_at),
        "expiry_time": times.minute(of.expires_at),
        "in_trash": False,
        "status": status,
        "filename": of.filename,
        "content_type": of.content_type,
        "content_length": None if of.content is None else len(of.content),
    }
    if status == "pending":
        shown["upload_url"] = f"{world.base_url}/v1/file_uploads/{of.id}/send"
    return shown


def _status(world: World, of: Upload) -> str:
    if of.attached:
        return "uploaded"
    if world.clock.now() > of.expires_at:
        return "expired"
    return "pending" if of.content is None else "uploaded"


def _upload(world: World, call: Call) -> Upload:
    found = world.uploads.get(call.path["file_upload_id"])
    if found is None:
        raise world.missing("file_upload", call.path["file_upload_id"])
    return found


def _text(call: Call, name: str) -> str | None:
    raw = call.body.get(name)
    if raw is not None and not isinstance(raw, str):
        raise wrong(f"body.{name}", "be a string or `undefined`", raw)
    return raw


def _part(request: Request) -> tuple[str | None, str | None, bytes]:
    """Return name, type and bytes of the form's file."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise invalid("Content-Type should be multipart/form-data.")
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body, policy=policy.HTTP)
    parts: Sequence[Raw] = list(whole.iter_parts()) if whole.is_multipart() else []
    for part in parts:
        if part.get_param("name", header="content-disposition") == "file":
            return part.get_filename(), part.get_content_type(), part.get_payload(decode=True)
    raise wrong("body.file", "be defined")


ROUTES = [
    Route("POST", "/v1/file_uploads", create, "insert_content"),
    Route("GET", "/v1/file_uploads", listed, "read_content"),
    Route("GET", "/v1/file_uploads/{file_upload_id}", retrieve, "read_content"),
    Route("POST", "/v1/file_uploads/{file_upload_id}/send", send, "insert_content", raw=True),
]
