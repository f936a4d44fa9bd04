"""Failures of an asset that are due to what was handed in: told as such, and not tried again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dagster as dg

from segmentation_platform.errors import PlatformError

_CATEGORY = "category"
_BAD_INPUT = "bad_input"


def bad_input(message: str) -> dg.Failure:
    """The failure of an asset that can't use what was handed in."""
    return dg.Failure(message, metadata={_CATEGORY: _BAD_INPUT}, allow_retries=False)


@contextmanager
def refuse_bad_input() -> Iterator[None]:
    """Turn an error of the platform that is due to what was handed in into the asset's failure; others pass.

    Raises:
        dagster.Failure: with the error's message.

    """
    try:
        yield
    except PlatformError as error:
        if not error.is_bad_input:
            raise
        raise bad_input(str(error)) from error


def is_bad_input(metadata: Mapping[str, dg.MetadataValue]) -> bool:
    """Whether a failure with this metadata is due to what was handed in."""
    category = metadata.get(_CATEGORY)
    return category is not None and category.value == _BAD_INPUT
