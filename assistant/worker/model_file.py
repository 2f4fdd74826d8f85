"""Which trained Rasa model a process loads: the one that the settings name, else the newest.

Imports nothing heavy, so that `wenban doctor` looks at the same file as a worker.
"""

from __future__ import annotations

from pathlib import Path

from assistant.errors import ModelMissing
from assistant.settings import Settings


def rasa_model(settings: Settings) -> Path:
    """Return the model file that the settings name, else the newest in models/.

    Raises:
        ModelMissing: no model is named and there is none.
    """
    if settings.rasa_model:
        return Path(settings.rasa_model)
    return newest_model(settings.root / "models")


def newest_model(folder: Path) -> Path:
    """Return the newest trained model in a folder; of equally new ones the last by name.

    Raises:
        ModelMissing: there is none.
    """
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: (path.stat().st_mtime, path.name))
    if not models:
        raise ModelMissing(folder, "there is no trained Rasa model")
    return models[-1]
