"""Personal data: what is masked, what only looks like it, and what holds for any text."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import get_args

import pytest

from assistant.privacy import Finding, Kind, found, mask

# Numbers are made up; check digits are right where a row needs them to be.
NUMBERS = [
    pytest.param("电话13812345678，急", "电话138****5678，急", "mobile", id="mobile"),
    pytest.param("+8613812345678", "+86138****5678", "mobile", id="country code glued"),
    pytest.param("+86 138 1234 5678", "+86 138****5678", "mobile", id="country code apart"),
    pytest.param("0086-138-1234-5678", "0086-138****5678", "mobile", id="0086 and dashes"),
    pytest.param("8613812345678", "86138****5678", "mobile", id="country code without plus"),
    pytest.param("013812345678", "0138****5678", "mobile", id="long-distance zero"),
    pytest.param("138.1234.5678", "138****5678", "mobile", id="dots"),
    pytest.param("138 1234 5678 +8610", "138****5678 +8610", "mobile", id="before a country code"),
    pytest.param("138–1234—5678", "138****5678", "mobile", id="long dashes"),
    pytest.param("1 3 8 1 2 3 4 5 6 7 8", "138****5678", "mobile", id="spaced out"),
    pytest.param(
        "1. 1 3 8 1 2 3 4 5 6 7 8", "1. 138****5678", "mobile", id="after a list's number"
    ),
    pytest.param("１３８１２３４５６７８", "138****5678", "mobile", id="full width"),
    pytest.param("①③⑧①②③④⑤⑥⑦⑧", "138****5678", "mobile", id="circled"),
    pytest.param("⑴⑶⑻⑴⑵⑶⑷⑸⑹⑺⑻", "138****5678", "mobile", id="in brackets of one character"),
    pytest.param("١٣٨١٢٣٤٥٦٧٨", "138****5678", "mobile", id="another script's digits"),
    pytest.param("138\u200b1234\u20605678", "138****5678", "mobile", id="zero width between"),
    pytest.param("幺三八一二三四五六七八", "138****5678", "mobile", id="in words"),
    pytest.param("我是一三八，一二三四，五六七八。", "我是138****5678。", "mobile", id="dictated"),
    pytest.param("138一二三4五六七八", "138****5678", "mobile", id="digits and words"),
    pytest.param(
        "3栋，一三八一二三四五六七八", "3栋，138****5678", "mobile", id="words after a number"
    ),
    pytest.param("tel13812345678QQ同号", "tel138****5678QQ同号", "mobile", id="between letters"),
    pytest.param("**13812345678**", "**138****5678**", "mobile", id="in bold"),
    pytest.param("13812345678元旦停机", "138****5678元旦停机", "mobile", id="before 元旦"),
    pytest.param("13812345678万女士", "138****5678万女士", "mobile", id="before the name 万"),
    pytest.param("微信：13812345678", "微信：138****5678", "mobile", id="as a chat id"),
    pytest.param("座机010-65529988", "座机010-****", "landline", id="three-digit area code"),
    pytest.param("05126288123", "0512-****", "landline", id="four-digit area code"),
    pytest.param("（0512）6288 1234", "（0512-****", "landline", id="area code in brackets"),
    pytest.param("0512-62881234-801", "0512-****-801", "landline", id="with an extension"),
    pytest.param("+86 10 6552 9988", "+86 10-****", "landline", id="from abroad"),
    pytest.param("零五一二六二八八一二三四", "0512-****", "landline", id="landline in words"),
    pytest.param("证号11010519491231002X", "证号***", "id_card", id="ID card"),
    pytest.param("11010519491231002x丢了", "***丢了", "id_card", id="small x"),
    pytest.param("11010519491231002×", "***", "id_card", id="multiplication sign as x"),
    pytest.param("110105 19491231 002X", "***", "id_card", id="ID card in groups"),
    pytest.param("1 1 0 1 0 1 1 9 9 0 0 3 0 7 0 0 1 1", "***", "id_card", id="ID card spaced out"),
    pytest.param("110105491231002", "***", "id_card", id="old ID card of 15 digits"),
    pytest.param("残疾证11010119900307001142", "残疾证***", "id_card", id="disability card"),
    pytest.param("残疾证11010519491231002X42", "残疾证***", "id_card", id="disability card with x"),
    pytest.param("卡6222021234567894", "卡****7894", "bank_card", id="card of 16 digits"),
    pytest.param("6222 0202 1234 5678 909", "****8909", "bank_card", id="card of 19 in groups"),
    pytest.param("4111-1111-1111-1111", "****1111", "bank_card", id="card with dashes"),
    pytest.param("护照E12345678", "护照E********", "passport", id="passport"),
    pytest.param("Ea1234567", "E********", "passport", id="passport of two letters"),
    pytest.param("g 1234 5678", "G********", "passport", id="old passport in groups"),
    pytest.param("车牌浙A12345违停", "车牌浙A*****违停", "plate", id="plate"),
    pytest.param("粤b·D12345", "粤B*****", "plate", id="new-energy plate"),
    pytest.param("苏 E 1 2 3 4 5", "苏E*****", "plate", id="plate spaced out"),
    pytest.param("云C7A21挂", "云C*****", "plate", id="trailer"),
]
WORDS = [
    pytest.param("发到zhang.san@qq.com，", "发到***@***，", "email", id="e-mail"),
    pytest.param("13812345678@163.com", "***@***", "email", id="e-mail of a mobile number"),
    pytest.param("ｚｓ＠ｑｑ．ｃｏｍ", "***@***", "email", id="full-width e-mail"),
    pytest.param("zs (at) qq.com", "***@***", "email", id="e-mail with at"),
    pytest.param("微信号：zhang_san", "微信号：***", "account", id="WeChat id"),
    pytest.param("加微信zhangsan88", "加微信***", "account", id="WeChat id without colon"),
    pytest.param("VX: abc-12345", "VX: ***", "account", id="WeChat by its short name"),
    pytest.param("QQ号是12345678", "QQ号是***", "account", id="QQ number"),
    pytest.param("身份证号110101199003070012", "身份证号***", "account", id="mistyped ID card"),
    pytest.param("卡号6222 0212 3456 7895", "卡号***", "account", id="mistyped bank card"),
    pytest.param("燃气户号：3201234567", "燃气户号：***", "account", id="customer number"),
    pytest.param("锦绣花园3栋2单元501室", "锦绣花园*栋*单元*室", "address", id="flat"),
    pytest.param(
        "锦绣花园 ３栋 二单元", "锦绣花园 *栋 *单元", "address", id="flat, otherwise written"
    ),
    pytest.param("长江路128号", "长江路*号", "address", id="house"),
    pytest.param("长江路128弄5号501室", "长江路*弄*号*室", "address", id="lane, house, room"),
    pytest.param("柳荫巷四十六号二楼", "柳荫巷*号*楼", "address", id="house in words"),
    pytest.param("枫林苑8幢601漏水", "枫林苑*幢*漏水", "address", id="room without 室"),
    pytest.param("三栋二单元五零一", "*栋*单元*", "address", id="flat without its estate"),
    pytest.param("幸福里5-2-501", "幸福里*-*-*", "address", id="flat with dashes"),
    pytest.param("红旗村三组12号", "红旗村三组*号", "address", id="house in a village"),
    pytest.param("小区3#楼", "小区*#楼", "address", id="building with #"),
    pytest.param("A座1203室", "*座*室", "address", id="tower and room"),
    pytest.param("门牌号是26号", "门牌号是*号", "address", id="house number named as such"),
]
LOOK_ALIKES = [
    pytest.param("打12345，报警110，火警119，急救120，交通122", id="hotlines"),
    pytest.param("心理12356 人社12333 银行95588 电信10000", id="hotlines in a row"),
    pytest.param("0512-12345", id="hotline with area code"),
    pytest.param("0512-12345 678人", id="hotline with area code before a count"),
    pytest.param("400-800-1234 4008001234 800-810-1234", id="service numbers"),
    pytest.param("QQ号12345", id="hotline as a chat id"),
    pytest.param("微信公众号12345", id="public account"),
    pytest.param("人社规〔2023〕5号", id="department's document"),
    pytest.param("国发〔2024〕12号", id="State Council's document"),
    pytest.param("市政府第1280号令第十二条", id="decree"),
    pytest.param("高新区12号文", id="document after a place"),
    pytest.param("工资13800元，差500.50元", id="amounts"),
    pytest.param("138000000000元", id="large amount"),
    pytest.param("13800000000元", id="amount as long as a mobile"),
    pytest.param("13800000000.50元", id="amount with cents"),
    pytest.param("13800000000 万元", id="amount in ten thousands"),
    pytest.param("¥13800000000", id="amount after its sign"),
    pytest.param("账户12345678元", id="account's balance"),
    pytest.param("2024-05-01", id="date"),
    pytest.param("20240501", id="date without dashes"),
    pytest.param("2024-05-01 2024-06-30", id="two dates as long as a card"),
    pytest.param("2024.05.01-2025.05.01", id="period"),
    pytest.param("1984-05-01 234", id="date and number as long as a mobile"),
    pytest.param("1998-2003 100人", id="years and number as long as a mobile"),
    pytest.param("二〇二四年五月一日", id="date in words"),
    pytest.param("5月12号，6号上午，小区12号之前", id="days"),
    pytest.param("我知道3号放假，报道5号开始", id="days after 道"),
    pytest.param("15%-20%，99.99%", id="percentages"),
    pytest.param("第38条第1款第2项", id="articles"),
    pytest.param("128路 128路公交车 坐1 2 3路", id="bus lines"),
    pytest.param("地铁3号线2号口", id="underground"),
    pytest.param("滨江路2号线", id="underground after a street"),
    pytest.param("政务大厅5号窗口", id="counter"),
    pytest.param("110101199003070012", id="ID card with a wrong check digit"),
    pytest.param("110101199013070011", id="ID card of a thirteenth month"),
    pytest.param("990101199003070011", id="ID card of no province"),
    pytest.param("110105491331002", id="old ID card of a thirteenth month"),
    pytest.param("6222021234567895", id="card with a wrong check digit"),
    pytest.param("0000000000000000", id="zeros have a right check digit"),
    pytest.param("12381234567890123", id="mobile inside a longer number"),
    pytest.param("1381234567", id="mobile with a digit missing"),
    pytest.param("12812345678", id="no mobile begins with 12"),
    pytest.param("一三八一二三四五六七八九", id="words with a digit too many"),
    pytest.param("一二三四五六七八九十", id="counting"),
    pytest.param("一三八零、一四零零、二零零", id="prices in words as long as a mobile"),
    pytest.param("1500 2000 300", id="prices as long as a mobile"),
    pytest.param("150，2000，3000", id="prices grouped like a mobile, with commas"),
    pytest.param("0900-1200", id="opening hours"),
    pytest.param("13,800,138,000", id="amount with commas"),
    pytest.param("1-2-3", id="steps"),
    pytest.param("192.168.100.12 139.120.100.20", id="addresses of computers"),
    pytest.param("YZ20261128000123", id="ticket"),
    pytest.param("20261128-050459-4094566f", id="edition"),
    pytest.param("message-13812345678abcdef0123456", id="id of a message"),
    pytest.param("云a123 京东A1234567 新T恤12345", id="no plates"),
    pytest.param("川A股大涨，新C1驾照", id="letters after a province"),
    pytest.param("YZ12345678 E1234567 GB12345678", id="no passports"),
    pytest.param("G60高速", id="motorway"),
    pytest.param("12306订票，12315投诉", id="short numbers"),
    pytest.param("编号是20251103，工单号20240517", id="numbers of requests"),
    pytest.param("@12345热线 a@b", id="no e-mail"),
    pytest.param("微信支付20000元，微信小程序", id="payment"),
    pytest.param("微信app版本", id="application"),
    pytest.param("微信号是什么", id="question about ids"),
    pytest.param("前面300号人，几十号人", id="people counted with 号"),
    pytest.param("一栋楼，两户，三室一厅", id="counted houses"),
    pytest.param("二楼三楼302室", id="floors of an office"),
    pytest.param("第三单元测试", id="unit of a textbook"),
    pytest.param("我叫王小明", id="names are a known limit"),
    pytest.param("本地座机62881234", id="no area code is a known limit"),
    pytest.param("家住朝阳路128", id="no 号 is a known limit"),
    pytest.param("", id="nothing"),
]
PIECES = [
    "13812345678", "138 1234 5678", "+86", "0086 ", "010-65529988", "0512 62881234", "转801",
    "11010519491231002X", "110105491231002", "4111 1111 1111 1111", "6222021234567894",
    "浙A12345", "粤 B 1 2 3 4 5", "E12345678", "zhang@qq.com", "微信号：zhang88", "锦绣花园",
    "3栋", "2单元", "501室", "长江路", "128号", "小区", "幺三八零零零零一二三四", "元", "万",
    "卡号", "①③⑧", "\u200b", "㏠", "⒈", "\ufdfa", "\ud800", "İ", "，", "。", "、", " ", "\n",
    "的", "2024-05-01", "12345", "YZ20261128000123",
]  # fmt: skip
CHARACTERS = "0123456789 -.()+一二三零栋单元室号路区花园微信卡号qqxXa@.*#万京A护①\u200b㏠，、"


def random_texts(seed: int, how_many: int = 400) -> list[str]:
    """Return texts of pieces with a mark after each, and texts of single characters."""
    random = Random(seed)
    texts = []
    for _ in range(how_many):
        pieces = [
            random.choice(PIECES) + random.choice("，的\n") for _ in range(random.randint(1, 12))
        ]
        characters = random.choices(CHARACTERS, k=random.randint(1, 60))
        texts += ["".join(pieces), "".join(characters)]
    return texts


@pytest.mark.parametrize(("text", "masked", "kind"), [*NUMBERS, *WORDS])
def test_personal_data_is_masked(text, masked, kind):
    """However it is written, and nothing beside it."""
    assert masked == mask(text)
    assert [kind] == [finding.kind for finding in found(text)]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_looks_like_personal_data_stays(text):
    """What the service talks about can still be read in a log."""
    assert text == mask(text)
    assert () == found(text)


def test_every_kind_has_a_row():
    """No kind can be added without a text that shows it."""
    assert set(get_args(Kind)) == {row.values[2] for row in [*NUMBERS, *WORDS]}


def test_look_alikes_have_as_many_rows_as_personal_data():
    """What is left alone is tested as well as what is masked."""
    assert len(NUMBERS) + len(WORDS) <= len(LOOK_ALIKES)


def test_places_are_those_of_the_text_as_it_was_given():
    """Invisible and ligature characters before and inside a finding do not move it."""
    text = "\ufdfa\u200bＡ电话1\u200b38 1234 5678，长江路128号"
    places = (Finding("mobile", 5, 19), Finding("address", 23, 27))
    assert places == found(text)
    assert "\ufdfa\u200bＡ电话138****5678，长江路*号" == mask(text)


def test_several_findings_are_masked_in_one_text():
    """A letter as people write it."""
    text = "身份证11010519491231002X，住锦绣花园3栋501室，手机138-1234-5678，打过12345两次。"
    masked = "身份证***，住锦绣花园*栋*室，手机138****5678，打过12345两次。"
    assert masked == mask(text)


@pytest.mark.parametrize(("_", "masked", "kind"), [*NUMBERS, *WORDS])
def test_what_is_masked_is_not_masked_again(_, masked, kind):
    """A masked text can be passed on without asking who masked it."""
    assert masked == mask(masked)


@pytest.mark.parametrize("seed", range(8))
def test_masking_twice_is_masking_once(seed):
    """For any text that has no number glued to another one."""
    for text in random_texts(seed):
        assert mask(text) == mask(mask(text)), text


@pytest.mark.parametrize("seed", range(8))
def test_findings_lie_within_the_text_and_do_not_overlap(seed):
    """For any text, also one that cannot be encoded."""
    for text in random_texts(seed):
        edges = [0, *(edge for it in found(text) for edge in (it.start, it.end)), len(text)]
        assert sorted(edges) == edges, text
        assert all(it.start < it.end for it in found(text)), text


@pytest.mark.parametrize("seed", range(8))
def test_text_outside_findings_is_unchanged(seed):
    """For any text: what is left of a masked text are the parts between findings, in order."""
    for text in random_texts(seed):
        edges = [0, *(edge for it in found(text) for edge in (it.start, it.end)), len(text)]
        left = [text[start:end] for start, end in list(pairwise(edges))[::2]]
        masked, place = mask(text), 0
        assert masked.startswith(left[0]), text
        assert masked.endswith(left[-1]), text
        for part in left:
            place = masked.index(part, place) + len(part)
