"""Words that leave a list of materials open: 等, 其他, 其它.

The hotline's plan forbids them (一次性告知). The same characters stand in harmless
words, and harmless words stand across word borders (合同等 is no 同等), so each
exception names what must stand beside it.
"""

from __future__ import annotations

import re

# Each row: a word with 等 that lists nothing, and what must not precede or must follow it.
HARMLESS: tuple[str, ...] = (
    r"等(?:级|额|值|于|候|待|距|边)",
    r"等同(?!时)",
    r"等次(?!要)",
    r"等份(?!证)",
    r"等离子",
    r"同等(?=学历|学力|条件|效力)",
    r"(?<!水)平等",
    r"均等化",
    r"(?<!提)高等(?=教育|学校|院校|职业|专科|学历|法院|级|人民)",
    r"(?<![初高])中等(?=职业|专业|教育|学校|技术|师范|收入)",
    r"初等(?=教育|学校)",
    r"[特优一二三四]等(?=[功奖舱座])",
    r"[一二三]级[甲乙丙]等",
    r"[甲乙丙]等(?=医院)",
)
_HARMLESS = re.compile("|".join(HARMLESS))
_OPEN = re.compile("其他|其它|等")


def open_ended_words(text: str) -> list[str]:
    """Return the words of a line that leave a list open, in order, with repeats."""
    return _OPEN.findall(_HARMLESS.sub("□", text))
