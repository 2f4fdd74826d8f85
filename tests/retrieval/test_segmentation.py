"""Terms: folded, simplified, with the knowledge base's words whole."""

from __future__ import annotations

import jieba
import pytest

from assistant.retrieval.segmentation import Segmenter, simplified


@pytest.mark.parametrize(
    ("text", "folded"),
    [("醫保報銷", "医保报销"), ("ＥＴＣ", "etc"), ("社會保險", "社会保险")],
)
def test_text_is_folded_to_simplified_lower_case(text, folded):
    """Traditional characters and full-width letters find the same entries."""
    assert folded == simplified(text)


def test_a_word_of_ours_stays_whole_and_changes_jieba_for_nobody_else():
    """The dictionary is private."""
    word = "云州掌上办吧"
    assert word in [found for found, _ in Segmenter([word]).spans("打开云州掌上办吧看看")]
    assert word not in jieba.lcut("打开云州掌上办吧看看")


def test_words_stand_where_they_are_in_the_text():
    """Folding never moves a place."""
    text = "Ⅷ類：社會保險卡，丟了！"
    for word, start in Segmenter().spans(text):
        assert word == "".join(
            simplified(char) if len(simplified(char)) == 1 else char
            for char in text[start : start + len(word)]
        )


def test_terms_are_words_and_marked_bigrams_without_empty_words():
    """Stop words are no evidence, bigrams count beside words."""
    terms = Segmenter().terms("请问社保卡怎么补办")
    assert "社保卡" in terms or "社保" in terms
    assert {"_社保", "_补办"} <= set(terms)
    assert "请问" not in terms


@pytest.mark.parametrize("text", ["", "，。！", "   "])
def test_text_without_words_has_no_terms(text):
    """Punctuation alone finds nothing."""
    assert [] == Segmenter().terms(text)


def test_a_flood_of_one_character_is_cut():
    """jieba would need 23 s for 100,000 characters; it never sees them."""
    assert len(Segmenter().terms("的" * 100_000)) < 5000
