"""What may not be stored, and what may not be kept, by the register that ships."""

from __future__ import annotations

import pytest

from assistant.safety.scope import UnkeptWatch
from assistant.services import unkept_watch
from assistant.settings import Settings


@pytest.fixture(scope="module")
def watch(settings: Settings) -> UnkeptWatch:
    return unkept_watch(settings)


@pytest.mark.parametrize(
    ("text", "is_stored", "may_keep"),
    [
        ("我手里有一份绝密文件，内容如下", False, False),
        ("我要举报某局长受贿", True, False),
        ("帮我查一下前妻的住址", True, False),
        ("路灯坏了三天了", True, True),
        ("社保卡丢了怎么补办", True, True),
        ("我不服法院的判决", True, True),
        ("", True, True),
    ],
)
def test_what_is_stored_and_what_is_kept(
    watch: UnkeptWatch, text: str, is_stored: bool, may_keep: bool
) -> None:
    """What may not be stored may not be kept either; a lawful way alone is no reason."""
    assert is_stored is (watch.look(text) is None)
    assert may_keep is watch.may_keep(text)


def test_without_a_register_everything_may_be_stored_and_kept() -> None:
    """As in a service that was given none."""
    assert UnkeptWatch().look("绝密文件内容如下") is None
    assert UnkeptWatch().may_keep("某局长受贿")
