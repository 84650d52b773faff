"""What tests of images share: a mapping with bodies, an image, and how many writes a pass made."""

from __future__ import annotations

from tests.acceptance.place import FIELDS

BODY = (*FIELDS, "{github: body, notion: content}")
PNG = b"\x89PNG a plan"


def writes(done):
    return sum(sum(side.values()) for side in done["writes"].values())
