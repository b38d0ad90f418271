"""What goes over the wire to each chat service, and what its answers mean."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from chosei.adapters.chat import chatwork, google_chat, slack, teams
from chosei.adapters.chat.chat import Chat
from chosei.adapters.http import Answer
from chosei.ports.chat import ChatAddress, ChatNotice, Mention
from chosei.ports.errors import Misconfigured, Rejected, Throttled, Transient
from chosei.sandbox.chat.store import ChatStore
from tests.support.sandbox import running_sandbox

NOTICE = ChatNotice(
    headline="アポイントメントが確定しました",
    facts=(
        ("お客様", "株式会社<テスト>&[co](http://evil.example) <!channel> <users/all> [toall]"),
        ("日時", "12月3日(木)"),
    ),
    link="https://chosei.example/appointments/7",
    link_text="Choseiで開く",
    thread="chosei-7",
    mentions=(Mention("U1", "佐藤 健一"),),
)


def answer(status=200, body="", **headers):
    return Answer(status, httpx2.Headers({k.replace("_", "-"): v for k, v in headers.items()}), body.encode())


def test_slack_gets_blocks_and_nobody_else_is_called():
    call = slack.webhook_call(ChatAddress("slack", "https://hooks.slack.com/services/T/B/x"), NOTICE)
    sent = json.loads(call.content)
    assert sent["text"] == NOTICE.headline
    head, rows, link = (block["text"]["text"] for block in sent["blocks"])
    assert head == "<@U1> *アポイントメントが確定しました*"
    assert "&lt;テスト&gt;&amp;" in rows
    assert "<!channel>" not in rows
    assert link == "<https://chosei.example/appointments/7|Choseiで開く>"
    assert "x" not in call.route.replace("/services/{}", "")


def test_a_slack_bot_names_channel_and_token():
    address = ChatAddress("slack_bot", "xoxb-secret-token", "C012AB3CD")
    call = slack.bot_call(address, NOTICE, "https://slack.com/api")
    assert call.url == "https://slack.com/api/chat.postMessage"
    assert call.headers["authorization"] == "Bearer xoxb-secret-token"
    assert json.loads(call.content)["channel"] == "C012AB3CD"


def test_teams_gets_one_adaptive_card_with_the_mention_as_an_entity():
    sent = json.loads(
        teams.call(ChatAddress("teams", "https://x.logic.azure.com/workflows/y"), NOTICE).content
    )
    (attachment,) = sent["attachments"]
    assert (sent["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    card = attachment["content"]
    assert card["msteams"]["entities"] == [
        {"type": "mention", "text": "<at>佐藤 健一</at>", "mentioned": {"id": "U1", "name": "佐藤 健一"}}
    ]
    assert card["body"][1]["text"] == "<at>佐藤 健一</at>"
    assert card["body"][2]["facts"][0]["value"].startswith("株式会社＜テスト＞&［co］(http")
    assert card["actions"][0]["url"] == NOTICE.link


def test_chatwork_gets_a_form_without_tags_of_anybodys():
    call = chatwork.call(ChatAddress("chatwork", "token", "123"), NOTICE, "https://api.chatwork.com/v2")
    assert call.url == "https://api.chatwork.com/v2/rooms/123/messages"
    assert call.headers["x-chatworktoken"] == "token"
    form = parse_qs(call.content.decode())
    assert form["self_unread"] == ["1"]
    assert form["body"][0].startswith(
        "[To:U1]佐藤 健一\n[info][title]アポイントメントが確定しました[/title]お客様: "
    )
    assert "[toall]" not in form["body"][0]


def test_google_chat_keeps_a_matter_in_one_thread():
    address = ChatAddress("google_chat", "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t%3D")
    call = google_chat.call(address, NOTICE)
    query = parse_qs(urlsplit(call.url).query)
    assert (query["key"], query["token"]) == (["k"], ["t="])
    assert query["messageReplyOption"] == ["REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"]
    sent = json.loads(call.content)
    assert sent["thread"] == {"threadKey": "chosei-7"}
    assert sent["text"].startswith("<users/U1> *アポイントメントが確定しました*\n")
    assert "<users/all>" not in sent["text"]


SLACK = '{"ok": false, "error": "%s"}'


@pytest.mark.parametrize(
    ("judge", "given", "error", "code"),
    [
        (slack.judge_webhook, answer(404, "no_service"), Rejected, "no_service"),
        (slack.judge_webhook, answer(410, "channel_is_archived"), Rejected, "channel_is_archived"),
        (slack.judge_webhook, answer(500, "rollup_error"), Transient, "rollup_error"),
        (slack.judge_webhook, answer(403, "<html>who are you"), Rejected, "http_403"),
        (slack.judge_webhook, answer(200, "<!DOCTYPE html>"), Transient, "foreign_answer"),
        (teams.judge, answer(200, " <html>sign in"), Transient, "foreign_answer"),
        (chatwork.judge, answer(200, "<html>"), Transient, "foreign_answer"),
        (google_chat.judge, answer(200, "<html>"), Transient, "foreign_answer"),
        (slack.judge_bot, answer(200, SLACK % "not_in_channel"), Rejected, "not_in_channel"),
        (slack.judge_bot, answer(200, SLACK % "internal_error"), Transient, "internal_error"),
        (slack.judge_bot, answer(200, SLACK % "ratelimited"), Throttled, "ratelimited"),
        (slack.judge_bot, answer(200, "<html>"), Transient, "unreadable_answer"),
        (slack.judge_bot, answer(200, "[]"), Rejected, "unreadable_answer"),
        (teams.judge, answer(404, '{"error": {"code": "WorkflowNotFound"}}'), Rejected, "WorkflowNotFound"),
        (teams.judge, answer(502), Transient, "http_502"),
        (chatwork.judge, answer(401, '{"errors": ["Invalid API Token"]}'), Rejected, "http_401"),
        (google_chat.judge, answer(403, '{"error": {"status": "DENIED"}}'), Rejected, "DENIED"),
        (google_chat.judge, answer(429, retry_after="7"), Throttled, "http_429"),
    ],
)  # fmt: skip
def test_refusals_say_what_to_do_next(judge, given, error, code):
    with pytest.raises(error) as refused:
        judge(given)
    assert type(refused.value) is error
    assert refused.value.code == code


def test_chatwork_says_until_when_to_wait():
    with pytest.raises(Throttled) as throttled:
        chatwork.judge(answer(429, x_ratelimit_reset=str(int(time.time()) + 90)))
    assert 80 < throttled.value.retry_after <= 90


def test_all_are_content_with_success():
    slack.judge_webhook(answer(200, "ok"))
    slack.judge_bot(answer(200, '{"ok": true}'))
    teams.judge(answer(202))
    chatwork.judge(answer(200, '{"message_id": "1"}'))
    google_chat.judge(answer(200, "{}"))


def chat(url="", *, development=True):
    return Chat(
        SimpleNamespace(
            CHOSEI_SLACK_API_URL=f"{url}/chat/slack/api" if url else "https://slack.com/api",
            CHOSEI_CHATWORK_API_URL=f"{url}/chat/chatwork/v2" if url else "https://api.chatwork.com/v2",
            CHOSEI_DEVELOPMENT=development,
        )
    )


def test_every_service_takes_what_we_send():
    with running_sandbox() as running:
        port, base = chat(running.url), f"{running.url}/chat"
        for address in (
            ChatAddress("slack", f"{base}/slack/services/T0/B0/x"),
            ChatAddress("slack_bot", "xoxb-1234567890-abc", "C012AB3CD"),
            ChatAddress("teams", f"{base}/teams/workflows/ab/triggers/manual/paths/invoke?sig=x"),
            ChatAddress("chatwork", "0123456789abcdef0123456789abcdef", "123456"),
            ChatAddress("google_chat", f"{base}/google/v1/spaces/AAA/messages?key=k&token=t"),
        ):
            port.post(address, NOTICE)
        posts = ChatStore(running.context.database).posts()
        assert [post.service for post in posts] == ["Google Chat", "Chatwork", "Teams", "Slack", "Slack"]
        assert all("アポイントメントが確定しました" in post.text for post in posts)
        with pytest.raises(Rejected, match="channel_is_archived"):
            port.post(ChatAddress("slack", f"{base}/slack/services/T0/archived"), NOTICE)
        with pytest.raises(Rejected, match="UNAUTHENTICATED"):
            port.post(ChatAddress("google_chat", f"{base}/google/v1/spaces/AAA/messages"), NOTICE)


def test_an_address_elsewhere_is_refused_before_anything_is_sent():
    with pytest.raises(Rejected, match="not_a_webhook"):
        chat(development=False).post(ChatAddress("slack", "http://127.0.0.1:1/services/x"), NOTICE)
    with pytest.raises(Misconfigured):
        chat("http://chat.example")
