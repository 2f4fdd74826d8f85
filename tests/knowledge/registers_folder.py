"""A small, whole set of register files, for tests that change one line of it."""

from __future__ import annotations

from pathlib import Path

FILES: dict[str, str] = {
    "emergencies.yml": """\
source: "联动规则（示例）"
numbers:
  - {number: "110", name: "公安报警", instruction: "请先到安全的地方。"}
  - {number: "119", name: "消防救援", instruction: "请马上离开。"}
  - {number: "120", name: "医疗急救", instruction: "请不要移动病人。"}
  - {number: "122", name: "交通事故报警", instruction: "请到护栏外面。"}
  - {number: "12356", name: "心理援助热线", instruction: "请找人陪着您。"}
go_on: "也可以继续说。"
not_stored: "没有登记成功。"
pictures:
  - {picture: "🔥", word: "着火了"}
spelt: ["着火"]
misspelt: ["着火"]
lists:
  - {name: "smoke", words: ["冒烟|浓烟"]}
kinds:
  - id: "fire"
    title: "火灾"
    number: "119"
    instruction: "请马上离开。"
    certain: ["着火了", "楼 ~4 <smoke>"]
    likely: ["着火"]
  - id: "despair"
    title: "想不开"
    number: "12356"
    despite: ["past"]
    instruction: "请找人陪着您。"
    certain: ["不想活"]
cues:
  - {id: "now", points: "1", reach: "near", signs: ["现在"]}
  - {id: "past", points: "-3", reach: "sentence", signs: ["去年"]}
turns: ["刚才"]
masks: ["火爆"]
negations: ["没有"]
fillers: ["再"]
""",
    "departments.yml": """\
source: "职责清单（示例）"
departments:
  - id: "human-resources"
    name: "云州市人力资源和社会保障局"
    short: "市人社局"
    phone: "12333"
    address: "云山区云州大道18号"
    duties:
      - {clause: "第二条第一项", text: "养老保险、社保卡"}
  - id: "education"
    name: "云州市教育局"
    short: "市教育局"
    phone: "0999-8812801"
    address: "云山区学府路6号"
    duties:
      - {clause: "第三条第一项", text: "入学、转学"}
""",
    "topics.yml": """\
topics:
  - {id: "social-insurance", title: "社会保险", words: ["社保", "养老金"]}
  - {id: "education", title: "教育", words: ["入学"]}
""",
    "places.yml": """\
districts:
  - id: "yunshan"
    name: "云山区"
    aliases: ["云山"]
    streets:
      - id: "yunshan-wenhua"
        name: "文华街道"
        communities:
          - {id: "yunshan-wenhua-1", name: "书院社区"}
  - id: "linjiang"
    name: "临江区"
    aliases: ["临江"]
    streets:
      - id: "linjiang-dukou"
        name: "渡口镇"
        aliases: ["临江渡口"]
        communities:
          - {id: "linjiang-dukou-1", name: "芦洲村"}
""",
    "other_cities.yml": """\
cities:
  - {name: "北京市", aliases: ["北京"], area_code: "010"}
  - {name: "三明市", aliases: ["三明"], area_code: "0598", not_before: ["治"]}
""",
    "halls.yml": """\
source: "政务服务地图（示例）"
halls:
  - id: "city-hall"
    name: "云州市政务服务中心"
    aliases: ["市民中心"]
    district: "yunshan"
    serves: "city"
    address: "云山区云州大道1号"
    phone: "0999-8812300"
    bus: "1路"
    hours:
      - {days: "1-5", spans: ["09:00-12:00", "13:30-17:00"]}
    holiday: "closed"
    booking: ""
    topics: ["social-insurance", "education"]
  - id: "water-hall"
    name: "供水营业厅"
    district: "linjiang"
    serves: "district"
    address: "临江区滨江路66号"
    phone: "0999-8812650"
    bus: "11路"
    hours:
      - {days: "1-7", spans: ["08:30-17:00"]}
    holiday: "duty"
    holiday_spans: ["09:00-16:00"]
    topics: ["social-insurance"]
""",
    "out_of_scope.yml": """\
classes:
  - id: "litigation"
    title: "诉讼"
    patterns:
      - "起诉|打官司"
    answer: "<答复>"
    phone: "12368"
    source:
      title: "民事诉讼法"
      document_no: "国家法律"
      clause: "第一百二十二条"
      published_on: "2023-09-01"
""".replace("<答复>", "应当通过诉讼解决的事项，本热线不受理，请拨打12368。" * 3),
    "legacy_numbers.yml": """\
source: "归并方案（示例）"
numbers:
  - {number: "12333", name: "人社热线", state: "parallel", answer: "打12333或12345都可以。"}
""",
    "reviewers.yml": """\
reviewers:
  - {id: "editor-lin", name: "林晓", role: "editor"}
  - id: "dept-all"
    name: "孙丽华"
    role: "department"
    departments: ["human-resources", "education"]
  - {id: "reviewer-chen", name: "陈卓", role: "hotline"}
""",
    "calendar/2026.yml": """\
year: "2026"
source: {title: "放假通知", document_no: "国办发明电〔2025〕7号", published_on: "2025-11-04"}
holidays:
  - {name: "元旦", days: ["2026-01-01", "2026-01-02", "2026-01-03"]}
make_up: ["2026-01-04"]
""",
}


def phrases_text() -> str:
    """Return a phrases.yml with every key and placeholder."""
    from assistant.knowledge.phrases import PHRASES

    lines = [
        f'{key}: "一句话{"".join(f"<{name}>" for name in sorted(names))}。"'
        for key, names in PHRASES.items()
    ]
    return "\n".join(lines) + "\n"


def write_registers(folder: Path, file: str = "", old: str = "", new: str = "") -> Path:
    """Write all register files, with `old` replaced by `new` once in one of them."""
    for name, text in {**FILES, "phrases.yml": phrases_text()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == file:
            assert old in text, f"{old!r} is not in {name}"
            text = text.replace(old, new, 1)
        path.write_text(text, "utf-8")
    return folder
