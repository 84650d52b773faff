"""What both doors need to know of HTTP itself; no vendor's rule and no client stands here."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

NEVER = datetime.min.replace(tzinfo=UTC)
"""The time of a record that no answer showed."""


def loopback(host: str) -> bool:
    """Tell whether a host is this machine, which no proxy may stand before."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def fingerprint(secret: str) -> str:
    """Return what tells one credential from another and gives nothing of it away."""
    return hashlib.sha256(secret.encode()).hexdigest()[:12]


def signed(signature: str, body: bytes, keys: Sequence[str]) -> bool:
    """Tell in constant time whether `sha256=…` is the HMAC of the raw body under one of the keys."""
    given = signature.encode(errors="replace")
    made = [b"sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest().encode() for key in keys]
    return any(hmac.compare_digest(given, each) for each in made)


def served_at(headers: Mapping[str, str]) -> datetime | None:
    """Return the service's own time of an answer (its Date header), None where it is missing or no date."""
    return _date(headers.get("date", ""))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, which may also be a date; None where it is missing or neither."""
    raw = headers.get("retry-after", "").strip()
    if raw.replace(".", "", 1).isdigit():
        return float(raw)
    until = _date(raw)
    now = served_at(headers)
    return max((until - now).total_seconds(), 0.0) if until and now else None


def _date(raw: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(raw)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
