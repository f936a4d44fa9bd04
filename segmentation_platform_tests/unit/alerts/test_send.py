"""Messages arrive at a real web server and a real mail server; what goes wrong is said without the secrets."""

import pytest
from pydantic import SecretStr

from segmentation_platform.alerts.message import Message
from segmentation_platform.alerts.send import AlertError, send
from segmentation_platform_tests.support.servers import mail_server, webhook

MESSAGE = Message("refresh failed: no disk", "Cause: no disk\nRun again: run", "failure")


def test_a_message_arrives_by_webhook_and_by_mail() -> None:
    with webhook() as (hook, posted), mail_server() as (mail, mails):
        send(MESSAGE, [SecretStr(hook), SecretStr(mail)])
    assert [(post["title"], post["message"], post["type"]) for post in posted] == [
        (MESSAGE.title, MESSAGE.body, "failure")
    ]
    [received] = mails
    assert received["Subject"] == MESSAGE.title
    assert "team@shop.example" in received["To"]
    text = received.get_body(("plain", "html"))
    assert text is not None
    assert "Cause: no disk" in text.get_content()


def test_nobody_to_tell_is_no_error() -> None:
    send(MESSAGE, [])


def test_one_address_that_fails_keeps_none_of_the_others_from_being_told_and_shows_no_secret() -> None:
    with webhook(status=500) as (broken, _), webhook() as (hook, posted), pytest.raises(AlertError) as caught:
        send(MESSAGE, [SecretStr(broken), SecretStr("nonsense"), SecretStr(hook)])
    assert len(posted) == 1
    said = str(caught.value)
    assert "Address 1 of alerts.urls, json://" in said
    assert "Address 2 of alerts.urls is not one that Apprise knows" in said
    assert MESSAGE.title in said
    assert "sesame" not in said
