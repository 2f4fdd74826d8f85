"""Settings: environment over .env over defaults, and what is refused."""

from __future__ import annotations

import stat

import pytest

from assistant.errors import SettingInvalid
from assistant.settings import SETTINGS, load_settings, secret_key


def test_defaults_need_no_environment(tmp_path):
    """A fresh clone starts without any setting."""
    settings = load_settings({}, tmp_path)
    assert (8012, "127.0.0.1") == (settings.port, settings.host)
    assert settings.editions == settings.knowledge / "editions"
    assert settings.database_url.startswith("sqlite:///")


def test_the_environment_wins_over_the_dotenv_file(tmp_path):
    """A setting given at start beats the file."""
    (tmp_path / ".env").write_text("WENBAN_PORT=9001\nWENBAN_CITY='石桥'\n", "utf-8")
    settings = load_settings({"WENBAN_PORT": "9002"}, tmp_path)
    assert (9002, "石桥") == (settings.port, settings.city)


@pytest.mark.parametrize(
    ("name", "value"),
    [("WENBAN_PORT", "x"), ("WENBAN_PORT", "70000"), ("WENBAN_WORKERS", "0")],
)
def test_a_wrong_number_is_refused_by_name(name, value, tmp_path):
    """The error names the setting."""
    with pytest.raises(SettingInvalid, match=name):
        load_settings({name: value}, tmp_path)


def test_a_dotenv_line_without_a_sign_is_refused_with_its_place(tmp_path):
    """The error names file and line."""
    (tmp_path / ".env").write_text("WENBAN_PORT=1\nnonsense\n", "utf-8")
    with pytest.raises(SettingInvalid, match=r"\.env:2"):
        load_settings({}, tmp_path)


def test_the_secret_key_is_made_once_and_for_the_owner_only(tmp_path):
    """The key survives a restart and nobody else may read it."""
    settings = load_settings({}, tmp_path)
    first = secret_key(settings)
    assert first == secret_key(settings)
    assert len(first) >= 32
    assert 0o600 == stat.S_IMODE((settings.home / "secret_key").stat().st_mode)


def test_a_short_secret_key_is_refused(tmp_path):
    """A guessable key is no key."""
    settings = load_settings({"WENBAN_SECRET_KEY": "short"}, tmp_path)
    with pytest.raises(SettingInvalid, match="32"):
        secret_key(settings)


def test_every_setting_has_one_row_in_the_document(repository):
    """docs/settings.md is the table, no more and no less."""
    text = (repository / "docs" / "settings.md").read_text("utf-8")
    documented = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert [spec.name for spec in SETTINGS] == documented
