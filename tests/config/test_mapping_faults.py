"""Every fault of a mapping file, each against the complete list of problems; sound files are tested elsewhere."""

from pathlib import Path

import pytest

from sync.core.errors import Problem

ROW = "  - {github: labels, notion: Labels}\n"


def fault(
    line: int, where: str | None, message: str, *, nearest: str | None = None, cure: str | None = None
) -> Problem:
    return Problem(message, line=line, where=where, nearest=nearest, cure=cure)


CASES: dict[str, tuple[str, str, list[Problem]]] = {
    "an unknown key at the top": (
        "conflict: newest",
        "conflct: newest",
        [fault(12, "conflct", "unknown key 'conflct'", nearest="conflict")],
    ),
    "an unknown key in a row": (
        ROW,
        "  - {github: labels, notion: Labels, dirction: both}\n",
        [fault(20, "fields.2.dirction", "unknown key 'dirction'", nearest="direction")],
    ),
    "an unknown key in every part": (
        "  labels: [sync]\nnotion:\n",
        "  label: [sync]\nnotion:\n  databse: x\n",
        [
            fault(5, "github.label", "unknown key 'label'", nearest="labels"),
            fault(7, "notion.databse", "unknown key 'databse'", nearest="database"),
        ],
    ),
    "an unknown key in a condition": (
        "{when: {Status: [To do, 5]}}",
        "{whn: {Status: Done}}",
        [fault(11, "create.issues.whn", "unknown key 'whn'", nearest="when")],
    ),
    "a required key misspelled, told once": (
        "fields:\n",
        "feilds:\n",
        [fault(17, "feilds", "unknown key 'feilds'", nearest="fields")],
    ),
    "a row's github misspelled, told once": (
        ROW,
        "  - {gihtub: labels, notion: Labels}\n",
        [fault(20, "fields.2.gihtub", "unknown key 'gihtub'", nearest="github")],
    ),
    "a required key missing": (
        "create:\n  pages: true\n  issues: {when: {Status: [To do, 5]}}\n",
        "",
        [fault(1, "", "'create' is missing")],
    ),
    "a required key missing deeper": ("  pages: true\n", "", [fault(9, "create", "'pages' is missing")]),
    "nothing after a key": (
        "  octocat: octocat@example.com\n",
        "",
        [fault(15, "users", "nothing stands after 'users'", cure="give a value or drop the key")],
    ),
    "text where a list belongs": (
        "[acme/api]",
        "acme/api",
        [fault(4, "github.repositories", "expected a list, found 'acme/api'")],
    ),
    "a list where text belongs": (
        "link_property: GitHub",
        "link_property: [GitHub]",
        [fault(8, "notion.link_property", "expected text, found a list")],
    ),
    "a number where text belongs": (
        "notion: Labels",
        "notion: 2026",
        [fault(20, "fields.2.notion", "expected text, found 2026", cure="put it in quotes")],
    ),
    "a fraction among values, whose spelling would be lost": (
        "closed: Done",
        "closed: 1.10",
        [fault(19, "fields.1.values.closed.0", "expected text, found 1.1", cure="put it in quotes")],
    ),
    "text where true or false belongs": (
        "pages: true",
        "pages: maybe",
        [fault(10, "create.pages", "expected true or false, found 'maybe'")],
    ),
    "text where a part belongs": (
        "guards:\n  max_destructive: 10%",
        "guards: none",
        [fault(13, "guards", "expected keys and values, found 'none'")],
    ),
    "text where a row belongs": (
        ROW,
        "  - labels\n",
        [fault(20, "fields.2", "expected keys and values, found 'labels'")],
    ),
    "quiet below zero": (
        "  pages: true\n",
        "  pages: true\n  quiet: -1\n",
        [fault(11, "create.quiet", "expected a whole number from 0, found -1")],
    ),
    "empty text": (
        "link_property: GitHub",
        "link_property: ' '",
        [fault(8, "notion.link_property", "expected text that is not empty, found ' '")],
    ),
    "an empty list": (
        "[acme/api]",
        "[]",
        [fault(4, "github.repositories", "expected at least one, found none")],
    ),
    "an unknown policy": (
        "conflict: newest",
        "conflict: newst",
        [fault(12, "conflict", "expected 'newest', 'github', 'notion' or 'hold', found 'newst'", nearest="newest")],
    ),
    "an unknown direction": (
        ROW,
        "  - {github: labels, notion: Labels, direction: to_notoin}\n",
        [
            fault(
                20,
                "fields.2.direction",
                "expected 'both', 'to_notion' or 'to_github', found 'to_notoin'",
                nearest="to_notion",
            )
        ],
    ),
    "an unknown way to match": (
        "conflict: newest",
        "match: [link, titel]",
        [fault(12, "match.1", "expected 'link' or 'title', found 'titel'", nearest="title")],
    ),
    "an unknown fate": (
        "conflict: newest",
        "deletions: {page_trashed: trash_page}",
        [fault(12, "deletions.page_trashed", "expected 'close_issue' or 'keep', found 'trash_page'")],
    ),
    "an unknown transform": (
        ROW,
        "  - {github: labels, notion: Labels, transform: {jion: ', '}}\n",
        [fault(20, "fields.2.transform.jion", "expected 'prefix' or 'join', found 'jion'", nearest="join")],
    ),
    "two transforms at once": (
        ROW,
        "  - {github: labels, notion: Labels, transform: {join: ', ', prefix: x}}\n",
        [fault(20, "fields.2.transform", "expected only one, found several")],
    ),
    "a transform that adds nothing": (
        ROW,
        "  - {github: labels, notion: Labels, transform: {join: ''}}\n",
        [fault(20, "fields.2.transform.join", "expected text that is not empty, found ''")],
    ),
    "an unknown field of GitHub": (
        "github: labels",
        "github: lables",
        [fault(20, "fields.2.github", "GitHub has no field 'lables'", nearest="labels")],
    ),
    "a label family without its star": (
        "github: labels",
        'github: "labels:priority/"',
        [fault(20, "fields.2.github", "GitHub has no field 'labels:priority/'", nearest="labels:priority/*")],
    ),
    "a label family of all labels": (
        "github: labels",
        'github: "labels:*"',
        [fault(20, "fields.2.github", "GitHub has no field 'labels:*'")],
    ),
    "a line of the body without a name": (
        "github: labels",
        'github: "body_line:"',
        [fault(20, "fields.2.github", "GitHub has no field 'body_line:'", nearest="body_line:")],
    ),
    "a repository that is not OWNER/NAME": (
        "[acme/api]",
        "[acme/api, api]",
        [fault(4, "github.repositories.1", "'api' is not OWNER/NAME")],
    ),
    "a repository pasted as an address": (
        "[acme/api]",
        "['https://github.com/acme/api.git']",
        [
            fault(
                4,
                "github.repositories.0",
                "'https://github.com/acme/api.git' is not OWNER/NAME",
                nearest="acme/api",
            )
        ],
    ),
    "a repository that climbs": (
        "[acme/api]",
        "[acme/..]",
        [fault(4, "github.repositories.0", "'acme/..' is not OWNER/NAME")],
    ),
    "a database without an id": (
        "https://www.notion.so/acme/Roadmap-0123456789abcdef0123456789abcdef?v=ffffffffffffffffffffffffffffffff",
        "Roadmap",
        [
            fault(
                7,
                "notion.database",
                "no database id in 'Roadmap'",
                cure="paste the database's URL from Notion ('Copy link')",
            )
        ],
    ),
    "a percentage above a hundred": (
        "10%",
        "101%",
        [fault(14, "guards.max_destructive", "a share lies between 0% and 100%, found '101%'")],
    ),
    "a percentage below zero": (
        "10%",
        "-1%",
        [fault(14, "guards.max_destructive", "expected a number from 0 or a share such as 10%, found '-1%'")],
    ),
    "a limit that is neither number nor share": (
        "10%",
        "true",
        [fault(14, "guards.max_destructive", "expected a number from 0 or a share such as 10%, found true")],
    ),
    "a version other than 1": ("version: 1", "version: 2", [fault(1, "version", "only version 1 is known, found 2")]),
    "a version that is no number": (
        "version: 1",
        "version: true",
        [fault(1, "version", "expected a whole number, found true")],
    ),
    "a name that no address can hold": (
        "name: roadmap",
        "name: a/b",
        [fault(2, "name", "'a/b' cannot be a mapping's name", cure="use letters, digits, blanks and . _ - only")],
    ),
    "one key twice": (
        "conflict: newest\n",
        "conflict: newest\nconflict: hold\n",
        [fault(13, "conflict", "'conflict' stands here twice")],
    ),
    "one key twice but for its case": (
        "  octocat: octocat@example.com\n",
        "  octocat: octocat@example.com\n  Octocat: o@example.com\n",
        [fault(17, "users.Octocat", "'Octocat' and 'octocat' are the same to GitHub")],
    ),
    "one label twice in values but for its case": (
        ROW,
        "  - {github: labels, notion: Labels, values: {bug: Bug, Bug: Defect}}\n",
        [fault(20, "fields.2.values.Bug", "'Bug' and 'bug' are the same to GitHub")],
    ),
    "one value twice in a list": (
        "[To do, In progress]",
        "[To do, In progress, To do]",
        [fault(19, "fields.1.values.open.2", "'To do' stands in this list twice")],
    ),
    "one repository twice but for its case": (
        "[acme/api]",
        "[acme/api, Acme/API]",
        [fault(4, "github.repositories.1", "'Acme/API' stands in this list twice")],
    ),
    "a label wanted and not wanted": (
        "  labels: [sync]\n",
        "  labels: [sync]\n  exclude_labels: [Sync]\n",
        [
            fault(
                6,
                "github.exclude_labels.0",
                "'Sync' is wanted in labels and unwanted here, so that no issue takes part",
            )
        ],
    ),
    "two rows writing one property": (
        ROW,
        "  - {github: labels, notion: Labels}\n  - {github: number, notion: Labels}\n",
        [
            fault(
                21,
                "fields.3.notion",
                "two rows write the property 'Labels'",
                cure="tie one of them to another property",
            )
        ],
    ),
    "two rows writing one field of the issue": (
        ROW,
        "  - {github: title, notion: Heading}\n",
        [
            fault(
                20,
                "fields.2.github",
                "two rows write 'title' on GitHub",
                cure="give one of them `direction: to_notion`",
            )
        ],
    ),
    "two label families of which one holds the other": (
        ROW,
        '  - {github: "labels:area/*", notion: Area}\n  - {github: "labels:Area/ui/*", notion: Part}\n',
        [
            fault(
                21,
                "fields.3.github",
                "two rows write 'labels:area/*' on GitHub",
                cure="give one of them `direction: to_notion`",
            )
        ],
    ),
    "a row that writes the link": (
        ROW,
        "  - {github: url, notion: GitHub}\n",
        [
            fault(
                20,
                "fields.2.notion",
                "the property 'GitHub' holds the link, which no row may overwrite",
                cure="tie the row to another property",
            )
        ],
    ),
    "a state's values that leave closed unsaid": (
        "{open: [To do, In progress], closed: Done}",
        '{open: To do, "closed:completed": Done}',
        [fault(19, "fields.1.values", "no value is given for the state 'closed'")],
    ),
    "a state's values that leave both unsaid": (
        "{open: [To do, In progress], closed: Done}",
        "{}",
        [
            fault(19, "fields.1.values", "no value is given for the state 'closed'"),
            fault(19, "fields.1.values", "no value is given for the state 'open'"),
        ],
    ),
    "an unknown state, told once": (
        "closed: Done",
        "clsed: Done",
        [fault(19, "fields.1.values.clsed", "an issue has no state 'clsed'", nearest="closed")],
    ),
    "a read-only field that should be written": (
        ROW,
        "  - {github: number, notion: No, direction: both}\n  - {github: author, notion: By, direction: to_github}\n",
        [
            fault(
                line,
                f"fields.{index}.direction",
                f"{name!r} cannot be written on GitHub",
                cure="drop the direction: read-only fields flow to Notion by themselves",
            )
            for line, index, name in ((20, 2, "number"), (21, 3, "author"))
        ],
    ),
    "a row without a source": (
        ROW,
        "  - {notion: Labels}\n",
        [fault(20, "fields.2", "a row has either a github field or a constant")],
    ),
    "a row with two sources": (
        ROW,
        "  - {github: labels, constant: x, notion: Labels}\n",
        [fault(20, "fields.2", "a row has either a github field or a constant")],
    ),
    "a constant with a direction": (
        ROW,
        "  - {constant: API, notion: Team, direction: both}\n",
        [fault(20, "fields.2.direction", "'direction' means nothing in the row of a constant")],
    ),
    "a body tied to a property": (
        ROW,
        "  - {github: body, notion: Text}\n",
        [fault(20, "fields.2.notion", "the body goes with the page's content, not with a property", nearest="content")],
    ),
    "a property called like the page's content": (
        ROW,
        "  - {github: labels, notion: content}\n",
        [fault(20, "fields.2.notion", "'content' is the page's own and no property")],
    ),
    "a history of labels": (
        ROW,
        "  - {github: labels, notion: Labels, history: true}\n",
        [fault(20, "fields.2.history", "'history' means something for comments only")],
    ),
    "a condition that no row reads": (
        "{Status: [To do, 5]}",
        "{Statsu: To do}",
        [
            fault(
                11,
                "create.issues.when.Statsu",
                "no row reads 'Statsu', so that this condition never holds",
                nearest="Status",
            )
        ],
    ),
    "a condition without a name": (
        "{when: {Status: [To do, 5]}}",
        "{when: {}}",
        [fault(11, "create.issues.when", "expected at least one, found none")],
    ),
    "a tag": (
        "name: roadmap",
        "name: !!python/name:os.system roadmap",
        [fault(2, "name", "the tag 'python/name:os.system' means nothing here")],
    ),
    "a key that is a list": ("conflict: newest", "[a]: b", [fault(12, "", "a key must be text")]),
    "broken YAML": (
        "[acme/api]",
        "[acme/api",
        [fault(5, None, "invalid YAML: expected ',' or ']', but got ':'")],
    ),
    "five faults of five kinds": (
        "version: 1\nname: roadmap\ngithub:\n  repositories: [acme/api]",
        "version: 3\nname: 7\nnaem: x\ngithub:\n  repositories: [acme, acme/api, acme/api]",
        [
            fault(1, "version", "only version 1 is known, found 3"),
            fault(2, "name", "expected text, found 7", cure="put it in quotes"),
            fault(3, "naem", "unknown key 'naem'", nearest="name"),
            fault(5, "github.repositories.0", "'acme' is not OWNER/NAME"),
            fault(5, "github.repositories.2", "'acme/api' stands in this list twice"),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_told_with_its_line_and_the_nearest_name_and_the_mapping_does_not_run(
    name: str, sound: str, load, tmp_path: Path
) -> None:
    old, new, expected = CASES[name]
    assert old in sound

    loaded = load(roadmap=sound.replace(old, new))

    assert [problem.file for problem in loaded.problems] == [str(tmp_path / "roadmap.yaml")] * len(expected)
    assert [Problem(**{**vars(problem), "file": None}) for problem in loaded.problems] == expected
    assert loaded.mappings == ()
