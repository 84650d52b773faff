"""The key of a field: what names a row of a mapping for ever, whatever its property or file is called later."""

from __future__ import annotations

_BETWEEN = "~"


def field_key(github: str, notion: str) -> str:
    """Return the key of a row: the issue's field by its name, the page's property by its id."""
    return f"{github}{_BETWEEN}{notion}"


def field_name(key: str) -> str:
    """Return the issue's field, which is what people call a row."""
    return key.partition(_BETWEEN)[0]


def property_id(key: str) -> str:
    """Return the page's property, empty where a key has none."""
    return key.partition(_BETWEEN)[2]
