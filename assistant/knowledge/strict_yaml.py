"""Read a small, safe part of YAML in which every scalar is a string.

Plain YAML turned 0532 into 346 and 9:30 into 570, cut a value at ` #12345`,
and Rasa's reader expands `${ENV}`. This reader keeps each scalar as written,
knows the line of each key, and refuses anchors, aliases, tags, merge keys,
duplicate keys and comments. Faults come back as problems, all at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from assistant.knowledge.hidden_signs import hidden_sign_message, hidden_signs
from assistant.knowledge.problems import Problem

Value: TypeAlias = "str | list[Value] | dict[str, Value]"

# libyaml reads ten times as fast as PyYAML's own parser and gives the same marks; a
# PyYAML built without it still reads everything.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# The registers nest four deep.
MAX_DEPTH = 20

# What YAML 1.1 readers would turn into something that is not this text.
_TRAP = re.compile(
    r"^(?:[-+]?[0-9][0-9_,]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|0[xob]?[0-9a-fA-F_]+"
    r"|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?"
    r"|y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE"
    r"|null|Null|NULL|~|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|=|<<)$"
)


@dataclass
class StrictDocument:
    """A parsed mapping, the line of each key path (`sources.0.title`), and the faults.

    `was_walked` is false when the text is no YAML or has aliases: `values` tell nothing then.
    """

    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    was_walked: bool = False


def parse_strict(
    text: str, path: str, *, first_line: int = 1, allow_comments: bool = False
) -> StrictDocument:
    """Return the mapping that `text` holds; `first_line` is the file line of its first line.

    Hand-written registers may keep comments (`allow_comments`); front matter may not,
    because there a ` #` has always been a citizen's number cut off.
    """
    document = StrictDocument()
    parser = _Parser(path, first_line, document)
    if parser.is_too_deep(text):
        return document
    if not allow_comments:
        parser.find_comments(text)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None) or getattr(err, "context_mark", None)
        line = first_line + (mark.line if mark else 0)
        reason = str(getattr(err, "problem", None) or err).splitlines()[0]
        message = f"格式错误，请检查这一行和上一行的引号、缩进、冒号后的空格（{reason}）"
        document.problems.append(Problem(path, line, "yaml", message))
        return document
    if parser.find_anchors(text):
        # Aliases may nest without end, so such a document is not walked.
        return document
    if node is None:
        document.was_walked = True
        return document
    if not isinstance(node, yaml.MappingNode):
        parser.report(node, "yaml", "应为“键: 值”的形式")
        return document
    document.values = parser.mapping(node, "")
    document.was_walked = True
    return document


class _Parser:
    """Walks the composed nodes; keeps lines and problems in the document."""

    def __init__(self, path: str, first_line: int, document: StrictDocument) -> None:
        self.path, self.first_line, self.document = path, first_line, document

    def report(self, node: yaml.Node, rule: str, message: str) -> None:
        """Add a problem at a node's line."""
        self.report_line(node.start_mark.line, rule, message)

    def report_line(self, zero_based: int, rule: str, message: str) -> None:
        """Add a problem at a line of the text, counted from 0."""
        self.document.problems.append(
            Problem(self.path, self.first_line + zero_based, rule, message)
        )

    def is_too_deep(self, text: str) -> bool:
        """Report and tell whether a document nests deeper than any of ours.

        Composing such a one needs the stack for each level, and may end the process.
        """
        depth = 0
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                elif isinstance(event, yaml.CollectionEndEvent):
                    depth -= 1
                if depth > MAX_DEPTH:
                    message = f"嵌套超过{MAX_DEPTH}层，请检查括号和缩进"
                    mark = event.start_mark
                    self.report_line(mark.line if mark else 0, "yaml", message)
                    return True
        except yaml.YAMLError:
            return False  # told with its line by the reader that comes next
        return False

    def find_comments(self, text: str) -> None:
        """Report comments, which cut values such as `拨打 #12345`."""
        if "#" not in text:
            return
        quoted: list[tuple[int, int]] = []
        try:
            for token in yaml.scan(text, Loader=_LOADER):
                if isinstance(token, yaml.ScalarToken):
                    quoted.append((token.start_mark.index, token.end_mark.index))
        except yaml.YAMLError:
            return
        for found in re.finditer(r"(?m)(?:^|(?<=[ \t]))#.*$", text):
            if not any(start <= found.start() < end for start, end in quoted):
                line = text.count("\n", 0, found.start())
                self.report_line(
                    line, "comment", "“#”之后的内容会被丢掉；请给整个值加上双引号，或删去注释"
                )

    def find_anchors(self, text: str) -> bool:
        """Report anchors, aliases and tags; return whether there are aliases."""
        has_alias = False
        if not any(sign in text for sign in "&*!"):
            return has_alias
        # The text has been composed before, so scanning it cannot fail.
        for token in yaml.scan(text, Loader=_LOADER):
            line = token.start_mark.line
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                has_alias = has_alias or isinstance(token, yaml.AliasToken)
                self.report_line(line, "anchor", "不允许使用锚点或引用（& *），请直接写出内容")
            elif isinstance(token, yaml.TagToken):
                self.report_line(line, "tag", "不允许使用标签（!），请删去")
        return has_alias

    def mapping(self, node: yaml.MappingNode, prefix: str) -> dict[str, Value]:
        """Return a mapping node as a dictionary of strings, lists and mappings."""
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.report(key_node, "yaml", "键必须是普通文字")
                continue
            key = str(key_node.value)
            where = f"{prefix}{key}"
            if key == "<<":
                self.report(key_node, "merge", "不允许使用合并键（<<），请直接写出内容")
                continue
            if key in found:
                self.report(key_node, "duplicate-key", f"键“{key}”重复出现")
                continue
            self.document.lines[where] = self.first_line + key_node.start_mark.line
            found[key] = self.value(value_node, where)
        return found

    def value(self, node: yaml.Node, where: str) -> Value:
        """Return one node as a string, list or mapping."""
        self.document.lines.setdefault(where, self.first_line + node.start_mark.line)
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if isinstance(node, yaml.SequenceNode):
            items: list[Value] = []
            for number, item in enumerate(node.value):
                items.append(self.value(item, f"{where}.{number}"))
            return items
        assert isinstance(node, yaml.MappingNode)
        return self.mapping(node, where + ".")

    def scalar(self, node: yaml.ScalarNode) -> str:
        """Return a scalar as written, reporting those that other readers would change."""
        text = str(node.value)
        for _, name in hidden_signs(text)[:1]:
            self.report(node, "control-character", hidden_sign_message(name))
        if not node.style and text and _TRAP.match(text):
            self.report(
                node, "scalar-trap", f'值 {text} 会被误读成数字、日期或真假值，请写成 "{text}"'
            )
        if not node.style and text == "":
            self.report(node, "scalar-trap", '值为空；确实没有时请写成 ""')
        return text
