"""What `dagster` loads; how it is put together stands in `orchestration.build`."""

import dagster as dg

from segmentation_platform.orchestration.build import build_definitions


@dg.definitions
def defs() -> dg.Definitions:
    """The code location, by the settings of environment and file."""
    return build_definitions()
