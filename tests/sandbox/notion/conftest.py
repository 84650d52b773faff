from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync.sandbox.clock import Clock
from sync.sandbox.faults import Faults
from sync.sandbox.notion import Notion
from tests.sandbox.notion.desk import Desk

COLUMNS = {
    "Name": {"title": {}},
    "Notes": {"rich_text": {}},
    "Status": {"status": {}},
    "Priority": {"select": {"options": [{"name": "High", "color": "red"}, {"name": "Low", "color": "gray"}]}},
    "Tags": {"multi_select": {}},
    "Due": {"date": {}},
    "Points": {"number": {"format": "number"}},
    "Done": {"checkbox": {}},
    "People": {"people": {}},
    "Link": {"url": {}},
    "Mail": {"email": {}},
    "Phone": {"phone_number": {}},
    "Files": {"files": {}},
    "No": {"unique_id": {"prefix": "T"}},
    "Created": {"created_time": {}},
    "Edited": {"last_edited_time": {}},
    "Author": {"created_by": {}},
    "Editor": {"last_edited_by": {}},
    "Sum": {"formula": {"expression": "1 + 1"}},
    "Press": {"button": {}},
}


@pytest.fixture
def clock():
    return Clock(datetime(2026, 3, 4, 10, 20, 47, 123456, tzinfo=UTC), scale=0)


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def notion(clock, faults):
    made = Notion(clock, faults)
    faults.switch("requests_per_minute", 0)
    return made


@pytest.fixture
def desk(notion):
    return Desk(notion)


@pytest.fixture
def ids(notion):
    return notion.create_database("Roadmap", COLUMNS)


@pytest.fixture
def source(ids):
    return ids.data_source


@pytest.fixture
def person(notion):
    return notion.person("Ada")


@pytest.fixture
def page(desk, source):
    return desk.row(source, {"Name": {"title": [{"text": {"content": "First"}}]}})["id"]
