"""The root of all errors that the platform raises itself, and what follows from it for whoever meets one.

Belongs here: what is true of every error of the platform. The errors themselves stand beside what raises them, each
with a message that says what is wrong and what to do. Most are a `ValueError` or a `RuntimeError`, too, for those who
catch these.
"""

from collections.abc import Iterator
from typing import ClassVar


class PlatformError(Exception):
    """Something that the platform expects to go wrong; its message says all that there is to say."""

    exit_code: ClassVar[int] = 1
    """Of a command that ends with it: 1 when a check, the database or a snapshot stood in the way."""

    is_bad_input: ClassVar[bool] = False
    """Whether what was handed in can't be used, so that the same input will never do."""


class BadInputError(PlatformError):
    """What was handed in can't be used: a ledger, a setting, a playbook, a customer's purchases."""

    exit_code = 2
    is_bad_input = True


def class_names() -> frozenset[str]:
    """The names of all errors of the platform whose modules are loaded; stored events know an error by its name."""
    return frozenset(error.__name__ for error in _with_heirs(PlatformError))


def _with_heirs(error: type[PlatformError]) -> Iterator[type[PlatformError]]:
    yield error
    for heir in error.__subclasses__():
        yield from _with_heirs(heir)
