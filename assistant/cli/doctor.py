"""`wenban doctor`: is the installation whole, and if not, what mends it."""

from __future__ import annotations

import json
import re

import click

from assistant.settings import SETTINGS, load_settings, setting_values

# The password in a database's address, up to the last @, and one given as a parameter.
_PASSWORD = re.compile(r"(://[^:@/]*:).*@")
_PARAMETER = re.compile(r"((?:password|sslpassword)=)[^&]*", re.IGNORECASE)


@click.command(
    help="逐项检查安装，没通过的说明怎样修复；缺少必需的东西时退出码是 1。\n\n"
    "示例：wenban doctor\n\n"
    "示例：wenban doctor --settings"
)
@click.option("--settings", "show_settings", is_flag=True, help="列出全部设置和现在的值")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def doctor(show_settings: bool, as_json: bool) -> None:
    """Print the settings or the findings."""
    if show_settings:
        _print_settings(as_json)
        return
    from assistant.cli.doctor_checks import DOCTOR_CHECKS

    settings = load_settings()
    findings = [check(settings) for check in DOCTOR_CHECKS]
    if as_json:
        rows = [
            {"name": item.name, "ok": item.is_ok, "needed": item.is_needed, "text": item.text,
             "mend": item.mend}
            for item in findings
        ]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for item in findings:
            mark = "✓" if item.is_ok else "✗"
            optional = "" if item.is_needed or item.is_ok else "（可选）"
            click.echo(f"{mark} {item.name}：{item.text}{optional}")
            if not item.is_ok:
                click.echo(f"    修复：{item.mend}")
    failed = sum(not item.is_ok and item.is_needed for item in findings)
    if failed:
        click.echo(f"{failed} 项必需的检查没有通过", err=True)
        raise SystemExit(1)


def _print_settings(as_json: bool) -> None:
    """Print every setting; of a secret only whether it is set."""
    values = setting_values()
    rows = []
    for spec in SETTINGS:
        value = values[spec.name]
        if spec.is_secret:
            value = "（已设置）" if value else ""
        rows.append(
            {
                "name": spec.name,
                "value": _PARAMETER.sub(r"\1***", _PASSWORD.sub(r"\1***@", value)),
                "default": spec.default,
                "meaning": spec.meaning,
            }
        )
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{row['name']}={row['value']}")
        click.echo(f"    {row['meaning']}；默认 {row['default'] or '（空）'}")
