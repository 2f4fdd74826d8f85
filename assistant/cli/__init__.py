"""The command `wenban`: one file a command group, imported when it is called.

`COMMANDS` feeds `wenban --help`, which therefore imports none of them and is fast.
"""

from __future__ import annotations

from assistant.cli.lazy import LazyCommand, LazyGroup

COMMANDS: dict[str, LazyCommand] = {
    "serve": LazyCommand("assistant.cli.serve:serve", "启动网关和工作进程"),
    "gateway": LazyCommand("assistant.cli.serve:gateway", "只启动网关"),
    "worker": LazyCommand("assistant.cli.serve:worker", "只启动一个工作进程"),
    "ask": LazyCommand("assistant.cli.ask:ask", "问一个或一批问题"),
    "retrieve": LazyCommand("assistant.cli.retrieve:retrieve", "在任意文档集合上检索"),
    "kb": LazyCommand("assistant.cli.kb:kb", "知识库：检查、审核、发布、回滚、导入导出"),
    "danger": LazyCommand("assistant.cli.danger:danger", "危险识别：学习、试验、评测"),
    "alarms": LazyCommand("assistant.cli.alarms:alarms", "危险提醒：值班人员看的列表"),
    "answers": LazyCommand("assistant.cli.answers:answers", "智能答复的总开关：查看、暂停、恢复"),
    "audit": LazyCommand("assistant.cli.audit:audit", "审计记录：查看、核对"),
    "stats": LazyCommand("assistant.cli.stats:stats", "每天的处理数量"),
    "doctor": LazyCommand("assistant.cli.doctor:doctor", "检查安装，并说明怎样修复"),
    "eval": LazyCommand("assistant.cli.eval:eval_command", "全部评测，一张表"),
    "bench": LazyCommand("assistant.cli.bench:bench", "速度与内存的测量"),
    "train": LazyCommand("assistant.cli.train:train", "训练 Rasa 模型"),
    "model": LazyCommand("assistant.cli.train:model", "向量模型"),
}

main = LazyGroup(
    name="wenban",
    commands=COMMANDS,
    help=(
        "问办：12345 热线智能问答。\n\n"
        "示例：\n\n"
        "  wenban serve                 启动服务\n\n"
        '  wenban ask "社保卡丢了怎么补"   问一个问题\n\n'
        "  wenban kb check              检查知识库\n\n"
        "退出码：0 成功；1 结果是否定的或检查没有通过；2 用法不对。"
    ),
)
