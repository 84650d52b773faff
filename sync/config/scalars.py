"""The single values of a mapping file, each checked by itself; where they stand is the grammar's."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from sync.config.fields import READ_ONLY, WRITABLE, known, nearest_field
from sync.core.issue import FAMILY, LINE

NAME = re.compile(r"\w([\w .-]*[\w-])?")
"""What a mapping may be called: it stands in addresses and on command lines."""


def refuse(text: str, *, nearest: str | None = None, cure: str | None = None) -> PydanticCustomError:
    """Return the error that becomes a problem with these words."""
    return PydanticCustomError("refused", "{text}", {"text": text, "nearest": nearest, "cure": cure})


def _version(number: int) -> int:
    if number != 1:
        raise refuse(f"only version 1 is known, found {number}")
    return number


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise refuse(f"{name!r} cannot be a mapping's name", cure="use letters, digits, blanks and . _ - only")
    return name


def _repository(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][\w-]*/(?!\.{1,2}$)[\w.-]+", name, re.ASCII):
        return name
    pasted = re.search(r"github[^/]*/([\w-]+/[\w.-]+?)(?:\.git)?/?$", name, re.ASCII)
    raise refuse(f"{name!r} is not OWNER/NAME", nearest=pasted[1] if pasted else None)


def database_id(text: str) -> str:
    """Return the dashed id in a URL or an id: the last 32 hexadecimal digits of the path, whatever host it has."""
    place = re.sub(r"[?#].*", "", text).rstrip("/").rpartition("/")[2]
    found = re.search(r"[0-9a-f]{32}$", place.replace("-", "").casefold())
    if found is None:
        raise refuse(f"no database id in {text!r}", cure="paste the database's URL from Notion ('Copy link')")
    return re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", found[0])


def _field(name: str) -> str:
    if not known(name):
        raise refuse(f"GitHub has no field {name!r}", nearest=nearest_field(name))
    return name


def _amount(raw: object) -> int | Fraction:
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    share = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3})?) ?%", raw, re.ASCII) if isinstance(raw, str) else None
    if share is None:
        raise refuse(f"expected a number from 0 or a share such as 10%, found {told(raw)}")
    if (percent := Fraction(share[1])) > 100:  # noqa: PLR2004 - a hundred per cent
        raise refuse(f"a share lies between 0% and 100%, found {told(raw)}")
    return percent / 100


def told(raw: object) -> str:
    """Return how a value of the file is called in a message."""
    match raw:
        case dict():
            return "keys and values"
        case list():
            return "a list"
        case None:
            return "nothing"
        case bool():
            return str(raw).lower()
        case _:
            return repr(raw) if len(str(raw)) <= 60 else repr(str(raw)[:57] + "…")  # noqa: PLR2004 - fits a line


def _spelled(raw: object) -> object:
    if isinstance(raw, bool):
        return str(raw).lower()
    return str(raw) if isinstance(raw, int) else raw


def _given(raw: object) -> object:
    return str(raw) if isinstance(raw, float) else _spelled(raw)


def _listed(raw: object) -> object:
    return raw if isinstance(raw, list) else [raw]


WORDS = ["string", "integer", "boolean"]
Text = Annotated[str, Field(pattern=r"\S")]
"""Text that is not empty."""
Word = Annotated[Text, BeforeValidator(_spelled), WithJsonSchema({"type": WORDS, "pattern": r"\S"})]
"""Text, or what is meant as text: an option may be called 5, and a box is ticked or not by `true` and `false`."""
Constant = Annotated[
    Text,
    BeforeValidator(_given),
    WithJsonSchema({"type": ["string", "number", "boolean"], "pattern": r"\S"}),
]
"""The text of a value, which the property's type gives its meaning."""
Piece = Annotated[str, Field(min_length=1)]
"""Text of which a blank may be all."""
Words = Annotated[
    list[Word],
    Field(min_length=1),
    BeforeValidator(_listed),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": WORDS, "pattern": r"\S"},
                {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": WORDS}},
            ]
        }
    ),
]
"""One word, or a list of them."""
Version = Annotated[int, AfterValidator(_version), WithJsonSchema({"const": 1})]
Name = Annotated[str, AfterValidator(_name), Field(json_schema_extra={"pattern": f"^{NAME.pattern}$"})]
Repository = Annotated[Text, AfterValidator(_repository), Field(json_schema_extra={"pattern": "^[^/\\s]+/[^/\\s]+$"})]
Database = Annotated[Text, AfterValidator(database_id)]
FieldName = Annotated[
    Text,
    AfterValidator(_field),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [*WRITABLE, *READ_ONLY]},
                {"type": "string", "pattern": rf"^{FAMILY}[^*]+\*$"},
                {"type": "string", "pattern": rf"^{LINE}.*\S"},
            ]
        }
    ),
]
Amount = Annotated[
    int | Fraction,
    PlainValidator(_amount),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^(\d{1,2}(\.\d{1,3})?|100) ?%$"}]}
    ),
]
