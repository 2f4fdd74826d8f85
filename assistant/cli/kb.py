"""`wenban kb`: the group of the editors' commands; each is in a file of its own."""

from __future__ import annotations

from assistant.cli.lazy import LazyCommand, LazyGroup

KB_COMMANDS: dict[str, LazyCommand] = {
    "check": LazyCommand("assistant.cli.kb_check:check", "列出知识库的全部问题"),
    "diff": LazyCommand("assistant.cli.kb_diff:diff", "比较两个版本或工作区"),
    "list": LazyCommand("assistant.cli.kb_list:list_editions_command", "列出版本或条目"),
    "show": LazyCommand("assistant.cli.kb_list:show", "显示一个条目和它的审核状态"),
    "search": LazyCommand("assistant.cli.kb_search:search", "检索当前版本，并说明理由"),
    "try": LazyCommand("assistant.cli.kb_try:try_batch", "批量命中测试"),
    "submit": LazyCommand("assistant.cli.kb_review:submit_command", "提交审核"),
    "approve": LazyCommand("assistant.cli.kb_review:approve_command", "审核通过"),
    "reject": LazyCommand("assistant.cli.kb_review:reject_command", "退回并写明原因"),
    "publish": LazyCommand("assistant.cli.kb_publish:publish_command", "发布新版本"),
    "rollback": LazyCommand("assistant.cli.kb_publish:rollback_command", "回到以前的版本"),
    "import": LazyCommand("assistant.cli.kb_exchange:import_command", "从表格导入条目"),
    "export": LazyCommand("assistant.cli.kb_exchange:export_command", "把条目导出成表格"),
}

kb = LazyGroup(
    name="kb",
    commands=KB_COMMANDS,
    help=(
        "知识库：检查、审核、发布、回滚、导入导出。\n\n"
        "示例：\n\n"
        "  wenban kb check knowledge/faq/id-card   检查一个目录\n\n"
        "  wenban kb publish --commit              发布\n\n"
        "编辑手册见 knowledge/README.md。"
    ),
)
