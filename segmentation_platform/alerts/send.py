"""Send a message to where people are: webhooks, e-mail, Slack, Teams and a hundred more, as Apprise knows them."""

import logging
from collections.abc import Sequence

import apprise
from pydantic import SecretStr

from segmentation_platform.alerts.message import Message
from segmentation_platform.errors import PlatformError

_KINDS = {
    "failure": apprise.NotifyType.FAILURE,
    "warning": apprise.NotifyType.WARNING,
    "success": apprise.NotifyType.SUCCESS,
}

# Its debug messages hold the URLs, and these hold passwords.
logging.getLogger("apprise").setLevel(logging.INFO)


class AlertError(PlatformError, RuntimeError):
    """A message could not be sent; it says where to, without the secrets in the address."""


def send(message: Message, urls: Sequence[SecretStr]) -> None:
    """Send a message to every address, also when one of them can't be reached.

    Args:
        message: what is sent
        urls: as Apprise reads them, e.g. `json://host/path`, `mailtos://user:password@host?to=…`, `slack://…`

    Raises:
        AlertError: when an address can't be read or didn't take the message; the others have it.

    """
    failed = [problem for place, url in enumerate(urls, 1) if (problem := _send_to(place, message, url))]
    if failed:
        raise AlertError(f"{'; '.join(failed)}. The message was: {message.title}")


def _send_to(place: int, message: Message, url: SecretStr) -> str:
    """Send to one address; what is wrong with it, or nothing."""
    service = apprise.Apprise.instantiate(url.get_secret_value(), suppress_exceptions=True)
    if service is None:
        return f"Address {place} of alerts.urls is not one that Apprise knows (https://appriseit.com)"
    if service.notify(message.body, title=message.title, notify_type=_KINDS[message.kind]):
        return ""
    return f"Address {place} of alerts.urls, {_without_secrets(service)}, did not take the message"


def _without_secrets(service: apprise.NotifyBase) -> str:
    return str(service.url(privacy=True))  # type: ignore[no-untyped-call]
