"""The table of test_checks: for each rule what triggers it, and what nearly does.

A row changes the small base. `at` is a text that stands in the line that the problem
names, and nowhere before it in the changed file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.knowledge.small_base import replace_once

CARD = "faq/social-insurance/lost-card.md"
PENSION = "faq/social-insurance/pension-start.md"
ENROL = "faq/education/enrol.md"
GUIDE = "guides/social-insurance/unemployment.md"
QUESTIONS, GAPS = "questions/all.yml", "gaps/all.yml"

Change = Callable[[Path], None]


@dataclass(frozen=True)
class Row:
    """A rule, the file and line that its problem names, and how the base is changed."""

    rule: str
    file: str
    at: str
    change: Change


def edit(file: str, old: str, new: str) -> Change:
    """Return the change of one text in one file."""
    return lambda folder: replace_once(folder / file, old, new)


def both(*changes: Change) -> Change:
    """Return several changes as one."""

    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change


def create(file: str, raw: bytes) -> Change:
    """Return the change that adds a file."""

    def change(folder: Path) -> None:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(raw)

    return change


def move(file: str, to: str) -> Change:
    """Return the change that renames a file and gives its entry the id of its new place."""

    def change(folder: Path) -> None:
        (folder / to).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).rename(folder / to)
        old, new = (name.partition("/")[2].removesuffix(".md") for name in (file, to))
        replace_once(folder / to, f'id: "{old}"', f'id: "{new}"')

    return change


def row(rule: str, what: str, file: str, old: str, new: str, at: str = "") -> object:
    """Return a row that changes one text; the problem stands where the new text starts."""
    return pytest.param(Row(rule, file, at or new.strip("\n"), edit(file, old, new)), id=what)


def other(rule: str, what: str, file: str, at: str, change: Change) -> object:
    """Return a row that changes more than one text."""
    return pytest.param(Row(rule, file, at, change), id=what)


ANSWER = "当场领取新卡。"
MATERIALS = "- 材料的内容，逐项写清。"
FORM = [
    other("encoding", "a file in GBK", ENROL, "", create(ENROL, "教育".encode("gbk"))),
    other("front-matter", "an empty file", ENROL, "", create(ENROL, b"")),
    row("yaml", "a broken field", CARD, 'owner: "human', "owner: @human"),
    row("scalar-trap", "a day without quotes", CARD, '"2025-01-01"', "2025-01-01", "valid_from"),
    row("comment", "a comment", CARD, 'area: "yunzhou"', 'area: "yunzhou" # 全市'),
    row("anchor", "an anchor", CARD, 'area: "yunzhou"', 'area: &a "yunzhou"'),
    row("tag", "a tag", CARD, 'area: "yunzhou"', 'area: !!str "yunzhou"'),
    row("merge", "a merge key", CARD, "area:", '<<: {x: "y"}\narea:', "<<"),
    row("duplicate-key", "a field twice", CARD, "area:", 'kind: "guide"\narea:', 'kind: "guide"'),
    row("field-missing", "no area", CARD, 'area: "yunzhou"\n', "", "---"),
    row("field-unknown", "a field nobody knows", CARD, "area:", 'extra: "x"\narea:', "extra"),
    row("field-shape", "a list for a text", CARD, 'area: "yunzhou"', 'area: ["yunzhou"]'),
    row("kind", "an unknown kind", CARD, 'kind: "faq"', 'kind: "line"'),
    row("control-character", "a NUL", CARD, ANSWER, f"\x00{ANSWER}", "当场"),
    row("answer", "no answer", ENROL, "小学一年级新生每年六月在教育入学平台网上报名，"
        "线下到学区学校登记。\n", "## 收费\n不收费。\n", "## 收费"),
    row("heading", "an unknown heading", CARD, ANSWER, f"{ANSWER}\n## 备注\n一句话", "## 备注"),
    other("file-name", "an entry as text", "faq/education/x.md.txt", "",
          create("faq/education/x.md.txt", b"x")),
    other("topic-unknown", "a folder of no topic", "faq/ships", "",
          create("faq/ships/.gitkeep", b"")),
]  # fmt: skip
IDENTITY = [
    row("id-path", "an id of elsewhere", CARD, 'id: "social-insurance/lost-card"',
        'id: "social-insurance/other"'),
    other("id-path", "a Chinese file name", "faq/education/报名.md", 'id: "education/报名"',
          move(ENROL, "faq/education/报名.md")),
    other("id-path", "a capital letter", "faq/education/Enrol.md", 'id: "education/Enrol"',
          move(ENROL, "faq/education/Enrol.md")),
    other("id-path", "a file in no topic", "faq/enrol.md", 'id: "enrol"',
          move(ENROL, "faq/enrol.md")),
    other("id-path", "a folder too deep", "faq/education/a/enrol.md", 'id: "education/a/enrol"',
          move(ENROL, "faq/education/a/enrol.md")),
    row("kind-folder", "a guide among the questions", CARD, 'kind: "faq"', 'kind: "guide"'),
    row("id-unique", "the id of another entry", CARD, 'id: "social-insurance/lost-card"',
        'id: "education/enrol"'),
    row("question-two-answers", "the title of another", PENSION, "养老金从哪个月开始领取？",
        "孩子上小学怎么报名？"),
    row("question-two-answers", "a similar question of another, written otherwise", PENSION,
        "退休金首月怎么算", "娃娃六歲了，去哪裡報名讀書！"),
    other("question-two-answers", "width and blanks", PENSION, "退休金首月怎么算",
          edit(CARD, "社保卡不见了去哪补", "退休金 首月　怎么算?")),
    row("question-repeated", "its own title again", CARD, "社保卡不见了去哪补",
        "社保卡丢了，怎么补办"),
    row("question-empty", "punctuation alone", CARD, "社保卡不见了去哪补", "？！"),
    row("similar-few", "two similar questions", CARD, '  - "社保卡不见了去哪补"\n', "", "similar:"),
    row("question-near", "one character more", PENSION, "办完退休多久拿到第一笔养老金",
        "社会保障卡遗失要重新做一张"),
    row("unlike-own", "a counter-question of its own", CARD, "身份证丢了怎么补",
        "社保卡丢了怎么补办",        "  - \"社保卡丢了怎么补办\""),
    row("supersedes", "itself", CARD, 'supersedes: ""',
        'supersedes: "social-insurance/lost-card"'),
    row("supersedes", "nobody", CARD, 'supersedes: ""', 'supersedes: "social-insurance/none"'),
    other("supersedes", "one entry twice", PENSION, 'supersedes: "education/enrol"',
          both(edit(CARD, 'supersedes: ""', 'supersedes: "education/enrol"'),
               edit(PENSION, 'supersedes: ""', 'supersedes: "education/enrol"'))),
    other("supersedes", "two each other", CARD, "supersedes:",
          both(edit(CARD, 'supersedes: ""', 'supersedes: "social-insurance/pension-start"'),
               edit(PENSION, 'supersedes: ""', 'supersedes: "social-insurance/lost-card"'))),
    other("supersedes", "three in a ring", PENSION, "supersedes:",
          both(edit(CARD, 'supersedes: ""', 'supersedes: "social-insurance/pension-start"'),
               edit(PENSION, 'supersedes: ""', 'supersedes: "education/enrol"'),
               edit(ENROL, 'supersedes: ""', 'supersedes: "social-insurance/lost-card"'))),
]  # fmt: skip
POLICY = [
    row("source-missing", "no source", CARD, """sources:
  - title: "社会保障卡管理办法（示例）"
    document_no: "云人社规〔2024〕1号（示例）"
    clause: "第五条"
    published_on: "2024-12-01"
""", "sources: []\n"),
    row("source-incomplete", "no clause", CARD, 'clause: "第五条"', 'clause: " "',
        '- title: "社会'),
    row("source-incomplete", "no number", CARD, '    document_no: "云人社规〔2024〕1号（示例）"\n',
        "", '- title: "社会'),
    row("source-incomplete", "no day", CARD, "2024-12-01", "", '- title: "社会'),
    row("owner", "an unknown department", CARD, 'owner: "human-resources"', 'owner: "navy"'),
    row("field-empty", "no title", CARD, "社保卡丢了怎么补办？", "", "title:"),
    row("field-empty", "no author", CARD, 'author: "editor-lin"', 'author: " "'),
    row("topic-levels", "one level", CARD, '["劳动和社会保障", "社会保险"]', '["社会保险"]'),
    row("topic-levels", "four levels", CARD, '["劳动和社会保障", "社会保险"]',
        '["一", "二", "三", "四"]'),
    row("topic-levels", "an empty level", CARD, '["劳动和社会保障", "社会保险"]', '["一", ""]'),
    row("area", "an unknown area", CARD, 'area: "yunzhou"', 'area: "yunhai"'),
    row("audience", "nobody", CARD, 'audience: ["person"]', "audience: []"),
    row("audience", "an unknown audience", CARD, 'audience: ["person"]', 'audience: ["elders"]'),
    row("visibility", "an unknown word", CARD, 'visibility: "public"', 'visibility: "secret"'),
    row("date-form", "no zeros", CARD, 'review_by: "2099-12-31"', 'review_by: "2099-12-1"'),
    row("date-form", "no such day", CARD, 'review_by: "2099-12-31"', 'review_by: "2099-02-30"'),
    row("date-form", "no day at all", CARD, 'review_by: "2099-12-31"', 'review_by: ""'),
    row("date-form", "full-width digits", CARD, 'review_by: "2099-12-31"',
        'review_by: "２０９９-１２-３１"'),
    row("date-form", "a week", CARD, 'valid_to: ""', 'valid_to: "2099-W01-1"'),
    row("date-form", "a source's day", CARD, "2024-12-01", "2024年12月"),
    row("date-order", "the document after the rule", CARD, "2024-12-01", "2025-01-02"),
    row("date-order", "the end before the start", CARD, 'valid_to: ""', 'valid_to: "2024-12-31"'),
    row("date-order", "the review on the first day", CARD, 'review_by: "2099-12-31"',
        'review_by: "2025-01-01"'),
    row("expired", "ended yesterday", CARD, 'valid_to: ""', 'valid_to: "2026-03-01"'),
    row("review-overdue", "to be reviewed yesterday", CARD, 'review_by: "2099-12-31"',
        'review_by: "2026-03-01"'),
]  # fmt: skip
CONTENT = [
    row("aspect-missing", "a guide without forms", GUIDE,
        "## 样表\n- 样表的内容，逐项写清。\n\n", "",
        "失业人员可以"),
    other("aspect-order", "two sections changed over", GUIDE, "失业人员可以",
          both(edit(GUIDE, "## 收费", "## x"), edit(GUIDE, "## 地点", "## 收费"),
               edit(GUIDE, "## x", "## 地点"))),
    row("aspect-reason", "不适用 alone", GUIDE, "- 样表的内容，逐项写清。", "不适用", "## 样表"),
    row("aspect-reason", "不适用 with a stop", GUIDE, "- 样表的内容，逐项写清。", "不适用。",
        "## 样表"),
    row("aspect-reason", "a reason of two characters", GUIDE, "- 样表的内容，逐项写清。",
        "不适用：没有", "## 样表"),
    row("material-open", "等", GUIDE, MATERIALS, "- 身份证\n- 户口簿、结婚证等材料", "户口簿"),
    row("material-open", "其他", GUIDE, MATERIALS, "- 身份证\n- 其他证明材料", "其他"),
    row("material-open", "其它", GUIDE, MATERIALS, "- 身份证\n- 其它证明", "其它"),
    row("material-open", "合同等 is no 同等", GUIDE, MATERIALS, "- 劳动合同等"),
    row("material-open", "people of elsewhere", GUIDE, MATERIALS, "- 其他城市户籍的另带居住证1份"),
    row("link-host", "another site", CARD, ANSWER, "见 https://evil.example/a"),
    row("link-host", "no blank before it", CARD, ANSWER, "见https://evil.example/a。"),
    row("link-host", "in brackets", CARD, ANSWER, "详见(https://evil.example/a)"),
    row("link-host", "without its scheme", CARD, ANSWER, "网址www.evil.example"),
    row("link-host", "capital letters", CARD, ANSWER, "HTTPS://EVIL.EXAMPLE"),
    row("link-host", "a Markdown link", CARD, ANSWER, "[官网](https://evil.example)"),
    row("link-host", "a script", CARD, ANSWER, "[官网](javascript:alert)"),
    row("link-host", "a host that ends alike", CARD, ANSWER, "https://evilgov.cn/"),
    row("link-host", "a host that begins alike", CARD, ANSWER, "https://gov.cn.evil.example/"),
    row("link-host", "a user part", CARD, ANSWER, "https://gov.cn@evil.example/"),
    row("link-host", "a second link in one line", CARD, ANSWER,
        "https://www.gov.cn/ https://evil.example/"),
    row("link-host", "in a section", GUIDE, MATERIALS, "- 表格见 https://evil.example/a"),
    row("link-host", "a source's", CARD, "    published_on:",
        '    url: "https://evil.example/"\n    published_on:', "url:"),
    row("brace", "a brace", CARD, ANSWER, "您好，{name}。"),
    row("brace", "a brace in the title", CARD, "社保卡丢了怎么补办？", "社保卡{丢了怎么补办？"),
    row("html", "a tag", CARD, ANSWER, "<b>当场</b>领取"),
    row("html", "a tag in the title", CARD, "社保卡丢了怎么补办？", "<b>社保卡丢了怎么补办？"),
    row("html", "a comment", CARD, ANSWER, "<!-- 草稿 -->"),
    row("answer-long", "1201 characters", CARD, ANSWER, "字" * 1201, "社保卡丢失的"),
    row("section-leans", "见上", CARD, ANSWER, f"{ANSWER}\n## 收费\n见上。", "## 收费"),
    row("section-leans", "by the standard above", CARD, ANSWER,
        f"{ANSWER}\n## 收费\n按上述标准收费；困难家庭减半。", "## 收费"),
    row("section-leans", "later in the first sentence", CARD, ANSWER,
        f"{ANSWER}\n## 收费\n阶梯价格如上；检定费30元。", "## 收费"),
]  # fmt: skip
REGISTERS = [
    row("golden-entry", "an entry nobody has", QUESTIONS, "education/enrol", "education/none"),
    row("golden-repeated", "a question twice", QUESTIONS, "被单位辞退了想申请失业保险金",
        "下个月退休养老金什么时候开始发给我？", '"social-insurance/unemployment"'),
    row("golden-copied", "a similar question word for word", QUESTIONS,
        "被单位辞退了想申请失业保险金", "没工作了，失业补助去哪申请"),
    row("golden-form", "neither entry nor refusal", QUESTIONS,
        'entry: "education/enrol"', 'note: "x"'),
    row("golden-form", "both entry and refusal", QUESTIONS,
        'entry: "education/enrol"', 'entry: "education/enrol", refuse: true'),
    row("yaml", "a broken file of questions", QUESTIONS, '"education/enrol"', '"education/enrol',
        '"social-insurance/unemployment"'),
    other("gap-entry", "a gap with an answer", GAPS, "education/enrol", create(GAPS,
        b'- {question: "q", entry: "education/enrol"}\n')),
    other("gap-answered", "a gap that was filled", GAPS, "失业补助", create(GAPS,
        '- {question: "没工作了，失业补助去哪申请", refuse: true}\n'.encode())),
    other("gap-repeated", "a gap twice", GAPS, "乙？", create(GAPS,
        '- {question: "乙", refuse: true}\n- {question: "乙？", refuse: true}\n'.encode())),
    row("link-hosts", "a host with its scheme", "link_hosts.yml", '"gov.cn"', '"https://gov.cn"'),
    row("golden-gate", "a share of nothing", "golden.yml", '"0.75"', '"1.5"'),
    row("golden-gate", "a share that is a word", "golden.yml", '"0.75"', '"NaN"'),
    row("golden-gate", "a share left out", "golden.yml", 'max_worse: "0"\n', "", "right_in_top3"),
    other("golden-gate", "no gate", "golden.yml", "",
          lambda folder: (folder / "golden.yml").unlink()),
]  # fmt: skip
TRIGGERS = [*FORM, *IDENTITY, *POLICY, *CONTENT, *REGISTERS]


def near(rule: str, what: str, *changes: Change) -> object:
    """Return a row whose rule must not be told."""
    return pytest.param(rule, both(*changes), id=f"{rule}: {what}")


END = "".join(["- ", *["字"] * 1200])
NEARLY = [
    near("encoding", "a BOM", lambda folder: (folder / CARD).write_bytes(
        b"\xef\xbb\xbf" + (folder / CARD).read_bytes())),
    near("front-matter", "blanks behind the fence", edit(CARD, "---\n", "---  \n")),
    near("yaml", "a sign in quotes", edit(CARD, 'clause: "第五条"', 'clause: "@第五条"')),
    near("scalar-trap", "a day in quotes", edit(CARD, "2025-01-01", "2025-02-01")),
    near("comment", "a sign in quotes", edit(CARD, "第五条", "第五条 #1")),
    near("anchor", "a sign in quotes", edit(CARD, "第五条", "&第五条 *")),
    near("tag", "a sign in quotes", edit(CARD, "第五条", "!第五条")),
    near("merge", "a sign in quotes", edit(CARD, "第五条", "<<")),
    near("duplicate-key", "a key of two records", edit(CARD, "valid_from:",
         '  - title: "x"\n    document_no: "x"\n    clause: "x"\n    published_on: "2024-01-01"\n'
         "valid_from:")),
    near("field-missing", "an optional field left out", edit(CARD, 'valid_to: ""\n', "")),
    near("field-unknown", "a link of a source", edit(CARD, "    published_on:",
         '    url: ""\n    published_on:')),
    near("field-shape", "a list in lines", edit(CARD, 'audience: ["person"]',
         'audience:\n  - "person"')),
    near("kind", "a guide", edit(CARD, 'kind: "faq"', 'kind: "guide"')),
    near("control-character", "an emoji and a wide blank", edit(CARD, ANSWER, "👨‍👩‍👧　好\t。")),
    near("answer", "one character", edit(ENROL, "小学一年级新生每年六月在教育入学平台网上报名，"
         "线下到学区学校登记。", "无")),
    near("heading", "a sign within a line", edit(CARD, ANSWER, "拨打 #12345 ## 即可")),
    near("file-name", "a hidden file", create("faq/education/.gitkeep", b"")),
    near("topic-unknown", "a topic without guides", create("guides/education/.gitkeep", b"")),
    near("id-path", "digits and hyphens", both(move(ENROL, "faq/education/a-2-b.md"),
         edit(QUESTIONS, "education/enrol", "education/a-2-b"))),
    near("kind-folder", "a guide in its place", edit(GUIDE, "失业人员可以", "失业人员能")),
    near("id-unique", "the slug of another topic", both(
         move(ENROL, "faq/education/lost-card.md"),
         edit(QUESTIONS, "education/enrol", "education/lost-card"))),
    near("question-two-answers", "one word of difference", edit(
        PENSION, "养老金从哪个月开始领取？", "孩子上小学怎么转学？")),
    near("question-two-answers", "a counter-question of another", edit(
        CARD, "身份证丢了怎么补", "养老金从哪个月开始领取？")),
    near("question-repeated", "nearly its own title", edit(
        CARD, "社保卡不见了去哪补", "社保卡丢了怎么挂失")),
    near("question-empty", "one word", edit(CARD, "社保卡不见了去哪补", "补卡？")),
    near("similar-few", "exactly three", edit(CARD, "社保卡不见了去哪补", "补卡去哪")),
    near("question-near", "two of ten characters", edit(
        PENSION, "办完退休多久拿到第一笔养老金", "社会保障卡遗失怎么再做卡")),
    near("question-near", "two alike in one entry", edit(
        CARD, "社保卡不见了去哪补", "社会保障卡遗失要重新做一张")),
    near("question-near", "short ones", both(edit(PENSION, "退休金首月怎么算", "补办身份证"),
         edit(CARD, "社保卡不见了去哪补", "换办身份证"))),
    near("unlike-own", "a question of another",
         edit(CARD, "身份证丢了怎么补", "孩子上小学怎么报名？")),
    near("supersedes", "a chain", both(
        edit(CARD, 'supersedes: ""', 'supersedes: "social-insurance/pension-start"'),
        edit(PENSION, 'supersedes: ""', 'supersedes: "education/enrol"'))),
    near("source-missing", "one source", edit(CARD, "第五条", "第六条")),
    near("source-incomplete", "no link", edit(CARD, "第五条", "全文")),
    near("owner", "the other department", edit(CARD, "human-resources", "education")),
    near("field-empty", "one character", edit(CARD, "社保卡丢了怎么补办？", "补")),
    near("topic-levels", "three levels", edit(CARD, '["劳动和社会保障", "社会保险"]',
         '["一", "二", "三"]')),
    near("area", "a district", edit(CARD, 'area: "yunzhou"', 'area: "linjiang"')),
    near("audience", "all three", edit(CARD, '["person"]', '["person", "business", "internal"]')),
    near("visibility", "for agents", edit(CARD, '"public"', '"agent"')),
    near("date-form", "a leap day", edit(CARD, "2099-12-31", "2096-02-29")),
    near("date-order", "document, start and end on one day", both(
        edit(CARD, "2024-12-01", "2026-03-02"), edit(CARD, "2025-01-01", "2026-03-02"),
        edit(CARD, 'valid_to: ""', 'valid_to: "2026-03-02"'))),
    near("expired", "ends today", edit(CARD, 'valid_to: ""', 'valid_to: "2026-03-02"')),
    near("expired", "ended and superseded", both(
        edit(CARD, 'valid_to: ""', 'valid_to: "2026-03-01"'),
        edit(PENSION, 'supersedes: ""', 'supersedes: "social-insurance/lost-card"'))),
    near("review-overdue", "to be reviewed today", edit(CARD, "2099-12-31", "2026-03-02")),
    near("aspect-missing", "a question with one section", edit(CARD, ANSWER,
         f"{ANSWER}\n## 收费\n不收费。")),
    near("aspect-order", "a question in another order", edit(CARD, ANSWER,
         f"{ANSWER}\n## 收费\n不收费。\n## 材料\n- 身份证")),
    near("aspect-reason", "a reason",
         edit(GUIDE, "- 样表的内容，逐项写清。", "不适用：没有样表。")),
    near("aspect-reason", "不适用 in a sentence", edit(
        GUIDE, "- 样表的内容，逐项写清。", "本项不适用")),
    *(near("material-open", word, edit(GUIDE, MATERIALS, f"- {word}1份"))
      for word in ("职业技能等级证书", "等额票据", "高等学校学籍证明", "中等职业学校毕业证",
                   "同等学力证明", "一等功证书", "二级甲等医院诊断书", "等候号")),
    near("material-open", "等 in another section", edit(
        GUIDE, "- 咨询的内容，逐项写清。", "- 拨打12333等其他电话")),
    *(near("link-host", text, edit(CARD, ANSWER, text))
      for text in ("见 https://www.gov.cn/zhengce", "见https://www.gov.cn/zhengce。",
                   "(https://www.gov.cn/)", "[国务院](https://www.gov.cn/)", "www.gov.cn",
                   "http://gov.cn", "邮箱 a@evil.example", "httpsx 和 awww.b")),
    near("brace", "other brackets", edit(CARD, ANSWER, "（姓名）【号码】〔2024〕[附件]")),
    near("html", "less and more", edit(CARD, ANSWER, "年龄 < 60 且 > 16，《办法》<1年")),
    near("answer-long", "1200 characters", edit(
        CARD, "社保卡丢失的，可以到任一社保服务网点挂失补办，当场领取新卡。", "字" * 1200)),
    near("section-leans", "leans on its own first sentence", edit(CARD, ANSWER,
         f"{ANSWER}\n## 收费\n首次免费，补办30元。上述费用可以微信支付。")),
    near("section-leans", "older than", edit(CARD, ANSWER,
         f"{ANSWER}\n## 收费\n60岁以上免费，其余30元。")),
    near("golden-entry", "a refusal", edit(QUESTIONS, 'entry: "education/enrol"',
         'refuse: true, because: "x"')),
    near("golden-repeated", "one word more", edit(QUESTIONS, "被单位辞退了想申请失业保险金",
         "被公司辞退了想申请失业保险金")),
    near("golden-copied", "nearly a similar question", edit(QUESTIONS,
         "被单位辞退了想申请失业保险金", "没工作了失业补助上哪申请")),
    near("golden-form", "a refusal without a reason", edit(
        QUESTIONS, 'entry: "education/enrol"', "refuse: true")),
    near("gap-entry", "a gap without an answer", create(GAPS,
         b'- {question: "q", refuse: true}\n')),
    near("gap-answered", "nearly a similar question", create(GAPS,
         '- {question: "没工作了，失业补助上哪申请", refuse: true}\n'.encode())),
    near("gap-repeated", "one word more", create(GAPS,
         '- {question: "乙", refuse: true}\n- {question: "乙丙", refuse: true}\n'.encode())),
    near("link-hosts", "another host", edit("link_hosts.yml", '"gov.cn"', '"www.gov.cn"')),
    near("golden-gate", "everything and nothing", edit("golden.yml", '"0.75"', '"1"')),
]  # fmt: skip
