"""docker-compose.yml as values: what each service runs, and in which environment, with its variables filled in."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
SECRETS = {"POSTGRES_PASSWORD": "letters1and2digits", "WEB_TOKEN": "long-and-random"}
VARIABLE = re.compile(r"\$\{(\w+)(?::[?-]([^}]*))?\}")


def services():
    """Return the services as Docker would read them with nothing but the secrets set."""
    return filled(YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))["services"])


def filled(value):
    if isinstance(value, dict):
        return {key: filled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    if not isinstance(value, str):
        return value
    return VARIABLE.sub(lambda found: SECRETS.get(found[1]) or found[2] or "", value).replace("$$", "$")


def check(service):
    """Return a service's health check as a command."""
    kind, *words = service["healthcheck"]["test"]
    return ["sh", "-c", words[0]] if kind == "CMD-SHELL" else words
