"""A YAML file as plain values with the line of each; what they mean is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sync.core.errors import Problem

Plain: TypeAlias = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None
"""What a file is made of."""

DEEPEST, MOST = 20, 20_000
"""No mapping nests deeper or says more; aliases could otherwise make a short file endless."""
LARGEST = 1 << 18
"""No mapping is more bytes long; the parser would take minutes for much more."""
STANDARD = "tag:yaml.org,2002:"
"""How YAML's own tags begin."""
TOO_MUCH = f"the file holds more than {MOST} values, or nests more than {DEEPEST} deep"


@dataclass(frozen=True)
class Tree:
    """What a file says: `lines` holds the line of each YAML path, a key's own line where there is a key."""

    value: Plain
    lines: Mapping[str, int]
    problems: tuple[Problem, ...] = ()


def read(source: bytes) -> Tree:
    """Return the tree of a file's bytes; whatever they are, faults are told in `problems` and never raised."""
    if len(source) > LARGEST:
        return _refused(f"the file is larger than {LARGEST >> 10} KiB", 1)
    try:
        root = _composed(source.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        return _refused("the file is not UTF-8", source.count(b"\n", 0, fault.start) + 1)
    except MaxDepthExceededError as fault:
        return _refused(TOO_MUCH, fault.problem_mark.line + 1)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        return _refused(f"invalid YAML: {fault.problem or fault.context}", mark.line + 1 if mark else 1)
    except (YAMLError, ValueError, OverflowError, LookupError, TypeError, AttributeError) as fault:
        # The scanner lets some of Python's own errors through, such as chr() of an escape beyond Unicode.
        return _refused(f"invalid YAML: {str(fault).splitlines()[0] if str(fault) else 'unreadable'}", 1)
    if root is None:
        return _refused("the file is empty", 1)
    growth = _Growth()
    try:
        value = growth.grow(root, (), root.start_mark.line + 1)
    except _TooMuch as fault:
        return _refused(TOO_MUCH, fault.line)
    return Tree(value, growth.lines, tuple(growth.problems))


def path(steps: tuple[str | int, ...]) -> str:
    """Return a YAML path such as `fields.2.notion`."""
    return ".".join(map(str, steps))


def line_of(lines: Mapping[str, int], where: str) -> int:
    """Return the line of a YAML path, or of the nearest thing around it that the file does say."""
    while where and where not in lines:
        where = where.rpartition(".")[0]
    return lines.get(where, 1)


def _refused(message: str, line: int) -> Tree:
    return Tree(None, {}, (Problem(message, line=line),))


def _composed(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = DEEPEST
    # An anchor used twice is legal, and a warning on stderr names no file.
    yaml.composer.warn_double_anchors = False
    node: Node | None = yaml.compose(text)
    return node


class _TooMuch(Exception):
    """A file that is too large to be a mapping, or refers to itself."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass
class _Growth:
    """The values of one file while they are made from the parser's nodes."""

    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def grow(self, node: Node, steps: tuple[str | int, ...], line: int) -> Plain:
        if len(self.lines) >= MOST or len(steps) > DEEPEST:
            raise _TooMuch(line)
        self.lines[path(steps)] = line
        if isinstance(node, MappingNode):
            return self._mapping(node, steps)
        if isinstance(node, SequenceNode):
            children = enumerate(node.value)
            return [self.grow(child, (*steps, index), child.start_mark.line + 1) for index, child in children]
        assert isinstance(node, ScalarNode)
        return self._scalar(node, steps)

    def _mapping(self, node: MappingNode, steps: tuple[str | int, ...]) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                self._refuse("a key must be text", steps, line)
            elif key.value in found:
                self._refuse(f"{key.value!r} stands here twice", (*steps, key.value), line)
            else:
                found[key.value] = self.grow(child, (*steps, key.value), line)
        return found

    def _scalar(self, node: ScalarNode, steps: tuple[str | int, ...]) -> Plain:
        """Return a scalar, a number only where its spelling is its value: a name such as `007` stays as written."""
        text: str = node.value
        match str(node.tag).removeprefix(STANDARD):
            case "null":
                return None
            case "bool":
                return text.casefold() in ("true", "yes", "on", "y")
            case "int" if text.lstrip("-").isdecimal() and text == str(int(text[:19])):
                return int(text)
            case "float":
                return _float(text)
            case "str" | "int" | "timestamp":
                return text
            case tag:
                self._refuse(f"the tag {tag!r} means nothing here", steps, self.lines[path(steps)])
                return text

    def _refuse(self, message: str, steps: tuple[str | int, ...], line: int) -> None:
        self.problems.append(Problem(message, line=line, where=path(steps)))


def _float(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
