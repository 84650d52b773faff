"""The environment as one frozen value; what the settings lead to is wired elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    ValidationError,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from sync.core.errors import Misconfigured, Problem


def _address(text: str) -> str:
    """Return an http address without the slash at its end."""
    scheme, _, rest = text.partition("://")
    if scheme not in ("http", "https") or not rest.strip("/"):
        raise PydanticCustomError("address", "an address such as https://example.com is expected")
    return text.rstrip("/")


def _database(secret: SecretStr) -> SecretStr:
    """Return the address with the one driver that is installed; platforms hand out `postgres://` without it."""
    scheme, _, rest = secret.get_secret_value().partition("://")
    if not rest or scheme not in ("sqlite", "postgres", "postgresql", "postgresql+psycopg"):
        raise PydanticCustomError("database", "sqlite:///FILE or postgresql+psycopg://… is expected")
    return secret if scheme == "sqlite" else SecretStr(f"postgresql+psycopg://{rest}")


def _redis(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
        raise PydanticCustomError("redis", "redis://HOST:PORT/NUMBER is expected")
    return secret


def _key(secret: SecretStr) -> SecretStr:
    r"""Return a PEM key with its line ends, which one-line settings spell as `\n`."""
    return SecretStr(secret.get_secret_value().replace("\\n", "\n"))


def _share(text: object) -> object:
    """Return `5%` as 0.05."""
    if not isinstance(text, str):
        return text
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?) ?%", text, re.ASCII)
    if found is None or float(found[1]) > WHOLE:
        raise PydanticCustomError("share", "a share from 0% to 100% is expected")
    return float(found[1]) / WHOLE


def _lowered(text: object) -> object:
    return text.casefold() if isinstance(text, str) else text


WHOLE = 100
"""Per cent."""
Address = Annotated[str, AfterValidator(_address)]
Share = Annotated[float, BeforeValidator(_share)]


@dataclass(frozen=True)
class App:
    """A GitHub App's credential; without an installation id it is found per repository."""

    id: str
    private_key: SecretStr
    installation_id: int | None = None


class Settings(BaseSettings):
    """Every setting, named as in the environment but in small letters. Of limits, 0 is none; times are seconds."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    github_token: SecretStr | None = None
    github_app_id: str | None = None
    github_app_private_key: Annotated[SecretStr, AfterValidator(_key)] | None = None
    github_app_installation_id: PositiveInt | None = None
    github_api_url: Address = "https://api.github.com"
    github_webhook_secret: SecretStr | None = None
    notion_token: SecretStr | None = None
    notion_api_url: Address = "https://api.notion.com"
    notion_webhook_token: SecretStr | None = None
    notion_body: Annotated[Literal["auto", "markdown", "blocks"], BeforeValidator(_lowered)] = "auto"
    database_url: Annotated[SecretStr, AfterValidator(_database)] = SecretStr("sqlite:///var/tandem.db")
    redis_url: Annotated[SecretStr, AfterValidator(_redis)] | None = None
    mappings_dir: Path = Path("mappings")
    state_dir: Path = Path("var")
    notion_requests_per_minute: NonNegativeInt = 180
    github_requests_per_hour: NonNegativeInt = 5000
    github_points_per_minute: NonNegativeInt = 900
    github_creates_per_minute: NonNegativeInt = 20
    github_creates_per_hour: NonNegativeInt = 500
    poll_interval: PositiveInt = 60
    full_sync_interval: PositiveInt = 3600
    deep_share: Share = 0.05
    create_settle_seconds: NonNegativeInt = 120
    stale_seconds: NonNegativeInt = 60
    journal_days: PositiveInt = 90
    public_url: Address | None = None
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    web_token: SecretStr | None = None
    log_level: Annotated[Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(_lowered)] = "info"
    log_format: Annotated[Literal["auto", "console", "json"], BeforeValidator(_lowered)] = "auto"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take nothing but what `load_settings` hands over, where secrets in files are in place already."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def github_webhook_secrets(self) -> tuple[str, ...]:
        """Return the keys a webhook may be signed with: two while they are being rotated."""
        whole = self.github_webhook_secret.get_secret_value() if self.github_webhook_secret else ""
        return tuple(key.strip() for key in whole.split(",") if key.strip())

    def require_github(self) -> SecretStr | App:
        """Return the token, or the App's credential, which goes before a token; raises Misconfigured without either."""
        if self.github_app_id and self.github_app_private_key:
            return App(self.github_app_id, self.github_app_private_key, self.github_app_installation_id)
        if self.github_app_id or self.github_app_private_key:
            missing = "GITHUB_APP_PRIVATE_KEY" if self.github_app_id else "GITHUB_APP_ID"
            raise Misconfigured([Problem(f"{missing} is not set, and a GitHub App needs it", where=missing)])
        if self.github_token is None:
            cure = "set it to a token with access to the repositories' issues, or set GITHUB_APP_ID and its key"
            raise Misconfigured([Problem("GITHUB_TOKEN is not set", where="GITHUB_TOKEN", cure=cure)])
        return self.github_token

    def require_notion(self) -> SecretStr:
        """Return Notion's token; raises Misconfigured without one."""
        if self.notion_token is None:
            cure = "set it to the token of a connection that the database is shared with"
            raise Misconfigured([Problem("NOTION_TOKEN is not set", where="NOTION_TOKEN", cure=cure)])
        return self.notion_token


def _secret_names() -> Iterator[str]:
    """Yield the settings that may stand in a file."""
    for name, field in Settings.model_fields.items():
        if "SecretStr" in str(field.annotation):
            yield name


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of that environment, or of this process's and its `.env` file; raises Misconfigured.

    A secret `NAME` may stand in the file that `NAME_FILE` names. No problem ever shows a secret's value.
    """
    found = _environment() if env is None else {name.casefold(): value for name, value in env.items()}
    problems = list(_expand(found))
    try:
        settings = Settings.model_validate(found)
    except ValidationError as fault:
        problems += _complaints(fault, found)
        # Without its cause, since pydantic's error holds what it was given.
        raise Misconfigured(problems) from None
    if problems:
        raise Misconfigured(problems)
    return settings


def _environment() -> dict[str, str]:
    try:
        dotenv = DotEnvSettingsSource(Settings, env_file=Path(".env"), env_file_encoding="utf-8").env_vars
    except (OSError, ValueError):
        raise Misconfigured([Problem("cannot be read as UTF-8 text", file=".env")]) from None
    both = {**dotenv, **{name.casefold(): value for name, value in os.environ.items()}}
    return {name: value for name, value in both.items() if value is not None}


def _expand(found: dict[str, str]) -> Iterator[Problem]:
    """Drop what is empty and put the contents of secret files in place."""
    for name in [name for name, value in found.items() if not value.strip()]:
        del found[name]
    for name in _secret_names():
        place = found.pop(f"{name}_file", None)
        variable = f"{name}_file".upper()
        if place is not None and name in found:
            yield Problem(f"{name.upper()} and {variable} are both set", where=variable, cure="unset one of them")
        elif place is not None:
            try:
                found[name] = Path(place).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, ValueError) as fault:
                why = fault.strerror if isinstance(fault, OSError) else "not UTF-8"
                yield Problem(f"{variable}: {place} cannot be read ({why})", where=variable)


def _complaints(fault: ValidationError, found: Mapping[str, str]) -> Iterator[Problem]:
    for error in fault.errors(include_url=False, include_input=False):
        name = str(error["loc"][0])
        # An address may hold a password.
        shown = "" if name in _secret_names() or error["type"] == "address" else f", found {found[name]!r}"
        words = _expected(error["type"], error["msg"], error.get("ctx", {}))
        yield Problem(f"{name.upper()}: {words}{shown}", where=name.upper())


def _expected(kind: str, message: str, ctx: Mapping[str, object]) -> str:
    match kind:
        case "int_parsing" | "int_type" | "int_parsing_size":
            return "a whole number is expected"
        case "greater_than" | "greater_than_equal" | "less_than_equal":
            return message.replace("Input should be", "it must be")
        case "literal_error":
            return f"{ctx['expected']} is expected"
        case _:
            return message
