from __future__ import annotations

import pytest

from sync.core.errors import Rejected
from sync.core.model import UNREAD, Facet, Kind, Put, Side
from sync.remotes.notion import records, values
from tests.remotes import truth
from tests.remotes.shapes import page

ADA, BOB = "7775f3a3-893f-43fa-b625-460c61094c78", "11111111-893f-43fa-b625-460c61094c78"


def rich(*texts):
    return [{"plain_text": each} for each in texts]


@pytest.mark.parametrize(
    ("kind", "raw", "canonical"),
    [
        ("title", rich("One", " two\r\n"), "One two\n"),
        ("title", [], None),
        ("rich_text", rich(""), None),
        ("number", 8, 8),
        ("number", 8.0, 8),
        ("number", 0.5, 0.5),
        ("number", None, None),
        ("checkbox", False, False),
        ("select", {"name": "Open"}, "Open"),
        ("select", None, None),
        ("status", {"name": "Done"}, "Done"),
        ("multi_select", [{"name": "b"}, {"name": "A"}], ("A", "b")),
        ("multi_select", [], None),
        ("date", {"start": "2026-11-23", "end": None, "time_zone": None}, "2026-11-23"),
        ("date", {"start": "2024-11-25T14:08:00.000+01:00", "end": None, "time_zone": None}, "2024-11-25T13:08:00Z"),
        ("date", {"start": "2026-11-23", "end": "2026-11-25"}, "2026-11-23/2026-11-25"),
        ("date", {"start": "2026-11-23T10:00:00", "end": None, "time_zone": "Europe/Berlin"}, "2026-11-23T09:00:00Z"),
        ("date", None, None),
        ("people", [{"id": BOB}, {"id": ADA}], (BOB, ADA)),
        ("people", [], None),
        ("people", [{"id": f"{number:032}"} for number in range(25)], UNREAD),
        ("url", "", None),
        ("email", "ada@example.com", "ada@example.com"),
        ("phone_number", None, None),
        ("files", [{"name": "b.png"}, {"name": "a.png"}], ("a.png", "b.png")),
        ("formula", {"type": "string", "string": "x"}, "x"),
        ("formula", {"type": "boolean", "boolean": False}, False),
        ("formula", {"type": "unsupported", "unsupported": {}}, UNREAD),
        ("rollup", {"type": "number", "number": 3, "function": "count"}, 3),
        ("rollup", {"type": "array", "array": [], "function": "show_original"}, UNREAD),
        ("created_time", "2026-11-23T10:00:00.000Z", "2026-11-23T10:00:00Z"),
        ("last_edited_by", {"object": "user", "id": ADA}, ADA),
        ("unique_id", {"prefix": "PRE", "number": 12}, "PRE-12"),
        ("unique_id", {"prefix": None, "number": 12}, "12"),
        ("verification", {"state": "verified"}, "verified"),
        ("button", {}, UNREAD),
        ("something_new", {}, UNREAD),
    ],
)
def test_a_property_is_read_in_its_canonical_form(kind, raw, canonical):
    assert values.read({"id": "x", "type": kind, kind: raw}) == canonical


def test_a_relation_that_was_cut_is_unread():
    raw = {"id": "x", "type": "relation", "relation": [{"id": BOB}, {"id": ADA}], "has_more": False}
    assert values.read(raw) == (BOB, ADA)
    assert values.read(raw | {"has_more": True}) is UNREAD


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", 8),
        ("checkbox", True),
        ("select", "Open"),
        ("select", None),
        ("status", "Done"),
        ("multi_select", ("A", "b")),
        ("multi_select", None),
        ("date", "2026-11-23"),
        ("date", "2026-11-23T10:00:00Z"),
        ("date", "2026-11-23/2026-11-25"),
        ("date", None),
        ("people", (ADA,)),
        ("people", None),
        ("url", "https://github.example/acme/api/issues/7"),
        ("url", None),
        ("email", "ada@example.com"),
        ("phone_number", "1"),
    ],
)
def test_what_is_written_reads_back_the_same(kind, value):
    assert values.read({"id": "x", "type": kind} | values.written(kind, value)) == value


@pytest.mark.parametrize("value", ["Title", "x" * 2000, "x" * 2001, "🙂" * 1500, None, " two\nlines "])
@pytest.mark.parametrize("kind", ["title", "rich_text"])
def test_text_is_written_in_pieces_that_notion_takes_and_loses_nothing(kind, value):
    elements = values.written(kind, value)[kind]
    contents = [each["text"]["content"] for each in elements]
    assert "".join(contents) == (value or "")
    assert all(0 < len(each.encode("utf-16-le")) // 2 <= 2000 for each in contents)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("title", "x" * 200_001),
        ("multi_select", tuple(map(str, range(101)))),
        ("people", tuple(f"{number:032}" for number in range(101))),
        ("formula", "x"),
        ("created_time", "2026-11-23T10:00:00Z"),
    ],
)
def test_what_notion_would_refuse_is_rejected_with_a_cure_before_it_is_sent(kind, value):
    with pytest.raises(Rejected) as refused:
        values.written(kind, value)
    assert refused.value.cure


@pytest.mark.parametrize("encoded", ["%3F~%5Cw", "v_%5D%3C", "title", "%5C%5C%3Ap", "Ur%5DX", "~ak%40", "a!'()*"])
def test_a_propertys_id_is_spelled_back_as_notion_spells_it(encoded):
    assert records.spelled(records.property_id(encoded)) == encoded


@pytest.mark.parametrize(
    "url",
    [
        "281211f9-0000-4000-8000-00000000000a",
        "281211F900004000800000000000000A",
        "https://www.notion.so/acme/Road-map-281211f900004000800000000000000a?v=38c9ce7b60a48186b51fce28be392a4a",
        "https://app.notion.com/p/281211f900004000800000000000000a",
        "https://acme.notion.site/Road-map-281211f900004000800000000000000a#anchor",
        "https://www.notion.so/281211f9-0000-4000-8000-00000000000a/",
    ],
)
def test_an_id_is_found_in_every_form_of_a_link(url):
    assert records.page_id(url) == "281211f9-0000-4000-8000-00000000000a"


@pytest.mark.parametrize("url", ["", "roadmap", "https://www.notion.so/", "281211f9"])
def test_what_holds_no_id_gives_none(url):
    assert records.page_id(url) is None


@truth.needed
def test_every_recorded_page_is_read_and_unread_only_where_it_must_be():
    seen, unread = 0, set()
    for exchange in truth.stories():
        body = exchange["response"]["body"]
        for raw in [body, *body.get("results", ())] if isinstance(body, dict) else ():
            if raw.get("object") == "page" and "properties" in raw:
                record = records.record(raw, "")
                assert record.time.second == 0
                assert len(record.fields) == len(raw["properties"])
                assert all(value not in ("", ()) for value in record.fields.values())
                shown = {records.property_id(each["id"]): each["type"] for each in raw["properties"].values()}
                unread |= {shown[name] for name, value in record.fields.items() if value is UNREAD}
                seen += 1
    assert seen >= 300
    assert unread <= {"relation", "button", "place", "formula", "rollup"}


@truth.needed
def test_every_id_that_was_recorded_keeps_its_spelling():
    seen = set()
    for exchange in truth.stories():
        body = exchange["response"]["body"]
        properties = body.get("properties") if isinstance(body, dict) else None
        seen |= {each["id"] for each in (properties or {}).values() if isinstance(each, dict) and "id" in each}
    assert len(seen) > 50
    assert {each for each in seen if records.spelled(records.property_id(each)) != each and "%" in each} == set()


@truth.needed
def test_what_is_written_is_what_notion_describes():
    puts = [
        Put(Facet(Side.NOTION, name, name, kind, type=type_), value)
        for name, kind, type_, value in (
            ("title", Kind.TEXT, "title", "Title"),
            ("rt", Kind.TEXT, "rich_text", "Text"),
            ("nu", Kind.NUMBER, "number", 8),
            ("cb", Kind.FLAG, "checkbox", False),
            ("se", Kind.CHOICE, "select", "Open"),
            ("st", Kind.CHOICE, "status", "Done"),
            ("ms", Kind.CHOICES, "multi_select", ("a", "b")),
            ("pp", Kind.PEOPLE, "people", (ADA,)),
            ("da", Kind.DATE, "date", "2026-11-23/2026-11-25"),
            ("ur", Kind.URL, "url", "https://github.example"),
            ("em", Kind.TEXT, "email", None),
            ("ph", Kind.TEXT, "phone_number", "1"),
        )
    ]
    body = {
        "parent": {"type": "data_source_id", "data_source_id": page()["id"]},
        "properties": records.properties(puts),
    }
    assert truth.faults("notion", "POST", "/v1/pages", body) == []
    assert truth.faults("notion", "PATCH", f"/v1/pages/{page()['id']}", {"properties": body["properties"]}) == []
