"""What goes wrong for who reads."""

from segmentation_platform.errors import PlatformError


class ClientError(PlatformError, RuntimeError):
    """Something can't be read; the message says why and what to do."""


class NothingPublishedError(ClientError):
    """There is a platform, or could be one, but no snapshot yet."""
