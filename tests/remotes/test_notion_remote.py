from __future__ import annotations

import json

import pytest

from sync.core.errors import Denied, Misconfigured, Rejected, Unsafe, Vanished
from sync.core.model import UNREAD, Facet, Kind, Presence, Put, Ref, Side
from sync.remotes.notion.remote import NotionRemote
from sync.remotes.notion.schema import Asked
from tests.remotes import truth
from tests.remotes.shapes import PAGE, SOURCE, page, rows
from tests.remotes.stand import Said

DATABASE = "281211f9-0000-4000-8000-000000000001"
REF = Ref(Side.NOTION, PAGE, SOURCE)
URL = "https://github.example/acme/api/issues/7"
ME = "7775f3a3-893f-43fa-b625-460c61094c99"
OWNER = Facet(Side.NOTION, "pp", "Owner", Kind.PEOPLE, type="people")
LINK = Facet(Side.NOTION, "f\\:p", "GitHub", Kind.URL, type="url")
NOT_FOUND = Said(404, {"object": "error", "status": 404, "code": "object_not_found", "message": "Could not find it."})
FORBIDDEN = Said(403, {"object": "error", "status": 403, "code": "restricted_resource", "message": "No."})


def served(stand, routes):
    stand.script = lambda asked: routes.get(asked.path.removeprefix("/v1/"), NOT_FOUND)


def numbered(count):
    return [f"{number:08x}-0000-4000-8000-000000000000" for number in range(count)]


def persons(count):
    return {"type": "people", "id": "pp", "people": [{"object": "user", "id": id_} for id_ in numbered(count)]}


# -- reading one -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "presence"),
    [
        ({}, Presence.PRESENT),
        ({"is_archived": True}, Presence.ARCHIVED),
        ({"in_trash": True}, Presence.TRASHED),
        ({"in_trash": True, "is_archived": True}, Presence.TRASHED),
        ({"parent": {"type": "data_source_id", "data_source_id": DATABASE}}, Presence.AWAY),
        ({"parent": {"type": "page_id", "page_id": DATABASE}}, Presence.AWAY),
    ],
)
def test_a_page_says_where_it_is(notion, stand, more, presence):
    served(stand, {f"pages/{PAGE}": Said(200, page(**more))})
    seen = notion.read(REF)
    assert seen.presence is presence
    assert (seen.address, seen.label, seen.grain) == (PAGE, "Title", 60)
    assert seen.ref.container == SOURCE


def test_not_found_proves_nothing(notion, stand):
    served(stand, {})
    assert notion.read(REF).presence is Presence.HIDDEN


def test_exactly_25_people_are_asked_for_and_all_of_them_are_read(notion, stand):
    owners = [{"object": "property_item", "type": "people", "people": {"id": id_}} for id_ in numbered(130)]

    def script(asked):
        if asked.path == f"/v1/pages/{PAGE}":
            return Said(200, page(properties={"Owner": persons(25)}))
        if "start_cursor" in asked.query:
            return Said(200, rows(*owners[100:]))
        return Said(200, rows(*owners[:100]) | {"has_more": True, "next_cursor": "c"})

    stand.script = script
    seen = notion.read(REF)
    assert seen.read("pp") is UNREAD
    assert notion.complete(seen, [OWNER]).read("pp") == tuple(numbered(130))
    assert [asked.path for asked in stand.asked[1:]] == [f"/v1/pages/{PAGE}/properties/pp"] * 2


def test_fewer_people_than_a_page_shows_cost_no_further_call(notion, stand):
    served(stand, {f"pages/{PAGE}": Said(200, page(properties={"Owner": persons(24)}))})
    assert notion.read(REF).read("pp") == tuple(numbered(24))
    assert len(stand.asked) == 1


# -- lists -------------------------------------------------------------------------------------------------------------


def querying(stand, pages, *, cap=10_000, per_page=100):
    """Serve a query as Notion does: by time, from a time on, in pages, and cut at the cap."""

    def script(asked):
        by = asked.body["sorts"][0]["timestamp"]
        since = asked.body.get("filter", {}).get(by, {}).get("on_or_after", "")[:16]
        found = sorted((each for each in pages if each[by][:16] >= since), key=lambda each: each[by])
        start = int(asked.body.get("start_cursor", "0"))
        shown, rest = found[:cap][start : start + per_page], found[:cap][start + per_page :]
        more = {"has_more": bool(rest), "next_cursor": str(start + per_page) if rest else None}
        if len(found) > cap:
            more["request_status"] = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
        return Said(200, rows(*shown) | more)

    stand.script = script


def pages_by_minute(count, *, each_minute=1):
    minutes = [
        f"2026-11-23T{10 + number // each_minute // 60:02}:{number // each_minute % 60:02}:00.000Z"
        for number in range(count)
    ]
    return [page(id_, created_time=at, last_edited_time=at) for id_, at in zip(numbered(count), minutes, strict=True)]


def ids(batches):
    return [record.ref.id for batch in batches for record in batch.records]


def test_the_first_list_asks_for_everything_in_the_order_of_birth(notion, stand):
    querying(stand, pages_by_minute(3), per_page=2)
    batches = list(notion.changes(SOURCE, None))
    assert ids(batches) == numbered(3)
    assert stand.asked[0].path == f"/v1/data_sources/{SOURCE}/query"
    assert stand.asked[0].body == {"sorts": [{"timestamp": "created_time", "direction": "ascending"}], "page_size": 100}
    assert [batch.cursor is None for batch in batches] == [True, False]
    assert json.loads(batches[-1].cursor) == {"since": "2026-11-23T11:57:00Z"}


def test_a_cursor_stays_while_its_answer_fits_one_page(notion, stand):
    querying(stand, pages_by_minute(3))
    cursor = '{"since": "2026-11-23T10:01:00Z"}'
    (batch,) = notion.changes(SOURCE, cursor)
    assert ids([batch]) == numbered(3)[1:]
    assert batch.cursor == cursor
    assert stand.asked[0].body["sorts"] == [{"timestamp": "last_edited_time", "direction": "ascending"}]


def test_a_cursor_moves_on_once_its_answer_takes_two_pages(notion, stand):
    querying(stand, pages_by_minute(3), per_page=2)
    *_, last = notion.changes(SOURCE, '{"since": "2026-11-23T10:00:00Z"}')
    assert json.loads(last.cursor) == {"since": "2026-11-23T11:57:00Z"}


def test_a_list_that_was_cut_goes_on_in_windows_and_shows_nothing_twice(notion, stand):
    querying(stand, pages_by_minute(23, each_minute=3), cap=10, per_page=4)
    batches = list(notion.changes(SOURCE, None))
    assert ids(batches) == numbered(23)
    assert all(batch.complete for batch in batches)


def test_a_minute_that_holds_more_than_a_query_shows_makes_the_list_incomplete(notion, stand):
    querying(stand, pages_by_minute(12, each_minute=12), cap=10)
    *_, last = notion.changes(SOURCE, None)
    assert not last.complete
    assert last.cursor


def test_what_is_archived_has_a_list_of_its_own(notion, stand):
    """As the changelog of 2026-07-15 says; the official description knows no `is_archived` of a query yet."""
    querying(stand, [page(id_, is_archived=True) for id_ in numbered(3)], per_page=2)
    batches = list(notion.archived(SOURCE))
    assert ids(batches) == numbered(3)
    assert {each.presence for batch in batches for each in batch.records} == {Presence.ARCHIVED}
    assert [asked.body.get("is_archived") for asked in stand.asked] == [True, True]


def test_exactly_25_people_in_a_list_are_unread(notion, stand):
    querying(stand, [page(properties={"Owner": persons(25)})])
    (batch,) = notion.changes(SOURCE, None)
    assert batch.records[0].read("pp") is UNREAD


def test_a_wikis_data_sources_are_no_pages(notion, stand):
    stand.says(Said(200, rows(page(), {"object": "data_source", "id": SOURCE})))
    assert ids(notion.changes(SOURCE, None)) == [PAGE]


def test_a_list_that_is_not_there_concludes_nothing(notion, stand):
    served(stand, {})
    with pytest.raises(Denied):
        list(notion.changes(SOURCE, None))


# -- writing and finding -----------------------------------------------------------------------------------------------


def test_a_birth_is_one_post_into_the_data_source(notion, stand):
    stand.says(Said(200, page()))
    title = Put(Facet(Side.NOTION, "title", "Name", Kind.TEXT, type="title"), "Title")
    assert notion.create(SOURCE, [title, Put(LINK, URL)]).ref == REF
    (asked,) = stand.asked
    assert (asked.verb, asked.path) == ("POST", "/v1/pages")
    assert asked.body == {
        "parent": {"type": "data_source_id", "data_source_id": SOURCE},
        "properties": {
            "title": {"title": [{"type": "text", "text": {"content": "Title"}}]},
            "f%5C%3Ap": {"url": URL},
        },
    }


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda remote: remote.update(REF, [Put(LINK, None)]), {"properties": {"f%5C%3Ap": {"url": None}}}),
        (lambda remote: remote.trash(REF), {"in_trash": True}),
        (lambda remote: remote.restore(REF), {"in_trash": False}),
    ],
)
def test_an_edit_is_one_patch_of_what_was_asked_for_alone(notion, stand, call, body):
    stand.says(Said(200, page()))
    assert call(notion).ref == REF
    (asked,) = stand.asked
    assert (asked.verb, asked.path, asked.body) == ("PATCH", f"/v1/pages/{PAGE}", body)


def test_a_reply_of_another_page_is_refused(notion, stand):
    stand.says(Said(200, page(DATABASE)))
    with pytest.raises(Vanished):
        notion.trash(REF)


def test_a_reply_that_holds_a_bare_id_leaves_the_write_unknown_but_names_it(notion, stand):
    stand.says(Said(200, {"object": "page", "id": PAGE}))
    with pytest.raises(Unsafe) as unsafe:
        notion.create(SOURCE, [])
    assert unsafe.value.committed == PAGE


def test_a_lost_birth_is_found_by_its_link(notion, stand):
    stand.says(Said(200, rows(page(), page(DATABASE))), Said(200, rows()))
    found = notion.find(SOURCE, Put(LINK, URL), None)
    assert found
    assert found.ref == REF
    assert stand.asked[0].body["filter"] == {"property": "f%5C%3Ap", "url": {"equals": URL}}
    assert notion.find(SOURCE, Put(LINK, URL), None) is None


# -- the schema --------------------------------------------------------------------------------------------------------


def database(*sources, **more):
    listed = [{"id": id_, "name": name} for id_, name in sources or ((SOURCE, "Roadmap"),)]
    return Said(200, {"object": "database", "id": DATABASE, "in_trash": False, "data_sources": listed, **more})


def source(**more):
    options = [{"id": "o1", "name": "To do"}, {"id": "o2", "name": "Done"}]
    properties = {
        "Name": {"id": "title", "name": "Name", "type": "title", "title": {}},
        "Status": {"id": "st%3A", "name": "Status", "type": "status", "status": {"options": options, "groups": []}},
        "Labels": {"id": "lb", "name": "Labels", "type": "multi_select", "multi_select": {"options": options}},
    }
    parent = {"type": "database_id", "database_id": DATABASE}
    return Said(
        200,
        {
            "object": "data_source",
            "id": SOURCE,
            "title": [{"plain_text": "Roadmap"}],
            "in_trash": False,
            "parent": parent,
        }
        | {"properties": properties, **more},
    )


def workspace(stand, **routes):
    me = Said(200, {"object": "user", "id": ME, "type": "bot"})
    served(stand, {f"databases/{DATABASE}": database(), f"data_sources/{SOURCE}": source(), "users/me": me} | routes)


def test_the_schema_gives_properties_by_their_decoded_id_with_options(notion, stand):
    workspace(stand)
    seen = notion.schema()
    assert seen.containers == ((SOURCE, "Roadmap"),)
    assert seen.own_id == ME
    status = next(each for each in seen.properties if each.name == "Status")
    assert (status.id, status.type, status.open) == ("st:", "status", False)
    assert status.options == (("o1", "To do"), ("o2", "Done"))
    labels = next(each for each in seen.properties if each.name == "Labels")
    assert (labels.open, labels.forbids) == (True, ",")
    assert not any(asked.path == "/v1/users" for asked in stand.asked)


def test_people_are_listed_where_a_mapping_needs_them(notion_door, stand):
    ada = {
        "id": "7775f3a3893f43fab625460c61094c78",
        "type": "person",
        "name": "Ada",
        "person": {"email": "a@example.com"},
    }
    workspace(stand, users=Said(200, rows(ada, {"id": "b", "type": "bot"})))
    remote = NotionRemote(notion_door, database=DATABASE, asked=Asked(people=True))
    (person,) = remote.schema().people
    assert (person.id, person.name, person.email) == ("7775f3a3-893f-43fa-b625-460c61094c78", "Ada", "a@example.com")
    workspace(stand, users=FORBIDDEN)
    seen = remote.schema()
    assert seen.people is None
    assert len(seen.warnings) == 1


@pytest.mark.parametrize(
    ("routes", "where", "word"),
    [
        ({f"databases/{DATABASE}": NOT_FOUND}, "notion.database", "Connections"),
        ({f"databases/{DATABASE}": database(in_trash=True)}, "notion.database", "restore"),
        ({f"data_sources/{SOURCE}": source(in_trash=True)}, "notion.data_source", "restore"),
        ({f"databases/{DATABASE}": database((SOURCE, "A"), (PAGE, "B"))}, "notion.data_source", "name or id"),
    ],
)
def test_what_keeps_a_database_from_being_read_is_a_fault_with_its_cure(notion, stand, routes, where, word):
    workspace(stand, **routes)
    with pytest.raises(Misconfigured) as faults:
        notion.schema()
    (problem,) = faults.value.problems
    assert problem.where == where
    assert word in problem.cure


def test_one_of_several_data_sources_is_chosen_by_name_or_id(notion_door, stand):
    workspace(stand, **{f"databases/{DATABASE}": database((PAGE, "Archive"), (SOURCE, "Roadmap"))})
    for wanted in ("Roadmap", SOURCE, SOURCE.replace("-", "")):
        remote = NotionRemote(notion_door, database=DATABASE, data_source=wanted)
        assert remote.schema().containers == ((SOURCE, "Roadmap"),)
    with pytest.raises(Misconfigured) as faults:
        NotionRemote(notion_door, database=DATABASE, data_source="Roadmp").schema()
    assert faults.value.problems[0].nearest == "Roadmap"


def test_a_link_that_names_no_database_is_a_fault(notion_door, stand):
    with pytest.raises(Misconfigured):
        NotionRemote(notion_door, database="https://www.notion.so/roadmap").schema()
    assert stand.asked == []


@pytest.mark.parametrize(
    ("routes", "alive"),
    [
        ({}, True),
        ({f"data_sources/{SOURCE}": source(in_trash=True)}, False),
        ({f"databases/{DATABASE}": database(in_trash=True)}, False),
        ({f"data_sources/{SOURCE}": NOT_FOUND}, False),
        ({f"databases/{DATABASE}": FORBIDDEN}, False),
    ],
)
def test_a_container_lives_while_neither_it_nor_its_database_is_trashed_or_out_of_sight(notion, stand, routes, alive):
    workspace(stand, **routes)
    assert notion.alive(SOURCE) is alive


@truth.needed
def test_every_recorded_data_source_is_understood(notion_door, stand):
    seen = 0
    for exchange in truth.stories():
        body = exchange["response"]["body"]
        if isinstance(body, dict) and body.get("object") == "data_source" and not body["in_trash"]:
            listed = {
                f"databases/{DATABASE}": database((body["id"], "It")),
                f"data_sources/{body['id']}": Said(200, body),
            }
            workspace(stand, **listed)
            found = NotionRemote(notion_door, database=DATABASE).schema()
            assert {each.name for each in found.properties} == set(body["properties"])
            seen += 1
    assert seen >= 50


@truth.needed
def test_what_is_asked_is_what_notion_describes(notion, stand):
    stand.says(Said(200, rows(page())))
    list(notion.changes(SOURCE, None))
    list(notion.changes(SOURCE, '{"since": "2026-11-23T10:00:00Z"}'))
    notion.find(SOURCE, Put(LINK, URL), None)
    stand.says(Said(200, page()))
    notion.trash(REF)
    with pytest.raises(Rejected):
        notion.update(REF, [Put(Facet(Side.NOTION, "x", "x", Kind.TEXT, type="rollup"), "1")])
    assert len(stand.asked) == 4
    for asked in stand.asked:
        assert truth.faults("notion", asked.verb, asked.path, asked.body) == []
