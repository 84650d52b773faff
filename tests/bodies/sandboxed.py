"""A page in the sandbox, changed by the calls that the program would make, under all of Notion's limits."""

from sync.remotes.notion.blocks import tree, unread
from sync.remotes.notion.script import Append, Patch, Remove
from sync.sandbox.clock import Clock
from sync.sandbox.faults import Faults
from sync.sandbox.notion import Notion
from tests.sandbox.notion.desk import Desk


class Workspace:
    """A Notion with one table, asked without a network."""

    def __init__(self):
        faults = Faults()
        self.notion = Notion(Clock(scale=0), faults)
        faults.switch("requests_per_minute", 0)
        self.table = self.notion.create_database("Table", {"Name": {"title": {}}}).data_source
        self.desk = Desk(self.notion, judge=False)

    def page(self, **content):
        """Return a new page that is born with content."""
        body = {"parent": {"data_source_id": self.table}, "properties": {"title": []}, **content}
        return SandboxPage(self.desk, self.desk.post("/v1/pages", body)["id"])


class SandboxPage:
    """What a page of the sandbox holds, read and changed through the API."""

    def __init__(self, desk, id_):
        self.desk, self.id = desk, id_

    @property
    def tree(self):
        children = {}
        while missing := unread(children, self.id):
            children |= {each: self._row(each) for each in missing}
        return tree(children, self.id)

    @property
    def markdown(self):
        return self.desk.get(f"/v1/pages/{self.id}/markdown?markdown_version=v2")["markdown"]

    def change(self, body):
        self.desk.patch(f"/v1/pages/{self.id}/markdown", body)

    def run(self, calls):
        """Make calls as they come and answer each with the ids that it made."""
        try:
            call = next(calls)
            while True:
                call = calls.send(self._made(call))
        except StopIteration:
            return self

    def _made(self, call):
        match call:
            case Append(parent=parent, children=children):
                made = self.desk.patch(f"/v1/blocks/{parent}/children", call.body)["results"]
                return [each["id"] for each in made[: len(children)]]
            case Patch(id=id_, body=body):
                self.desk.patch(f"/v1/blocks/{id_}", body)
            case Remove(id=id_):
                self.desk.delete(f"/v1/blocks/{id_}")
        return []

    def _row(self, id_, cursor=""):
        shown = self.desk.get(f"/v1/blocks/{id_}/children{cursor}")
        more = self._row(id_, f"?start_cursor={shown['next_cursor']}") if shown["has_more"] else []
        return [*shown["results"], *more]
