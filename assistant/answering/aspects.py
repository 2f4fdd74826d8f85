"""Which part of an answer a citizen asks for, and whether they name a matter at all.

"那要带什么材料" names none: it belongs to the entry that was just answered.
"办护照要带什么" names one. What is left of a sentence without the words of this
module tells the two apart.
"""

from __future__ import annotations

import re

from assistant.knowledge.entry import Entry, Kind
from assistant.text import question_key

INTENT_ASPECTS: dict[str, str] = {
    "ask_materials": "materials",
    "ask_fee": "fee",
    "ask_time_limit": "time_limit",
    "ask_place": "place",
    "ask_process": "process",
    "ask_basis": "basis",
}

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "materials",
        "(什么|哪些|啥|哪几样|哪几种).{0,4}(材料|资料|证件|手续|东西|证明)|(材料|资料)清单|要(复印件|原件)(吗|么|不)|带(什么|啥|哪些)"
        "|(材料|资料|证件).{0,3}(有哪些|是什么|要哪些)|准备(什么|啥|哪些)|^(材料|所需材料|要带的材料)$",
    ),
    (
        "fee",
        "收费(吗|标准|多少)|要交?(钱|费)(吗|不|么)|(多少|几块)钱$|收(多少|几块)|免费的?(吗|不|么)"
        "|手续费|工本费|费用(是|要)?多少|^(收费|费用)$",
    ),
    (
        "time_limit",
        "多久(能|可以|才|办|下来|拿|到)|(几|多少)(个工作)?天(能|可以|才|办|下来|拿|出)|什么时候(能|可以)?(办好|下来|拿到)"
        "|要(多久|多长时间)|(等|要|需要|最快)(几|多少)(天|个工作日)|(几|多少)个?工作日"
        "|办理时限|当天能(拿|取|办)|^(多久|要多久|需要多久|多长时间|办理时限)$",
    ),
    (
        "basis",
        "什么依据|依据(是)?什么|哪(个|条|份)(文件|规定|法律|法规|法)|文件依据|法律依据|凭什么|^依据$",
    ),
    ("forms", "(样表|表格|申请表).{0,4}(下载|哪|怎么)|^样表$"),
    (
        "place",
        "(?<!从)(在|去|到|上)?(?<!从)(哪里|哪儿|哪个窗口|哪个地方|什么地方|哪个大厅)(办|申请|领|取|交|补|开)?|地址|在哪(办|申请|领|取)?"
        "|^(地点|办理地点)$",
    ),
    (
        "process",
        "流程|步骤|第一步|先(做|办)(什么|啥)|网上(能|可以|怎么)?(办|申请)|能(在)?网上|代办|线上(办|能)|怎么个办法",
    ),
    ("contact", "(咨询|联系)?电话(是)?多少|打(什么|哪个)电话|^(咨询|咨询电话|电话)$"),
    ("mistakes", "常见错误|(要)?注意(什么|些什么|哪些)|^常见错误$"),
)  # fmt: skip
_COMPILED = tuple((aspect, re.compile(pattern)) for aspect, pattern in _PATTERNS)

# Money that citizens are given or fined: what it comes to is the matter, not a fee for it.
_NO_FEE = re.compile(
    "(罚|赔|扣|报销?|领|发|补|补贴|补助|津贴|养老金|退休金|失业金|低保|工资|奖励?|拿到?)(款|金)?"
    "(能|可以|大概|每?个?月|一共|一年|给)*(多少|几块|几百|几千)"
)

# Who names the fee asks for it; "how much" alone may mean the sum that one is given.
_FEE_NAMED = re.compile("收费|收(多少|几块)|费用|手续费|工本费|服务费|免费|要交?(钱|费)(吗|不|么)")
# A fee that is told as a sum, and any other sum.
_SUM = re.compile(
    r"[\d一二两三四五六七八九十百千万]+(\.\d+)?(万|余|多)?元|\d(\.\d+)?(%|倍|折)|百分之|标准"
)

# Words that carry no matter: pronouns, particles, and the aspects themselves.
_CARRIES_NOTHING = re.compile(
    "那么|那|请问|你好|您好|这个|这件|这种|这|它|我们|我|你们|你|您|他|她|刚才|刚刚|上面|以上|说的|讲的|要不要|需不需要|要|需要|"
    "还有|还|再|想|住在|住|都|也|就|是不是|是否|是|有没有|有|没有|不用|不|吗|呢|呀|啊|吧|嘛|么|了|的|得|地|会|和|跟|把|给|"
    "什么时候|什么样|什么|哪几样|哪几种|哪些|哪个|哪里|哪儿|哪份|哪条|哪|啥|怎么样|怎么|怎样|如何|多少|多久|多长|几个|几|"
    "带上|带|准备|提交|提供|材料清单|材料|资料|证件|证明|手续|东西|原件|复印件|"
    "钱|费用|收费|免费|手续费|工本费|收|块|贵|花|"
    "个工作日|工作日|时间|时限|办理时限|天|办好|办完|下来|拿到|当天|能不能|能|可不可以|可以|行|才|出来|快|"
    "去|到|来|在|地址|地点|地方|窗口|大厅|附近|最近|近|位置|导航|办理|申请|办|领|取|交|弄|"
    "流程|步骤|程序|第一步|先|做|最|然后|网上|线上|手机上|手机|自己|本人|别人|代办|代|家人|"
    "依据|文件|规定|法律|法规|政策|凭|根据|出处|"
    "电话|号码|咨询|联系|打|问|样表|表格|申请表|下载|填|注意|常见错误|事项|"
    "现在|今天|明天|周末|周六|周日|星期六|星期天|星期日|中午|上班|下班|开门|关门|营业|几点|开|点|"
    "具体|详细|大概|一共|总共|一下|说|讲|告诉|知道|谢谢|麻烦|一个|个|份|次|条|张|家|人|里|上|下"
)


def asked_aspect(text: str, intent: str) -> str | None:
    """Return the aspect a message asks for, by its words first, then by its intent.

    Who asks for several at once is best served by the whole answer: None.
    """
    folded = question_key(text)
    is_no_fee = _NO_FEE.search(folded) is not None
    named = [aspect for aspect, pattern in _COMPILED if pattern.search(folded)]
    if is_no_fee and "fee" in named:
        named.remove("fee")
    if "forms" in named and "place" in named:  # 申请表在哪里下载 asks for no place
        named.remove("place")
    if named:
        return named[0] if len(named) == 1 else None
    by_intent = INTENT_ASPECTS.get(intent)
    return None if by_intent == "fee" and is_no_fee else by_intent


def told_aspect(text: str, intent: str, entry: Entry) -> str | None:
    """Return the aspect of an entry that answers a message; None when only all of it does.

    失业金一个月多少钱 must not be told 不收费: when the fee is no sum and the answer tells
    one, or is no guide to a service at all, "how much" gets the whole answer.
    """
    aspect = asked_aspect(text, intent)
    if aspect != "fee" or _FEE_NAMED.search(question_key(text)):
        return aspect
    is_of_money = entry.kind is not Kind.GUIDE or _SUM.search(entry.title + entry.answer)
    is_sum_told = _SUM.search(entry.sections.get("fee", "")) is not None
    return aspect if is_sum_told or not is_of_money else None


def names_no_matter(text: str) -> bool:
    """Return whether nothing but question words, particles and aspects stands in a message."""
    return not matter_words(text)


def matter_words(text: str) -> list[str]:
    """Return what is left of a message without question words, particles and aspects."""
    return _CARRIES_NOTHING.sub(" ", question_key(text)).split()


_QUESTION = re.compile(
    r"[?？]|吗|怎么|怎样|如何|咋|什么|啥|哪|多少|多久|几|能不能|可不可以|是不是|要不要|有没有|是否"
    r"|可以.{0,6}(吗|么|不)|标准|规定"
)


def is_question(text: str) -> bool:
    """Return whether a message asks something, and does not only state a grievance."""
    return _QUESTION.search(text) is not None
