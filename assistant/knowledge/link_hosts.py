"""The hosts that answers may link to (`knowledge/link_hosts.yml`)."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.knowledge.files import read_text
from assistant.knowledge.problems import Problem
from assistant.knowledge.strict_yaml import parse_strict

LINK_HOSTS = "link_hosts.yml"
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def read_link_hosts(knowledge: Path) -> tuple[tuple[str, ...], list[Problem]]:
    """Return the allowed hosts; links to hosts below one of them are allowed too.

    Without the file no link is allowed.
    """
    path = knowledge / LINK_HOSTS
    if not path.is_file():
        return (), []
    text, encoding_problem = read_text(path)
    if encoding_problem is not None:
        return (), [encoding_problem]
    document = parse_strict(text, str(path), allow_comments=True)
    problems = list(document.problems)
    hosts: list[str] = []
    found = document.values.get("hosts")
    for number, host in enumerate(found if isinstance(found, list) else []):
        if isinstance(host, str) and _HOST.fullmatch(host):
            hosts.append(host)
        else:
            line = document.lines.get(f"hosts.{number}", 1)
            message = f'“{host}”不是网站主机名，应写成 "www.gov.cn" 的形式'
            problems.append(Problem(str(path), line, "link-hosts", message))
    if not hosts and not problems:
        message = "应有 hosts: 列表，列出允许链接的主机名"
        problems.append(Problem(str(path), 1, "link-hosts", message))
    return tuple(hosts), problems
