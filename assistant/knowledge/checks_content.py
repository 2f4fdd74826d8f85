"""Checks of what citizens will read: sections, material lists, links, signs, length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from assistant.knowledge.check_context import CheckContext
from assistant.knowledge.entry import ASPECT_HEADINGS, Entry, Kind
from assistant.knowledge.material_words import open_ended_words
from assistant.knowledge.problems import Problem

MAX_ANSWER_CHARS = 1200
MIN_REASON_CHARS = 4

_NOT_APPLICABLE = re.compile(r"不适用[：:，,（(]?\s*(.*)", re.S)
_MARKDOWN_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]*)[^)\n]*\)")
# Chinese has no blank before a link, so only a Latin letter or digit before it makes it none.
_BARE_LINK = re.compile(r"(?<![A-Za-z0-9])(?:https?://|www\.)[^\s）)，。；、“”\"'<>]+", re.I)
# The first sentence of a section that leans on what stands before it.
_LEANS = re.compile(r"[^。；\n]*?(见上|如上|同上|上述|前述|见前|以上(标准|规定|收费|时限|材料))")
_HTML = re.compile(r"</?[A-Za-z!][^>\n]*>?")


def check_aspects(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """A guide has all nine sections in their order; 不适用 comes with a reason (一次性告知)."""
    order = list(ASPECT_HEADINGS)
    for entry in entries:
        for aspect, text in entry.sections.items():
            found = _NOT_APPLICABLE.match(text)
            if found and len(found.group(1).strip(" 。）)")) < MIN_REASON_CHARS:
                message = f"“{ASPECT_HEADINGS[aspect]}”写了不适用，请写明原因：“不适用：……”"
                yield context.problem(entry, f"section.{aspect}", "aspect-reason", message)
        if entry.kind is not Kind.GUIDE:
            continue
        missing = [ASPECT_HEADINGS[aspect] for aspect in order if aspect not in entry.sections]
        if missing:
            message = f"办事指南缺少小标题：{'、'.join(missing)}；确实没有的写“不适用：原因”"
            yield context.problem(entry, "answer", "aspect-missing", message)
        elif list(entry.sections) != order:
            message = f"小标题的顺序应为：{'、'.join(ASPECT_HEADINGS.values())}"
            yield context.problem(entry, "answer", "aspect-order", message)


def check_materials(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """A list of materials names each one; 等 and 其他 would hide some."""
    for entry in entries:
        lines = entry.sections.get("materials", "").split("\n")
        for number, line in enumerate(lines):
            for word in open_ended_words(line):
                message = f"材料清单里不能写“{word}”，请把材料逐项列全：{line.strip()[:40]}"
                yield context.problem(
                    entry, "section.materials.text", "material-open", message, below=number
                )


def check_links(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """A link leads to a host of the allow-list (knowledge/link_hosts.yml)."""
    for entry in entries:
        for place, number, line in _body_lines(entry):
            targets = [found.group(1) for found in _MARKDOWN_LINK.finditer(line)]
            targets += _BARE_LINK.findall(_MARKDOWN_LINK.sub(" ", line))
            for target in targets:
                if not is_allowed_link(target, context.link_hosts):
                    message = f"链接 {target} 不在允许的网站之内（见 knowledge/link_hosts.yml）"
                    yield context.problem(entry, place, "link-host", message, below=number)
        for number, source in enumerate(entry.sources):
            if source.url and not is_allowed_link(source.url, context.link_hosts):
                message = f"来源链接 {source.url} 不在允许的网站之内（见 knowledge/link_hosts.yml）"
                yield context.problem(entry, f"sources.{number}.url", "link-host", message)


def is_allowed_link(target: str, hosts: Sequence[str]) -> bool:
    """Return whether a link is http(s) to one of the hosts or to a host below one.

    A user part (`https://gov.cn@other.example`) is never allowed.
    """
    if target.startswith("www."):
        target = f"https://{target}"
    try:
        parts = urlsplit(target)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in target:
        return False
    return any(host == allowed or host.endswith(f".{allowed}") for allowed in hosts)


def check_signs(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Title and text hold no braces and no HTML: other programs would act on them."""
    for entry in entries:
        for place, number, line in [("title", 0, entry.title), *_body_lines(entry)]:
            if "{" in line or "}" in line:
                message = "标题和正文里不能出现花括号 { }，请改用（ ）或【 】"
                yield context.problem(entry, place, "brace", message, below=number)
            found = _HTML.search(line)
            if found:
                message = f"标题和正文里不能写 HTML（{found.group()[:20]}），请用普通文字"
                yield context.problem(entry, place, "html", message, below=number)


def check_length(entries: Sequence[Entry], context: CheckContext) -> Iterator[Problem]:
    """Warn of answers that nobody reads to the end."""
    for entry in entries:
        if len(entry.answer) > MAX_ANSWER_CHARS:
            message = f"答复有 {len(entry.answer)} 个字，超过 {MAX_ANSWER_CHARS} 个，请移入小标题"
            yield context.warning(entry, "answer", "answer-long", message)


def check_sections_stand_alone(
    entries: Sequence[Entry], context: CheckContext
) -> Iterator[Problem]:
    """Warn of a section that is nothing without the answer: asked for, it is told alone."""
    for entry in entries:
        for aspect, text in entry.sections.items():
            found = _LEANS.match(text)
            if found:
                message = (
                    f"“{ASPECT_HEADINGS[aspect]}”会单独告诉市民，不能只写“{found.group(1)}”，"
                    "请把内容写完整"
                )
                yield context.warning(entry, f"section.{aspect}", "section-leans", message)


def _body_lines(entry: Entry) -> Iterator[tuple[str, int, str]]:
    """Yield each line of the body: the place it belongs to, its number there, and its text."""
    parts = [("answer", entry.answer)]
    parts += [(f"section.{aspect}.text", text) for aspect, text in entry.sections.items()]
    for place, text in parts:
        for number, line in enumerate(text.split("\n")):
            yield place, number, line
