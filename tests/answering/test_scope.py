"""Whose rules a message asks for: another city is named only when it is meant."""

from __future__ import annotations

import pytest

from assistant.answering.scope import other_city_asked
from assistant.knowledge.registers import Registers

ELSEWHERE: dict[str, str] = {
    "石家庄异地高考需要哪些条件": "石家庄市",
    "广州买房还限购吗，外地人要交几年社保": "广州市",
    "北京的居住证怎么办": "北京市",
    "上海公积金怎么提取": "上海市",
    "广州市社保卡丢了去哪补": "广州市",
    "深圳落户要什么条件": "深圳市",
    "我在杭州，想问杭州的公租房怎么申请": "杭州市",
    "成都的12345电话是多少": "成都市",
    "请问南京医保报销比例": "南京市",
    "天津几点停止供暖": "天津市",
    "武汉市民之家在哪": "武汉市",
    "重庆摇号怎么摇": "重庆市",
    "苏州的人才补贴怎么申请": "苏州市",
    "青岛暖气费多少钱一平": "青岛市",
    "北京住房公积金管理中心地址": "北京市",
    "西安限行尾号今天是几": "西安市",
    "郑州小升初怎么报名": "郑州市",
    "我人在长沙，长沙的驾照换证要预约吗": "长沙市",
    "沈阳供暖什么时候开始": "沈阳市",
    "想问下合肥的养老金认证": "合肥市",
    "在上海办护照要多久": "上海市",
    "厦门怎么补办身份证": "厦门市",
    "昆明车管所周末上班吗": "昆明市",
}
# A name that only tells where somebody comes from, goes to, or what a thing is called.
HERE = [
    "北京的社保怎么转过来",
    "我老家在成都，想把户口迁过来",
    "从上海转来的社保怎么接续",
    "北京户口能在这里结婚吗",
    "我是武汉人，在云州能办护照吗",
    "原来在深圳交的公积金能转到本市吗",
    "孩子在南京上大学，医保怎么办",
    "云州到北京的高铁",
    "我以前在广州工作，社保断了",
    "北京路的路灯坏了",
    "上海花园小区物业费太高",
    "南京银行的社保卡丢了怎么补",
    "外地人怎么办居住证",
    "异地就医去北京看病怎么备案",
    "去上海住院医保怎么报销",
    "成都牌照的车能在云州年检吗",
    "老公是重庆户籍，结婚登记要什么",
    "驾照是天津的，怎么换证",
    "我在杭州缴过社保，怎么转移",
    "转到北京读书怎么转学籍",
    "房子在苏州，能提取公积金吗",
    "给北京的亲戚寄材料行吗",
    "社保卡丢了怎么补",
    "父母在合肥，想接来随迁落户",
    "孩子户口在西安，怎么在这上小学",
    "把养老保险从青岛转过来",
    "在外省上海打工，工伤怎么认定",
    "我要去深圳工作，档案怎么转",
]


@pytest.mark.parametrize(("text", "city"), ELSEWHERE.items(), ids=list(ELSEWHERE))
def test_the_rules_of_another_city_are_left_to_its_own_hotline(
    text: str, city: str, registers: Registers
) -> None:
    """Nobody is told our rules for theirs."""
    found = other_city_asked(text, registers)

    assert found is not None
    assert found.id == city


@pytest.mark.parametrize("text", HERE)
def test_a_city_that_only_tells_where_from_does_not_send_anybody_away(
    text: str, registers: Registers
) -> None:
    """Who moves here, studies away or was insured elsewhere is answered here."""
    assert other_city_asked(text, registers) is None
