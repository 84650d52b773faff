"""What sound mapping files mean, which files count, and what several of them may not claim together."""

import json
import random
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from sync.config.fields import READ_ONLY, WRITABLE
from sync.config.grammar import CreatePart, DeletionsPart, FilePart, GitHubPart, GuardsPart, NotionPart, RowPart, schema
from sync.config.mappings import load_mappings, locate
from sync.core.errors import Problem
from sync.core.mapping import (
    Births,
    Deletions,
    Direction,
    Fate,
    GitHubScope,
    Guards,
    Limit,
    Mapping,
    NotionScope,
    Policy,
    Row,
    When,
)

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "mappings" / "roadmap.example.yaml"


def test_a_sound_file_is_read_whole(sound, load):
    loaded = load(roadmap=sound)

    assert loaded.problems == ()
    assert loaded.mappings == (
        Mapping(
            name="roadmap",
            github=GitHubScope(("acme/api",), ("sync",)),
            notion=NotionScope("01234567-89ab-cdef-0123-456789abcdef", None, "GitHub"),
            create=Births(pages=True, issues=When((("Status", ("To do", "5")),)), quiet=60),
            rows=(
                Row("title", "Name"),
                Row("state", "Status", values=(("open", ("To do", "In progress")), ("closed", ("Done",)))),
                Row("labels", "Labels"),
            ),
            users=(("octocat", "octocat@example.com"),),
        ),
    )


def test_the_choices_of_a_file_reach_the_mapping(sound, load):
    text = sound.replace(
        "conflict: newest",
        "match: [title]\nconflict: hold\ndeletions: {issue_deleted: keep, page_trashed: keep}",
    ).replace("10%", "7\n  max_overwrites: 2.5%\n  max_new_issues: 0")

    (mapping,) = load(
        roadmap=text + "  - {github: assignees, notion: Who, direction: to_notion, conflict: github}\n"
    ).mappings

    assert mapping.match == ("title",)
    assert mapping.conflict is Policy.HOLD
    assert mapping.deletions == Deletions(Fate.KEEP, Fate.KEEP)
    assert mapping.guards == Guards(
        max_destructive=Limit(7), max_overwrites=Limit(Fraction(25, 1000), 5), max_new_issues=Limit(0)
    )
    assert mapping.rows[-1] == Row("assignees", "Who", Direction.TO_NOTION, Policy.GITHUB)
    assert (mapping.rows[-1].stated, mapping.rows[0].stated) == (True, False)


@pytest.mark.parametrize(
    "written",
    [
        "0123456789abcdef0123456789abcdef",
        "01234567-89AB-cdef-0123-456789abcdef",
        "https://app.notion.com/p/0123456789abcdef0123456789abcdef",
        "https://www.notion.so/acme/Bad-Cafe-0123456789abcdef0123456789abcdef?v=ffffffffffffffffffffffffffffffff&pvs=4",
        "https://acme.notion.site/0123456789abcdef0123456789abcdef#top",
    ],
)
def test_a_database_is_found_in_whatever_notion_lets_people_copy(written, sound, load):
    start = sound.index("https:")
    address = sound[start : sound.index("\n", start)]

    (mapping,) = load(roadmap=sound.replace(address, f"'{written}'")).mappings

    assert mapping.notion.database == "01234567-89ab-cdef-0123-456789abcdef"


def test_a_share_lets_five_through_however_few_links_there_are_and_a_number_is_taken_as_it_is():
    guards = Guards()

    assert [guards.limit("max_destructive").of(links) for links in (0, 1, 50, 69, 70)] == [5, 5, 5, 6, 7]
    assert [guards.limit("max_overwrites").of(links) for links in (1, 10, 11, 12)] == [5, 5, 5, 6]
    assert guards.limit("max_new_issues").of(1) == 100
    assert Limit(0).of(1000) == 0


def test_names_that_look_like_numbers_and_dates_keep_their_spelling(sound, load):
    text = sound.replace("[To do, In progress]", "[007, 2026-12-01, 1_000, 0x10, yes, .inf]").replace(
        "[To do, 5]", "[5]"
    )

    (mapping,) = load(roadmap=text).mappings

    assert dict(mapping.rows[1].values or ())["open"] == ("007", "2026-12-01", "1_000", "0x10", "yes", ".inf")


def test_every_problem_of_the_live_schema_finds_its_line(sound, load, tmp_path):
    (mapping,) = load(roadmap=sound).mappings
    file = str(tmp_path / "roadmap.yaml")

    assert locate(mapping, "fields.1.values.closed") == (file, 19)
    assert locate(mapping, "fields.1.values.open.1") == (file, 19)
    assert locate(mapping, "users.octocat") == (file, 16)
    assert locate(mapping, "notion.link_property") == (file, 8)
    assert locate(mapping, "deletions.issue_deleted") == (file, 1)
    assert [row.line for row in mapping.rows] == [18, 19, 20]


def test_constants_run_and_flow_to_notion(sound, load):
    loaded = load(roadmap=sound + "  - {constant: API, notion: Team}\n")

    assert loaded.problems == ()
    assert loaded.mappings[0].rows[-1] == Row("", "Team", Direction.TO_NOTION, constant="API")


@pytest.mark.parametrize("name", READ_ONLY)
def test_a_read_only_field_flows_to_notion_by_itself(name, sound, load):
    loaded = load(
        roadmap=sound + f"  - {{github: {name}, notion: X}}\n  - {{github: {name}, notion: Y, direction: to_notion}}\n"
    )

    assert loaded.problems == ()
    assert [row.direction for row in loaded.mappings[0].rows[-2:]] == [Direction.TO_NOTION] * 2


def test_two_rows_may_share_a_target_that_only_one_of_them_writes(sound, load):
    rows = (
        "  - {github: title, notion: Heading, direction: to_notion}\n"
        "  - {github: assignees, notion: Labels, direction: to_github}\n"
    )

    assert load(roadmap=sound + rows).problems == ()


# Which files count


def test_every_mapping_below_the_folder_counts_but_drafts_examples_and_hidden_copies(sound, load, tmp_path):
    for name in ("a.yml", "notes.txt", "_draft.yaml", "x.example.yaml", "y.example.yml"):
        (tmp_path / name).write_text(sound.replace("name: roadmap\n", "").replace("[To do, 5]}}", "[To do, 5]}}"))
    names = {"b__c": sound, "..2026__roadmap": sound, "_d__e": "name: ["}

    loaded = load(
        **{
            name: text.replace("name: roadmap\n", "").replace("issues: {when: {Status: [To do, 5]}}", "issues: false")
            for name, text in names.items()
        }
    )

    assert [mapping.name for mapping in loaded.mappings] == ["a", "c"]
    assert [problem.file for problem in loaded.problems] == [str(tmp_path / "_d" / "e.yaml")]


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (b"", "the file is empty", 1),
        (b"# nothing\n\n", "the file is empty", 1),
        (b"version: 1\nname: caf\xe9\n", "the file is not UTF-8", 2),
        (
            b"version: 1\nname: \x00\n",
            "invalid YAML: unacceptable character #x0000: special characters are not allowed",
            1,
        ),
        (b"version: 1\n\tname: x\n", "invalid YAML: found character '\\t' that cannot start any token", 2),
        (b"a: 1\n---\nb: 2\n", "invalid YAML: but found another document", 2),
        (b"a: &a [*a]\n", "the file holds more than 20000 values, or nests more than 20 deep", 1),
        (b"\n" + b"- " * 50, "the file holds more than 20000 values, or nests more than 20 deep", 2),
    ],
)
def test_what_is_no_yaml_text_is_one_fault_with_its_line(content, message, line, load, tmp_path):
    assert load(bad=content).problems == (Problem(message, str(tmp_path / "bad.yaml"), line),)


def test_a_short_file_of_many_aliases_is_refused_at_once(load):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    (problem,) = load(bomb="\n".join(lines)).problems

    assert problem.message == "the file holds more than 20000 values, or nests more than 20 deep"


def test_a_file_that_is_one_list_or_one_word_is_one_fault(load, tmp_path):
    loaded = load(a="- 1\n- 2\n", b="roadmap\n", c="~\n")

    assert loaded.problems == tuple(
        Problem(f"expected keys and values, found {what}", str(tmp_path / f"{name}.yaml"), 1, "")
        for name, what in (("a", "a list"), ("b", "'roadmap'"), ("c", "nothing"))
    )


def test_a_folder_where_a_file_was_expected_is_a_fault_and_the_others_run(sound, load, tmp_path):
    (tmp_path / "team.yaml").mkdir()

    loaded = load(roadmap=sound)

    assert loaded.problems == (Problem("a folder, where a mapping file was expected", str(tmp_path / "team.yaml")),)
    assert [mapping.name for mapping in loaded.mappings] == ["roadmap"]


def test_a_link_that_leads_nowhere_is_a_fault(load, tmp_path):
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")

    assert load().problems == (Problem("cannot be read: No such file or directory", str(tmp_path / "gone.yaml")),)


def test_a_folder_that_does_not_exist_is_a_fault_and_an_empty_one_is_not(tmp_path):
    place = tmp_path / "mappings"

    assert load_mappings(place).problems == (
        Problem(
            "MAPPINGS_DIR is no folder",
            str(place),
            where="MAPPINGS_DIR",
            cure="create it, or point MAPPINGS_DIR to where the mapping files are",
        ),
    )
    place.mkdir()
    assert load_mappings(place).problems == ()


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(sound, load):
    loaded = load(roadmap=b"\xef\xbb\xbf" + sound.replace("\n", "\r\n").encode())

    assert loaded.problems == ()
    assert loaded.mappings[0].rows[2].line == 20


def test_without_a_name_the_file_gives_it_unless_it_cannot_be_one(sound, load, tmp_path):
    nameless = sound.replace("name: roadmap\n", "").replace("{when: {Status: [To do, 5]}}", "false")

    loaded = load(api=nameless, **{"a,b": nameless})

    assert [mapping.name for mapping in loaded.mappings] == ["api"]
    assert loaded.problems == (
        Problem(
            "the file's name 'a,b' cannot be the mapping's", str(tmp_path / "a,b.yaml"), 1, "", cure="give it a `name`"
        ),
    )


# Several files


def test_a_faulty_file_does_not_keep_the_others_from_running(sound, load):
    loaded = load(a=sound, b=sound.replace("name: roadmap", "name: other").replace("version: 1", "version: 2"))

    assert [mapping.name for mapping in loaded.mappings] == ["roadmap"]
    assert [problem.message for problem in loaded.problems] == ["only version 1 is known, found 2"]


def test_two_mappings_of_one_name_are_a_fault_of_both(sound, load, tmp_path):
    one = sound.replace("0123456789abcdef0123456789abcdef", "f" * 32)

    loaded = load(a=one, b=sound, c=sound.replace("name: roadmap", "name: third").replace("0123", "4567"))

    assert [mapping.name for mapping in loaded.mappings] == ["third"]
    assert loaded.problems == tuple(
        Problem(
            f"the name 'roadmap' is taken by {tmp_path / other} too",
            str(tmp_path / file),
            2,
            "name",
            cure="give one of them another name",
        )
        for file, other in (("a.yaml", "b.yaml"), ("b.yaml", "a.yaml"))
    )


def test_two_mappings_on_one_data_source_are_a_fault_unless_at_most_one_may_create_issues(sound, load, tmp_path):
    other = sound.replace("name: roadmap", "name: other")
    silent = other.replace("{when: {Status: [To do, 5]}}", "false")

    assert load(a=sound, b=silent).problems == ()
    loaded = load(b=other)

    assert loaded.mappings == ()
    assert loaded.problems == tuple(
        Problem(
            f"{tmp_path / theirs} may create issues from the same data source",
            str(tmp_path / file),
            7,
            "notion.database",
            cure="set `create.issues: false` in all of them but one",
        )
        for file, theirs in (("a.yaml", "b.yaml"), ("b.yaml", "a.yaml"))
    )


def test_two_mappings_on_two_data_sources_of_one_database_may_both_create_issues(sound, load):
    def on(name: str, source: str) -> str:
        return sound.replace("name: roadmap", f"name: {name}").replace("  link_", f"  data_source: {source}\n  link_")

    assert load(a=on("one", "Bugs"), b=on("two", "Ideas")).problems == ()
    assert len(load(b=on("two", "Bugs")).problems) == 2
    one_id, same_id, other_id = "ab" * 16, f"{'AB' * 4}-{'ab' * 12}", "cd" * 16
    assert len(load(b=on("two", one_id)).problems) == 2, "it may be the id of that name"
    assert len(load(a=on("one", same_id)).problems) == 2
    assert load(a=on("one", other_id)).problems == ()


def test_only_the_mappings_that_are_asked_for_are_loaded_and_complained_about(sound, load):
    broken = sound.replace("version: 1", "version: 2").replace("name: roadmap", "name: broken")

    loaded = load("roadmap", a=sound, b=broken)

    assert [mapping.name for mapping in loaded.mappings] == ["roadmap"]
    assert loaded.problems == ()
    assert len(load("broken").problems) == 1


def test_a_mapping_that_does_not_exist_is_told_with_the_nearest_name(sound, load):
    loaded = load("roadmpa", "xyz", a=sound)

    assert loaded.mappings == ()
    assert loaded.problems == (
        Problem("no mapping is named 'roadmpa'", nearest="roadmap"),
        Problem("no mapping is named 'xyz'"),
    )


# The digest


def shuffled(value: object, rng: random.Random) -> object:
    """Return the same meaning with all keys and rows in another order; a list of values keeps its own."""
    if isinstance(value, dict):
        pairs = [(key, shuffled(child, rng)) for key, child in value.items()]
        rng.shuffle(pairs)
        return dict(pairs)
    if isinstance(value, list) and value and all(isinstance(child, dict) for child in value):
        return rng.sample([shuffled(child, rng) for child in value], len(value))
    return value


@pytest.mark.parametrize("seed", range(20))
def test_the_digest_does_not_see_comments_or_the_order_of_keys_and_rows(seed, sound, load):
    plain = YAML(typ="safe", pure=True).load(sound)
    digest = load(roadmap=sound).mappings[0].digest

    (mapping,) = load(roadmap="# another\n" + json.dumps(shuffled(plain, random.Random(seed)))).mappings

    assert mapping.digest == digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: roadmap", "name: other"),
        ("[acme/api]", "[acme/web]"),
        ("labels: [sync]", "labels: [other]"),
        ("labels: [sync]", "exclude_labels: [sync]"),
        ("link_property: GitHub", "link_property: Link"),
        ("pages: true", "pages: false"),
        ("[To do, 5]", "[To do, 6]"),
        ("pages: true", "pages: true\n  quiet: 61"),
        ("conflict: newest", "conflict: hold"),
        ("conflict: newest", "match: [link]"),
        ("conflict: newest", "deletions: {page_trashed: keep}"),
        ("10%", "11%"),
        ("octocat@", "octodog@"),
        ("[To do, In progress]", "[In progress, To do]"),
        ("closed: Done", "closed: To do"),
        ("notion: Labels", "notion: Tags"),
        ("notion: Labels", "notion: Labels, direction: to_notion"),
        ("notion: Labels", "notion: Labels, conflict: github"),
    ],
)
def test_the_digest_sees_every_change_of_meaning(old, new, sound, load):
    assert old in sound
    digest = load(roadmap=sound).mappings[0].digest

    (changed,) = load(roadmap=sound.replace(old, new)).mappings

    assert changed.digest != digest


def test_the_digest_sees_which_key_comes_first_for_a_shared_value(sound, load):
    values = "{open: To do, closed: Done, 'closed:completed': Done}"
    other = "{open: To do, 'closed:completed': Done, closed: Done}"
    old = "{open: [To do, In progress], closed: Done}"

    digests = [load(roadmap=sound.replace(old, each)).mappings[0].digest for each in (values, other)]

    assert digests[0] != digests[1]


def test_the_digest_is_the_same_tomorrow_and_on_another_machine(sound, load):
    (mapping,) = load(roadmap=sound).mappings

    assert mapping.digest == "7184584a52f3af9de25ac224f94c8346bae098091f8c937d0c8ad6c311c1b15b"


# The example and the schema


def test_the_example_is_sound(load):
    loaded = load(roadmap=EXAMPLE.read_text())

    assert loaded.problems == ()
    assert [mapping.name for mapping in loaded.mappings] == ["roadmap"]


def test_the_example_names_every_key_and_every_field_of_the_grammar():
    text = EXAMPLE.read_text()
    parts = (FilePart, GitHubPart, NotionPart, CreatePart, DeletionsPart, GuardsPart, RowPart)
    keys = {key for part in parts for key in part.model_fields}

    assert {word for word in {*keys, *WRITABLE, *READ_ONLY} if word not in text} == set()


def test_the_schema_for_editors_is_current():
    assert json.loads((ROOT / "mapping.schema.json").read_text()) == schema()


def test_the_schema_for_editors_takes_the_example_and_refuses_what_the_loader_refuses(sound):
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())

    def errors(text: str) -> int:
        return len(list(validator.iter_errors(YAML(typ="safe", pure=True).load(text))))

    assert errors(EXAMPLE.read_text()) == 0
    assert errors(sound) == 0
    changes = [
        ("conflict: newest", "conflct: newest"),
        ("conflict: newest", "conflict: ever"),
        ("version: 1", "version: 2"),
        ("pages: true", "pages: maybe"),
        ("10%", "101%"),
        ("[acme/api]", "[api]"),
        ("github: labels", "github: lables"),
        ("  octocat: octocat@example.com\n", ""),
        ("[To do, In progress]", "[]"),
    ]
    assert [errors(sound.replace(old, new)) for old, new in changes] == [1] * len(changes)
