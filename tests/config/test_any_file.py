"""Whatever a mapping file holds, it is read or complained about, and never a traceback."""

import json
import string

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sync.config.grammar import FilePart, GitHubPart, NotionPart, RowPart
from sync.config.mappings import load_mappings

CHEAP = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

WORDS = st.one_of(
    st.sampled_from(
        [key for part in (FilePart, GitHubPart, NotionPart, RowPart) for key in part.model_fields]
        + [
            "labels:a/*",
            "#",
            "[key]",
            "flag",
            "conditions",
            "labels:*",
            "body_line:X",
            "10%",
            "acme/api",
            "",
            "*",
            "when",
            "open",
            "both",
            "title",
            "state",
        ]
    ),
    st.text(max_size=8),
)
LEAVES = st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats())
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5), max_leaves=25
)


def read(tmp_path, content: bytes) -> None:
    """Load one file and hold the answer to what every answer must be."""
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
    loaded = load_mappings(tmp_path)
    faults = [problem for problem in loaded.problems if problem.level == "fault"]
    assert len(loaded.mappings) == (0 if faults else 1)
    assert {problem.file for problem in loaded.problems} <= {str(path)}
    lines = content.count(b"\n") + content.count(b"\r") + 3
    assert all(problem.line is not None and 1 <= problem.line <= lines for problem in loaded.problems)
    assert loaded == load_mappings(tmp_path)


@CHEAP
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_complained_about(content, tmp_path):
    read(tmp_path, content)


@CHEAP
@given(
    content=st.text(
        alphabet=string.ascii_letters + string.digits + " \n\t:-?[]{}&*!|>%@`'\"#,\\~<=.é\u2028\x85", max_size=120
    )
)
def test_any_text_that_looks_like_yaml_is_read_or_complained_about(content, tmp_path):
    read(tmp_path, content.encode())


@CHEAP
@given(value=VALUES)
@example(value={"#": "version"})
@example(value={"[key]": 1, "create": {"conditions": 1, "pages": {"conditions": 1}}, "users": {"[key]": 5}})
def test_any_tree_is_read_or_complained_about(value, tmp_path):
    read(tmp_path, json.dumps(value).encode())


@CHEAP
@given(draw=st.data())
def test_a_sound_file_with_any_of_its_places_changed_is_read_or_complained_about(draw, sound, tmp_path):
    whole = YAML(typ="safe", pure=True).load(sound)
    for _ in range(draw.draw(st.integers(1, 4))):
        place = whole
        while True:
            step = draw.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[step], dict | list) or not place[step] or draw.draw(st.booleans()):
                break
            place = place[step]
        change = draw.draw(st.sampled_from(["replace", "drop", "add"]))
        if change == "replace":
            place[step] = draw.draw(VALUES)
        elif change == "drop" and len(place) > 1:
            del place[step]
        elif isinstance(place, dict):
            place[draw.draw(WORDS)] = draw.draw(VALUES)
        else:
            place.append(place[step])
    read(tmp_path, json.dumps(whole).encode())
