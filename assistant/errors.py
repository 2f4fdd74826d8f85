"""One tree of errors for everything that Wenban refuses to do.

Every error says what is wrong, where, what was expected and what to do next.
Callers catch the narrowest type at the one place that can act on it.
"""

from __future__ import annotations

from pathlib import Path


class HotlineError(Exception):
    """Base of all errors that Wenban raises on purpose."""


class SettingInvalid(HotlineError):
    """A setting is missing or has a value that cannot be used."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: {reason}; see docs/settings.md or 'wenban doctor --settings'")


class InvalidKnowledge(HotlineError):
    """Knowledge files have errors, so nothing may be built from them."""

    def __init__(self, summary: str, problems: tuple[object, ...] = ()) -> None:
        self.problems = problems
        super().__init__(f"{summary}; run 'wenban kb check' for the list")


class EditionNotFound(HotlineError):
    """An edition was named that is not on disk, or none is current."""

    def __init__(self, edition: str, folder: Path) -> None:
        self.edition, self.folder = edition, folder
        super().__init__(
            f"{folder}: there is no edition {edition!r}; 'wenban kb list' shows those there are, "
            "'wenban kb publish --commit' makes one"
        )


class EditionDamaged(HotlineError):
    """A file of an immutable edition differs from the edition's manifest."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"{path}: {reason}; roll back with 'wenban kb rollback <edition> --commit'"
        )


class IndexEditionMismatch(HotlineError):
    """The index on disk was built for another edition or another model."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        self.path, self.expected, self.found = path, expected, found
        super().__init__(
            f"{path}: the index was built for {found}, but {expected} is needed; "
            "run 'wenban kb publish --commit' (or 'make setup') to build it anew"
        )


class PublishRefused(HotlineError):
    """A step of publishing or rolling back said no; the old edition stays.

    `details` are Chinese lines for the editor, one a reason.
    """

    def __init__(self, summary: str, details: tuple[str, ...] = ()) -> None:
        self.summary, self.details = summary, details
        super().__init__(summary)


class ReviewRefused(HotlineError):
    """A review step is not allowed for this person or this state."""


class ModelMissing(HotlineError):
    """A model file that set-up makes is not there or has another checksum."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}; run 'make setup'")


class LibraryMissing(HotlineError):
    """A third-party library that a command needs cannot be imported."""

    def __init__(self, library: str) -> None:
        self.library = library
        super().__init__(
            f"{library} is not installed; run 'make setup', which installs requirements.lock"
        )


class InvalidText(HotlineError):
    """A message from outside cannot be accepted as text."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class MessageConflict(HotlineError):
    """A message id was used before for another text."""


class StorageUnavailable(HotlineError):
    """The database cannot be written, so nothing may be said to be accepted."""


class StorageUnsafe(HotlineError):
    """The database does not promise what accepted messages need, so nothing starts on it."""

    def __init__(self, what: str, expected: str, found: str) -> None:
        self.what, self.expected, self.found = what, expected, found
        super().__init__(
            f"{what} is {found}, but {expected} is needed to keep accepted messages; "
            "put WENBAN_HOME on a local disk, or set WENBAN_DATABASE_URL to PostgreSQL"
        )


class SchemaTooNew(HotlineError):
    """The database was written by a newer release than this one."""

    def __init__(self, found: int, known: int) -> None:
        self.found, self.known = found, known
        super().__init__(
            f"the database has schema {found}, this release knows up to {known}; "
            "start the newer release, or restore a backup made before it"
        )


class ConversationUnknown(HotlineError):
    """A conversation was named that is not stored."""


class ReplyUnknown(HotlineError):
    """A reply was named that this conversation never got."""


class ClaimLost(HotlineError):
    """A worker finishes a message that it no longer holds."""

    def __init__(self, message_id: str, worker_id: str) -> None:
        self.message_id, self.worker_id = message_id, worker_id
        super().__init__(
            f"message {message_id} is not held by worker {worker_id} any more; "
            "its lease ran out or it is done, so this result is dropped"
        )


class CalendarMissing(HotlineError):
    """A day was asked for in a year whose holiday notice has not been entered."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            f"there is no calendar for {year}; enter the State Council's notice as "
            f"knowledge/calendar/{year}.yml (see knowledge/README.md)"
        )
