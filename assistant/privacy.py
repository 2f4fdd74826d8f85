"""Which parts of a text are personal data, and how the text reads without them.

Rule 7 of the safety notes: log, metric, index, exception and suggestion get `mask(text)`, never
the text. It expects no cleaning before it, and reads no files. `_DETECTORS` search a folded copy
that knows each character's place in the original. What one has found is blank for the next, and
so is what is masked already: masking twice is masking once (but for numbers glued to numbers or
to stars of the writer's own). No pattern can go far back, so time grows with the length.

Decided: a number is taken whole or not at all, and groups make one number only if people group
it so. What cannot be told apart is masked: an office's landline, a room after a street. What is
named as card or account (身份证号, 卡号, 户号) is masked even with a wrong check digit (a typo).

Not recognised: names; birthdays; landlines without area code; house numbers without 号, 栋 and
the like; letters for digits (o for 0); numbers in words that run into another numeral
(…六七八一共两个), over several lines or in unusual groups.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

# An account is an id that only the word before it gives away.
Kind = Literal["mobile", "landline", "id_card", "bank_card", "passport", "plate", "email",
               "account", "address"]  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Personal data at `text[start:end]` of the text as it was given."""

    kind: Kind
    start: int
    end: int


_Span = tuple[Kind, int, int]
_NUMERALS = "零〇○幺一壹二贰两三叁四肆五伍六陆七柒八捌九玖"
_SPOKEN = str.maketrans(_NUMERALS + ",、", "00011122233445566778899  ")
# What is masked already, and long hexadecimal ids of ours: no digit in it is anybody's.
_KEPT = re.compile(
    r"(?:1[3-9]\d\*{4}\d{4}|\*{4}\d{4}(?![a-z]))(?!\d(?!\d{2,3}-?\*))"
    r"|(?<!\d)0?(?:10|2\d|[3-9]\d\d)-\*{4}|(?<![a-z\d])[\da-f]{24,}(?![a-z\d])"
)
# Digits that only small gaps part, and in them: prefixes, single digits with equal gaps, others.
_CHAIN = re.compile(r"\+?\d+(?:[ .()-]{1,3}\d+)*+")
_GROUP = re.compile(
    r"(?P<prefix>\+86|(?<!\d)(?:0086(?=[ -]?1[3-9])|(?:86|0)(?=1[3-9]\d{9}(?!\d))))"
    r"|(?<!\d)\d(?P<gap>[ .-]{1,3})\d(?!\d)(?:(?P=gap)\d(?!\d))+|\d+"
)
_TOUCHING = re.compile(rf"[a-z_\d{_NUMERALS}]\0|\0[a-z_\d{_NUMERALS}]")
_CHECK_X = re.compile(r" ?x(?:\d\d(?!\d))?")  # a disability card adds two digits
_SIZES = (20, 19, 18, 17, 16, 15, 12, 11)  # longest first: a card may begin like a telephone
_BIRTHDAY = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_NUMBER = re.compile(
    r"(?P<mobile>1[3-9]\d{9})|(?P<landline>0(?:10|2\d)[1-9]\d{7}|0[3-9]\d\d[1-9]\d{6,7})"
    r"|(?P<id_card>(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)\d{4}"
    rf"(?:(?:18|19|20){_BIRTHDAY}\d{{3}}[\dx](?:\d\d)?|{_BIRTHDAY}\d{{3}}))"
    r"|(?P<bank_card>(?:[3-69]\d|2[2-7]|81)\d{14,17})"
)
_DOUBLED = str.maketrans("123456789", "246813579")
_MONEY_BEFORE = re.compile(r"(?:[¥$]|人民币) ?$")
# 元旦 and 万女士 may follow a telephone number.
_MONEY_AFTER = re.compile(r"(?:\.\d+)? ?(?:元(?![旦宵])|[万亿](?:元|美元|[ ,.;!?。、]|$))")
_CHAT = r"(?:微信|wechat|weixin|(?<![a-z])(?:[wv]x|qq))"
_CN = "零〇一二三四五六七八九十百两"
_NUM = rf"(?:[a-z\d]{{1,5}}(?:[-之]\d{{1,5}})?|[{_CN}]{{1,6}})"
_HOUSE = r"(?: ?(?:幢|栋|号楼|号院|单元|弄|#楼?|(?<=[a-z\d])座) ?)"
_ROOM = rf"(?:(?:\d{{3,4}}|[{_CN}]{{3,4}})(?![\d{_CN}年月日元路.%-]))"
_MORE = rf"(?:{_NUM}(?:{_HOUSE}| ?[排号室房层楼户] ?)){{0,6}}{_ROOM}?"
_STREET = r"(?:[路街巷弄]|大道|胡同|(?<![知报])道|[东西南北中一二三四五六]段|门牌号?[是为:]?)"
_ESTATE = (
    r"(?:[区园苑庄村湾寓轩阁郡墅厦屯寨坊]|(?<!政)府|(?<![家法])庭|(?:大|家属)院|[新花名]城"
    rf"|(?<![这那哪家公心手夜店])里|(?<=[\d{_CN}])组)"
)
# Lines, decrees and documents are numbered with 号 too; so are days, after an estate's name.
_NO_HOUSE, _NO_DAY = (
    "(?![线令文车窗])",
    "(?!上午|下午|早|晚|中午|凌晨|[到至停]|[之以][前后]|开始|放假)",
)
_EARLY: tuple[tuple[Kind, str], ...] = (
    ("email", r"(?<![\w.%+-])(?P<it>(?:[\w.%+-]++ ?(?:@|\(at\)) ?(?:[a-z\d-]+\.)+[a-z]{2,24})+)"),
    ("plate", r"(?P<it>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[a-z]"
              r"[ ·・•.-]{0,2}(?=[a-z ]{0,6}\d[a-z ]{0,6}\d)(?:[a-z\d]{4}[a-z\d挂学警港澳]"
              r"|[a-z\d]{6}|[a-z\d](?: [a-z\d]){4,5}))(?![a-z\d])"),
    ("passport", r"(?<![a-z\d])(?P<it>[ceg] ?\d{4} ?\d{4}|e[a-z]\d{7}|[hm]\d{8}(?:\d\d)?)(?!\w)"),
    ("landline", r"\+86[ -]?(?P<it>(?:10|2\d|[3-9]\d\d)[ -]?[1-9]\d{2,3}[ -]?\d{4})(?!\d)"),
)  # fmt: skip
_LATE: tuple[tuple[Kind, str], ...] = (
    ("account", rf"(?:(?:{_CHAT}|身份证|证件|[账帐卡户])(?:号码?|id)|(?:{_CHAT}|身份证|账户|银行卡)"
                r"(?= ?[:是为=]))[ :是为=]{0,3}(?!(?:1\d{4}|95\d{3})(?![a-z\d]))"
                r"(?P<it>\d(?:[ -]?\d){7,21}x?|[a-z\d][\w-]{4,21})(?![\w-]| ?[元万亿])"),
    ("account", rf"{_CHAT} ?(?P<it>(?=[a-z_-]{{1,19}}\d)[a-z][\w-]{{5,19}})(?![\w-])"),
    ("address", rf"{_STREET} ?(?P<it>{_NUM}(?:{_HOUSE}| ?号{_NO_HOUSE}){_MORE})"),
    ("address", rf"{_ESTATE} ?(?P<it>{_NUM}(?:{_HOUSE}| ?[排室]| ?号{_NO_HOUSE}{_NO_DAY}){_MORE}"
                r"|\d{1,3}-\d{1,2}-\d{3,4}(?![\d-]))"),
    ("address", rf"(?<![a-z\d])(?P<it>{_NUM}{_HOUSE}(?:{_NUM} ?[层楼] ?)?"
                rf"(?:{_NUM}(?:{_HOUSE}| ?[室房号])|{_ROOM}){_MORE})"),
)  # fmt: skip


def mask(text: str) -> str:
    """Return the text with every finding replaced as in `_MASKS`; an address keeps its words."""
    parts, done = [""], 0
    for finding, written in _located(text):
        parts += [text[done : finding.start], _MASKS[finding.kind](written)]
        done = finding.end
    return "".join([*parts, text[done:]])


def found(text: str) -> tuple[Finding, ...]:
    """Return what `mask` replaces, in order of place, never overlapping."""
    return tuple(finding for finding, _ in _located(text))


def _located(text: str) -> Iterator[tuple[Finding, str]]:
    """Yield findings over the original, each with what it reads like when folded."""
    pieces = [_folded_character(char) for char in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    folded, done = "".join(pieces), 0
    for kind, start, end in sorted(_spans(folded), key=lambda span: span[1]):
        # One character may fold to several (㏠ to 1日), which two findings could share.
        first, done = max(places[start], done), places[end - 1] + 1
        if first < done:
            yield Finding(kind, first, done), folded[start:end]


@lru_cache(maxsize=4096)
def _folded_character(char: str) -> str:
    """Return NFKC in lower case, any script's digit as 0-9, nothing for what cannot be seen."""
    digit, category = unicodedata.digit(char, None), unicodedata.category(char)
    if digit is not None:
        return str(digit)
    if category in ("Cf", "Mn", "Me") or (category == "Cc" and char not in "\n\r\t"):
        return ""
    if category == "Pd" or char in "−×\t":
        return {"×": "x", "\t": " "}.get(char, "-")
    return unicodedata.normalize("NFKC", char).lower()[:4]  # only ligatures of words are longer


def _spans(folded: str) -> list[_Span]:
    """Return what all detectors find in a folded text, in no order."""
    rest = list(_KEPT.sub(lambda kept: "\0" * len(kept[0]), folded))
    spans: list[_Span] = []
    for _ in range(2):
        for detect in _DETECTORS:
            for kind, start, end in detect("".join(rest)):
                spans.append((kind, start, end))
                rest[start:end] = "\0" * (end - start)
        # Only what touches a finding can be one too, now that its neighbour is blank.
        if not spans or not _TOUCHING.search("".join(rest)):
            break
    return spans


def _by_pattern(row: tuple[Kind, str]) -> Callable[[str], Iterable[_Span]]:
    """Return a detector of what a pattern calls `it`."""
    search = re.compile(row[1], re.ASCII).finditer
    return lambda text: ((row[0], *match.span("it")) for match in search(text))


def _in_digits(text: str) -> Iterator[_Span]:
    """Yield numbers that fill neighbouring groups of digits."""
    for chain in _CHAIN.finditer(text):
        groups = list(_GROUP.finditer(text, *chain.span())) if len(chain[0]) > 10 else []
        written = ["" if group["prefix"] else _digits_in(group[0]) for group in groups]
        digits, starts, free = "".join(written), [0, *accumulate(map(len, written))], 0
        # Backwards, so that a number does not take in the prefix of the next.
        index_of = {start: index for index, start in reversed([*enumerate(starts)])}
        for first, start in enumerate(starts[:-1]):
            for size in _SIZES if first >= free and written[first] else ():
                last = index_of.get(start + size)
                if last and (size == 17 or _NUMBER.fullmatch(digits, start, start + size)):
                    span = _number(text, groups[first:last], written[first:last])
                    if span:
                        yield span
                        free = last
                        break


def _number(text: str, groups: list[re.Match[str]], written: list[str]) -> _Span | None:
    """Return the span of the number in these groups, if it is personal and no money."""
    digits, start, end = "".join(written), groups[0].start(), groups[-1].end()
    check = _CHECK_X.match(text, end) if len(digits) == 17 else None
    if check:
        digits, end = digits + "x", check.end()
    kind = _kind_of(digits, [len(part) for part in written], is_dotted="." in text[start:end])
    is_money = _MONEY_AFTER.match(text, end) or _MONEY_BEFORE.search(text, max(start - 4, 0), start)
    return (kind, start, end) if kind and not is_money else None


def _in_words(text: str) -> Iterable[_Span]:
    """Return numbers with Chinese numerals, which people also dictate with commas."""
    if frozenset(_NUMERALS).isdisjoint(text):
        return ()
    spans = _in_digits(text.translate(_SPOKEN))
    return (span for span in spans if not frozenset(_NUMERALS).isdisjoint(text[span[1] : span[2]]))


def _kind_of(digits: str, sizes: list[int], *, is_dotted: bool) -> Kind | None:
    """Return what a number in groups of these sizes is, if it is personal."""
    match = _NUMBER.fullmatch(digits)
    kind = match.lastgroup if match else None
    if kind == "id_card" and _has_id_check(digits):
        return "id_card"
    if kind == "bank_card" and {*sizes[:-1]} in (set(), {1}, {2}, {4}, {6}):
        return "bank_card" if _has_luhn_check(digits) else None
    # Five digits after an area code are a hotline: 0512-12345.
    if kind == "landline" and 5 not in sizes:
        return "landline" if sizes[0] in (3 if digits[1] in "12" else 4, len(digits)) else None
    # Prices, dates and addresses of computers come in other groups.
    is_loose = sizes[0] == 3 and len(sizes) <= 5 and not is_dotted
    is_usual = is_loose or sizes in ([11], [3, 4, 4], [7, 4], [4, 3, 4], [5, 6])
    return "mobile" if kind == "mobile" and is_usual else None


def _has_id_check(digits: str) -> bool:
    """Tell whether the check digit fits (GB 11643); the old form of 15 digits has none."""
    total = sum(int(digit) << (17 - place) for place, digit in enumerate(digits[:17]))
    return len(digits) == 15 or "10x98765432"[total % 11] == digits[17]


def _has_luhn_check(digits: str) -> bool:
    """Tell whether the last digit fits the others (ISO/IEC 7812-1)."""
    return sum(map(int, digits[::-2] + digits[-2::-2].translate(_DOUBLED))) % 10 == 0


def _digits_in(written: str) -> str:
    """Return the digits of a number, also of one in words."""
    return "".join(filter(str.isdigit, written.translate(_SPOKEN)))


_MASKS: dict[Kind, Callable[[str], str]] = {
    "mobile": lambda it: f"{_digits_in(it)[:3]}****{_digits_in(it)[-4:]}",
    "landline": lambda it: re.sub(r"^(0?(?:10|2.|...)).*", r"\1-****", _digits_in(it)),
    "bank_card": lambda it: "****" + _digits_in(it)[-4:],
    "id_card": "***".format,
    "passport": lambda it: it[0].upper() + "********",
    "plate": lambda it: it[0] + it.replace(" ", "")[1].upper() + "*****",
    "email": "***@***".format,
    "account": "***".format,
    "address": lambda it: re.sub(rf"[a-z\d]+|[{_CN}]+", "*", it),
}
_DETECTORS = (*map(_by_pattern, _EARLY), _in_digits, _in_words, *map(_by_pattern, _LATE))
