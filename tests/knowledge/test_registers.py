from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.departments import load_departments
from assistant.knowledge.files import entry_paths, id_of_path
from assistant.knowledge.halls import halls_for
from assistant.knowledge.registers import REGISTER_FILES, load_registers
from tests.knowledge.registers_folder import write_registers

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"

# file, text replaced, by what, the rule that refuses it, the line it names
REFUSALS = [
    pytest.param(
        "departments.yml", 'id: "education"', 'id: "human-resources"', "duplicate", 10,
        id="a department id twice",
    ),
    pytest.param(
        "departments.yml", 'name: "云州市教育局"', 'name: ""', "field-missing", 11,
        id="a department without a name",
    ),
    pytest.param(
        "departments.yml", 'phone: "12333"', 'phone: "0532-12333"', "phone", 6,
        id="a telephone of a real city",
    ),
    pytest.param(
        "departments.yml", 'phone: "12333"', "phone: 12333", "scalar-trap", 6,
        id="an unquoted number",
    ),
    pytest.param(
        "departments.yml", 'short: "市人社局"', 'nickname: "人社"\n    short: "市人社局"',
        "field-unknown", 5, id="a field nobody knows",
    ),
    pytest.param(
        "departments.yml", 'clause: "第二条第一项"', 'clause: ""', "field-missing", 9,
        id="a duty without its clause",
    ),
    pytest.param(
        "topics.yml", 'id: "social-insurance"', 'id: "Social Insurance"', "id", 2,
        id="an id with blanks",
    ),
    pytest.param(
        "topics.yml", 'words: ["入学"]', 'words: ["社保"]', "duplicate", 3,
        id="one word of two topics",
    ),
    pytest.param(
        "topics.yml", 'words: ["入学"]', 'words: "入学"', "field-shape", 3,
        id="words that are no list",
    ),
    pytest.param(
        "places.yml", 'name: "书院社区"', 'name: "文华街道"', "duplicate", 9,
        id="one name for two places",
    ),
    pytest.param(
        "places.yml", 'aliases: ["临江渡口"]', 'aliases: ["渡口"]', "alias-short", 16,
        id="a street alias that is a common word",
    ),
    pytest.param(
        "other_cities.yml", 'area_code: "010"', 'area_code: "10"', "area-code", 2,
        id="an area code without its zero",
    ),
    pytest.param(
        "other_cities.yml", 'aliases: ["三明"]', 'aliases: ["北京"]', "duplicate", 3,
        id="one alias of two cities",
    ),
    pytest.param(
        "halls.yml", 'district: "yunshan"', 'district: "atlantis"', "district-unknown", 6,
        id="a hall in no district",
    ),
    pytest.param(
        "halls.yml", '["social-insurance", "education"]', '["social-insurance"]',
        "topic-unserved", 2, id="a topic without a hall",
    ),
    pytest.param(
        "halls.yml", 'topics: ["social-insurance"]', 'topics: ["ships"]', "topic-unknown", 27,
        id="a hall for a topic nobody has",
    ),
    pytest.param(
        "halls.yml", '"09:00-12:00"', '"9:00-12:00"', "hours", 12, id="hours without a zero"
    ),
    pytest.param(
        "halls.yml", '"13:30-17:00"', '"17:00-13:30"', "hours", 12, id="closing before opening"
    ),
    pytest.param(
        "halls.yml", '"13:30-17:00"', '"11:30-17:00"', "hours", 12, id="overlapping hours"
    ),
    pytest.param("halls.yml", 'days: "1-5"', 'days: "1-8"', "hours", 12, id="an eighth day"),
    pytest.param(
        "halls.yml", '      - {days: "1-7"', '      - {days: "6", spans: ["09:00-12:00"]}\n'
        '      - {days: "1-7"', "hours", 25, id="one day twice",
    ),
    pytest.param(
        "halls.yml", 'holiday: "closed"', 'holiday: "maybe"', "choice", 13,
        id="a holiday rule that is none",
    ),
    pytest.param(
        "halls.yml", 'holiday: "duty"', 'holiday: "open"', "hours", 26,
        id="duty hours without duty",
    ),
    pytest.param(
        "halls.yml", '    holiday_spans: ["09:00-16:00"]\n', "", "field-missing", 16,
        id="duty without hours",
    ),
    pytest.param(
        "halls.yml", 'name: "供水营业厅"', 'name: "市民中心"', "duplicate", 17,
        id="a name that is another hall's alias",
    ),
    pytest.param(
        "out_of_scope.yml", '"起诉|打官司"', '"起诉("', "pattern", 4, id="a broken pattern"
    ),
    pytest.param(
        "out_of_scope.yml", '"起诉|打官司"', '"起诉|"', "pattern", 4,
        id="a pattern that matches everything",
    ),
    pytest.param(
        "out_of_scope.yml", 'answer: "应当', 'answer: "' + "应当" * 90, "length", 6,
        id="an answer that is too long",
    ),
    pytest.param(
        "out_of_scope.yml", '      clause: "第一百二十二条"\n', "", "field-missing", 8,
        id="a lawful way without its clause",
    ),
    pytest.param(
        "legacy_numbers.yml", 'number: "12333"', 'number: "123"', "phone", 3,
        id="a line that has not five digits",
    ),
    pytest.param(
        "legacy_numbers.yml", 'state: "parallel"', 'state: "gone"', "choice", 3,
        id="a line in no known state",
    ),
    pytest.param(
        "phrases.yml", 'greeting: "一句话。"', 'greeting: ""', "field-missing", 1,
        id="an empty phrase",
    ),
    pytest.param(
        "phrases.yml", 'greeting: "一句话。"\n', "", "phrase-missing", 1, id="a missing phrase"
    ),
    pytest.param(
        "phrases.yml", 'greeting: "一句话。"', 'greeting: "<姓名>您好。"', "placeholder", 1,
        id="a placeholder that nobody fills",
    ),
    pytest.param(
        "phrases.yml", "<区号>", "", "placeholder", 28, id="a placeholder that was lost"
    ),
    pytest.param(
        "phrases.yml", 'greeting: "一句话。"', 'greeting: "您好。"\nextra: "多余"',
        "phrase-unknown", 2, id="a phrase nobody says",
    ),
    pytest.param(
        "reviewers.yml", '["human-resources", "education"]', '["human-resources"]',
        "department-uncovered", 1, id="a department without a reviewer",
    ),
    pytest.param(
        "reviewers.yml", '["human-resources", "education"]',
        '["human-resources", "education", "navy"]', "department-unknown", 6,
        id="a reviewer of a department nobody has",
    ),
    pytest.param(
        "reviewers.yml", 'role: "hotline"', 'role: "editor"', "role-missing", 1,
        id="nobody of the hotline",
    ),
    pytest.param(
        "reviewers.yml", 'role: "editor"', 'role: "editor", departments: ["education"]', "role", 2,
        id="an editor who speaks for a department",
    ),
    pytest.param(
        "calendar/2026.yml", 'year: "2026"', 'year: "2025"', "year", 1,
        id="a calendar of another year",
    ),
    pytest.param(
        "calendar/2026.yml", '"2026-01-03"]', '"2026-13-03"]', "date", 4, id="a day that is none"
    ),
    pytest.param(
        "calendar/2026.yml", '"2026-01-03"]', '"2027-01-03"]', "year", 4,
        id="a holiday of another year",
    ),
    pytest.param(
        "calendar/2026.yml", '"2026-01-03"]', '"2026-01-02"]', "duplicate", 4,
        id="a holiday twice",
    ),
    pytest.param(
        "calendar/2026.yml", 'make_up: ["2026-01-04"]', 'make_up: ["2026-01-05"]', "make-up", 5,
        id="a make-up day that is a Monday",
    ),
    pytest.param(
        "calendar/2026.yml", 'make_up: ["2026-01-04"]', 'make_up: ["2026-01-03"]', "make-up", 5,
        id="a make-up day that is a holiday",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "rule", "line"), REFUSALS)
def test_a_fault_in_a_register_is_told_with_file_line_and_rule(
    tmp_path: Path, file: str, old: str, new: str, rule: str, line: int
) -> None:
    """Whoever breaks a register reads where, and in Chinese what to do."""
    write_registers(tmp_path, file, old, new)

    _registers, problems = load_registers(tmp_path)

    assert (rule, line) in {
        (problem.rule, problem.line) for problem in problems if problem.path == str(tmp_path / file)
    }
    assert all(problem.message for problem in problems)


def test_whole_registers_have_no_problems(tmp_path: Path) -> None:
    """The builder that the refusals change is itself without fault."""
    _registers, problems = load_registers(write_registers(tmp_path))

    assert [] == problems


@pytest.mark.parametrize("name", [*REGISTER_FILES, "calendar/2026.yml"])
def test_a_missing_register_file_is_a_problem(tmp_path: Path, name: str) -> None:
    """Nothing is published from a folder that lacks a register."""
    (write_registers(tmp_path) / name).unlink()

    _registers, problems = load_registers(tmp_path)

    assert "file-missing" in {problem.rule for problem in problems}


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """An editor mends everything in one round."""
    write_registers(tmp_path, "departments.yml", "12333", "1")
    for name, old, new in (
        ("halls.yml", "09:00-12:00", "09:00"),
        ("topics.yml", 'title: "教育"', 'title: ""'),
    ):
        path = tmp_path / name
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")

    _registers, problems = load_registers(tmp_path)

    assert {"departments.yml", "halls.yml", "topics.yml"} == {
        Path(problem.path).name for problem in problems
    }
    assert sorted(problems) == problems


def test_a_register_in_another_encoding_is_refused_with_advice(tmp_path: Path) -> None:
    """A file saved as GBK gives one clear sentence, not a stack trace."""
    path = tmp_path / "departments.yml"
    path.write_bytes('source: "职责清单"\n'.encode("gbk"))

    departments, problems = load_departments(path)

    assert {} == departments
    assert ["encoding"] == [problem.rule for problem in problems]


def test_a_folder_of_entries_must_be_a_topic(tmp_path: Path) -> None:
    """Entries of a topic that no register knows are not published."""
    (write_registers(tmp_path) / "faq" / "ships").mkdir(parents=True)

    _registers, problems = load_registers(tmp_path)

    assert [("topic-unknown", str(tmp_path / "faq" / "ships"))] == [
        (problem.rule, problem.path) for problem in problems
    ]


def test_the_citys_own_registers_have_no_problems() -> None:
    """What lies in knowledge/ can be published."""
    _registers, problems = load_registers(KNOWLEDGE)

    assert [] == [str(problem) for problem in problems]


def test_the_city_is_described_as_fully_as_promised() -> None:
    """Seven districts with streets and communities, 36 halls, the country's cities."""
    registers, _problems = load_registers(KNOWLEDGE)

    assert 7 == len(registers.gazetteer.districts)
    assert 36 <= len(registers.halls)
    assert 337 <= len(registers.other_cities)
    assert "city-hall" == registers.halls[0].id
    assert {2025, 2026} <= registers.calendar.years


def test_every_topic_with_entries_leads_to_a_hall() -> None:
    """Whoever asks where to go gets an address, in every district."""
    registers, _problems = load_registers(KNOWLEDGE)
    topics = {id_of_path(path, KNOWLEDGE).split("/")[0] for path in entry_paths(KNOWLEDGE)}

    without = [
        (topic, district.id)
        for topic in sorted(topics)
        for district in registers.gazetteer.districts
        if not halls_for(registers.halls, topic, district.id)
    ]

    assert [] == without


def test_every_department_has_duties_to_route_by() -> None:
    """Each duty names its clause and eight to fifteen matters."""
    registers, _problems = load_registers(KNOWLEDGE)

    wrong = [
        (department.id, duty.clause)
        for department in registers.departments.values()
        for duty in department.duties
        if not 8 <= len(duty.text.split("、")) <= 15
    ]

    assert [] == wrong
