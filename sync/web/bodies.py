"""What a request carries: its body up to a size, and what a form or a program gave; nothing is done with it here."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES = 64 * 1024
"""More than any button of ours sends."""
FORM = "application/x-www-form-urlencoded"


async def whole(request: Request, most: int = MOST_BYTES) -> bytes:
    """Return the raw body; raises 413 as soon as it is too large, whatever its header said."""
    body = bytearray()
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said) > most:
        raise HTTPException(413, f"the body has more than {most} bytes")
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413, f"the body has more than {most} bytes")
    return bytes(body)


async def given(request: Request) -> dict[str, str]:
    """Return what a form or a JSON object gave, over what the address says; raises 400."""
    body = await whole(request)
    try:
        if request.headers.get("content-type", "").startswith(FORM):
            said = dict(parse_qsl(body.decode()))
        else:
            said = json.loads(body) if body.strip() else {}
            said = {name: _text(value) for name, value in said.items()}
    except (ValueError, AttributeError, RecursionError):
        raise HTTPException(400, "a form or a JSON object is expected") from None
    return {**dict(request.query_params), **said}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
