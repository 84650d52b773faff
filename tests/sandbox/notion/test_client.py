"""The official kind of client over HTTP: what it sends is understood, what it gets it takes for an answer."""

from __future__ import annotations

import logging

import pytest
from notion_client import Client
from notion_client.errors import APIResponseError, UnknownHTTPResponseError
from notion_client.helpers import collect_paginated_api

from sync.sandbox.server import Sandbox
from tests.sandbox.notion.conftest import COLUMNS
from tests.sandbox.notion.desk import text


@pytest.fixture
def sandbox():
    with Sandbox.start() as here:
        here.notion.faults.switch("requests_per_minute", 0)
        yield here


@pytest.fixture
def client(sandbox):
    made = Client(
        auth="sandbox-notion",
        base_url=sandbox.notion_url,
        retry=False,
        notion_version="2026-03-11",
        logger=logging.getLogger("quiet"),
        log_level=logging.CRITICAL,
    )
    yield made
    made.close()


@pytest.fixture
def table(sandbox):
    return sandbox.notion.create_database("Roadmap", COLUMNS)


def test_a_client_reads_writes_and_walks(client, sandbox, table):
    assert client.users.me()["type"] == "bot"
    (found,) = client.databases.retrieve(table.database)["data_sources"]
    parent = {"type": "data_source_id", "data_source_id": found["id"]}
    column = client.data_sources.retrieve(found["id"])["properties"]["Points"]["id"]
    for n in range(5):
        client.pages.create(parent=parent, properties={"title": {"title": text(f"Row {n}")}, column: {"number": n}})
    rows = collect_paginated_api(client.data_sources.query, data_source_id=found["id"], page_size=2)
    assert sorted(row["properties"]["Points"]["number"] for row in rows) == list(range(5))
    client.pages.update(rows[0]["id"], in_trash=True)
    assert sum(row["in_trash"] for row in sandbox.notion.pages(found["id"])) == 1


def test_a_client_fills_a_page_with_blocks_markdown_and_a_file(client, sandbox, table):
    parent = {"type": "data_source_id", "data_source_id": table.data_source}
    page = client.pages.create(parent=parent, properties={"Name": {"title": text("Row")}})["id"]
    client.blocks.children.append(page, children=[{"paragraph": {"rich_text": text("one")}}])
    upload = client.file_uploads.create(mode="single_part", filename="plan.png", content_type="image/png")["id"]
    client.file_uploads.send(upload, file=("plan.png", b"\x89PNG", "image/png"))
    image = {"image": {"type": "file_upload", "file_upload": {"id": upload}}}
    client.blocks.children.append(page, children=[image], position={"type": "start"})
    first, second = collect_paginated_api(client.blocks.children.list, block_id=page, page_size=1)
    assert (first["image"]["type"], second["type"]) == ("file", "paragraph")
    change = {"type": "insert_content", "insert_content": {"content": "- two"}, "markdown_version": "v2"}
    told = client.request(path=f"pages/{page}/markdown", method="PATCH", body=change)
    assert told["markdown"].endswith("one\n\n- two")
    assert sandbox.notion.world.uploads[upload].content == b"\x89PNG"


def test_a_client_names_properties_by_ids_that_need_encoding(client, sandbox, table):
    columns = sandbox.notion.world.sources[table.data_source].properties
    column = next(each for each in columns.values() if each.name == "Points")
    columns["f\\:?"] = columns.pop(column.id)
    column.id = "f\\:?"
    (page,) = sandbox.notion.load(table.data_source, [{"Name": "x", "Points": 7}])
    shown = client.pages.retrieve(page)["properties"]["Points"]["id"]
    assert client.pages.properties.retrieve(page, shown)["number"] == 7
    # The client encodes once more what is encoded already.
    cut = client.data_sources.query(table.data_source, filter_properties=[column.id])["results"][0]
    assert set(cut["properties"]) == {"Points"}


def test_a_client_comments(client, sandbox, table):
    (page,) = sandbox.notion.load(table.data_source, [{"Name": "x"}])
    made = client.comments.create(parent={"page_id": page}, rich_text=text("Hello"))
    assert [each["id"] for each in client.comments.list(block_id=page)["results"]] == [made["id"]]
    client.comments.delete(made["id"])
    assert sandbox.notion.comments(page) == []


def test_a_refusal_is_an_error_that_the_client_knows(client):
    with pytest.raises(APIResponseError) as caught:
        client.pages.retrieve("00000000-0000-0000-0000-000000000000")
    assert caught.value.status == 404
    assert "integration_id" in caught.value.additional_data


def test_an_overload_is_an_error_that_the_client_does_not_know(client, sandbox):
    sandbox.notion.faults.arm("overloaded")
    with pytest.raises(UnknownHTTPResponseError) as caught:
        client.users.me()
    assert (caught.value.status, caught.value.headers["retry-after"]) == (529, "5")
