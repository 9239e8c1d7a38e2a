"""The carriers, held to a real mail server on the loopback and to recorded answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.makers.carriers import answering
from volunteer_hub.core.channels import Message, Refused, Unreachable
from volunteer_hub.notices.adapters import EmailCarrier, SmsGateway, WeChatTemplates

MESSAGE = Message(
    "wang@example.org", "志愿服务通知", "“街道清洁日”有名额了。", "notice-7-email", "https://hub.example/a/1"
)
KEY = (200, {"access_token": "k1", "expires_in": 7200})


class Mailbox:
    """What a mail server does with what comes."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name the server looks for
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        self.taken.append(envelope)
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, EmailCarrier]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    yield box, EmailCarrier(f"smtp://127.0.0.1:{port}", "hub@example.gov.cn")
    controller.stop()


def test_mail_arrives_with_its_chinese_words_and_the_same_id_at_every_try(
    mailbox: tuple[Mailbox, EmailCarrier],
) -> None:
    box, carrier = mailbox
    carrier.send(MESSAGE)
    carrier.send(MESSAGE)
    first, second = (message_from_bytes(taken.content, policy=policy.default) for taken in box.taken)
    assert (first["To"], first["Subject"]) == ("wang@example.org", "志愿服务通知")
    assert first["Message-ID"] == second["Message-ID"] == "<notice-7-email@example.gov.cn>"
    body = first.get_body()
    assert body is not None
    assert body.get_content().split() == ["“街道清洁日”有名额了。", "https://hub.example/a/1"]


@pytest.mark.parametrize(("answer", "error"), [("550 no such user", Refused), ("451 later", Unreachable)])
def test_a_mailbox_that_is_not_there_is_refused_and_one_that_is_busy_is_tried_again(
    mailbox: tuple[Mailbox, EmailCarrier], answer: str, error: type[Exception]
) -> None:
    box, carrier = mailbox
    box.answer = answer
    with pytest.raises(error):
        carrier.send(MESSAGE)


def test_a_mail_server_that_does_not_answer_is_tried_again() -> None:
    with pytest.raises(Unreachable):
        EmailCarrier("smtp://127.0.0.1:1", "hub@example.gov.cn").send(MESSAGE)


def test_an_sms_carries_number_text_and_id_under_the_token() -> None:
    with answering((200, {})) as (url, asked):
        SmsGateway(url + "/send", "secret").send(MESSAGE)
    assert (asked[0].path, asked[0].token) == ("/send", "Bearer secret")
    assert asked[0].body == {"to": MESSAGE.address, "text": MESSAGE.text, "id": MESSAGE.key}


@pytest.mark.parametrize(("status", "error"), [(400, Refused), (429, Unreachable), (503, Unreachable)])
def test_a_gateways_word_decides_whether_to_come_again(status: int, error: type[Exception]) -> None:
    with answering((status, {})) as (url, _), pytest.raises(error) as caught:
        SmsGateway(url, "secret").send(MESSAGE)
    assert "secret" not in str(caught.value)


def wechat(url: str) -> WeChatTemplates:
    return WeChatTemplates("app", "hidden", "T1", base=url)


def test_wechat_takes_a_sentence_of_twenty_characters_and_keeps_its_key() -> None:
    long = Message("openid", "", "您保存的查找“家附近的环保活动”有新活动：“清扫街道”。", "k", "https://hub.example/x")
    with answering(KEY, (200, {"errcode": 0}), (200, {"errcode": 0})) as (url, asked):
        carrier = wechat(url)
        carrier.send(long)
        carrier.send(long)
    assert [one.path.split("?")[0] for one in asked] == ["/cgi-bin/token", *["/cgi-bin/message/template/send"] * 2]
    sent = asked[1].body
    assert (sent["touser"], sent["template_id"], sent["client_msg_id"]) == ("openid", "T1", "k")
    assert len(sent["data"]["thing1"]["value"]) == 20


def test_a_wechat_key_that_ran_out_is_renewed_once() -> None:
    fresh = (200, {"access_token": "k2", "expires_in": 7200})
    with answering(KEY, (200, {"errcode": 40001}), fresh, (200, {"errcode": 0})) as (url, asked):
        wechat(url).send(MESSAGE)
    assert [one.path[-2:] for one in asked if "send" in one.path] == ["k1", "k2"]


@pytest.mark.parametrize(("code", "error"), [(43004, Refused), (45009, Unreachable), (-1, Unreachable)])
def test_wechats_word_decides_whether_to_come_again(code: int, error: type[Exception]) -> None:
    with answering(KEY, (200, {"errcode": code})) as (url, _), pytest.raises(error) as caught:
        wechat(url).send(MESSAGE)
    assert "hidden" not in str(caught.value)


def test_a_code_of_wechats_browser_names_the_follower() -> None:
    with answering((200, {"openid": "o-1"}), (200, {"errcode": 40029})) as (url, asked):
        assert wechat(url).openid_of("c") == "o-1"
        with pytest.raises(Refused):
            wechat(url).openid_of("used")
    assert "code=c" in asked[0].path
