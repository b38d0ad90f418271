"""Where notices to the company's chat go, and who people are there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.chat import MENTIONING, DestinationInput
from chosei.core.chat import TOKEN_SERVICES
from chosei.records.models import ChatKind, ChatService, Member

SERVICES = {
    ChatService.SLACK: _("Slack(Incoming Webhook)"),
    ChatService.SLACK_BOT: _("Slack(ボットのトークン)"),
    ChatService.TEAMS: _("Microsoft Teams(ワークフロー)"),
    ChatService.CHATWORK: _("Chatwork"),
    ChatService.GOOGLE_CHAT: _("Google Chat"),
}
KINDS = {
    ChatKind.BOOKED: _("予約・確定"),
    ChatKind.CHANGED: _("変更"),
    ChatKind.CANCELLED: _("キャンセル"),
    ChatKind.ARRIVED: _("ご来訪"),
}
_SECRETS = {
    ChatService.SLACK: (_("Webhook URL"), _("Slackアプリの「Incoming Webhooks」で発行したURLです。")),
    ChatService.SLACK_BOT: (
        _("ボットのトークン"),
        _("xoxb- で始まるトークンです。権限 chat:write が必要です。"),
    ),
    ChatService.TEAMS: (
        _("Webhook URL"),
        _("Teamsの「ワークフロー」で「Webhook要求を受信するとチャネルに投稿する」を作成すると発行されます。"),
    ),
    ChatService.CHATWORK: (_("APIトークン"), _("Chatworkの「サービス連携」→「APIトークン」で発行します。")),
    ChatService.GOOGLE_CHAT: (
        _("Webhook URL"),
        _("スペースの「アプリと統合」→「Webhook」で発行したURLです。"),
    ),
}
_ROOMS = {
    ChatService.SLACK_BOT: (
        _("チャンネルID"),
        _("C で始まるIDです。ボットをチャンネルに追加しておいてください。"),
    ),
    ChatService.CHATWORK: (_("ルームID"), _("チャットのURLの「rid」に続く数字です。")),
}


class DestinationForm(forms.Form):
    """One for each service: what it calls its secret, and whether it needs a room."""

    name = forms.CharField(
        label=_("名前"), max_length=80, help_text=_("Choseiで表示する名前です(例: 営業部チャンネル)。")
    )
    secret = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    room = forms.CharField(max_length=80, required=False)
    kinds = forms.MultipleChoiceField(
        label=_("通知する内容"), choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple
    )
    everything = forms.BooleanField(
        label=_("会社のすべてのアポイントメントを通知する"),
        required=False,
        help_text=_("外すと、予約ページごとに選んだものだけを通知します。"),
    )

    def __init__(self, *args: Any, service: str, kept: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = ChatService(service)
        secret = self.fields["secret"]
        secret.label, secret.help_text = _SECRETS[known]
        secret.required = not kept
        if kept:
            secret.help_text = _("設定済みです。変更するときだけ入力してください。")
        if service in TOKEN_SERVICES:
            room = self.fields["room"]
            room.required = True
            room.label, room.help_text = _ROOMS[known]
        else:
            del self.fields["room"]

    def wanted(self) -> DestinationInput:
        given = self.cleaned_data
        return DestinationInput(
            name=given["name"],
            secret=given["secret"],
            room=given.get("room", ""),
            everything=given["everything"],
            kinds=tuple(given["kinds"]),
        )


class ChatIdsForm(forms.Form):
    """Who a member is in each service, so that notices can call them."""

    slack = forms.CharField(
        label=_("SlackのメンバーID"), max_length=30, required=False, help_text=_("例: U012AB3CD")
    )
    teams = forms.CharField(
        label=_("TeamsのサインインID"),
        max_length=255,
        required=False,
        help_text=_("例: hanako@example.co.jp"),
    )
    chatwork = forms.CharField(
        label=_("ChatworkのアカウントID"), max_length=20, required=False, help_text=_("例: 1234567")
    )
    google_chat = forms.CharField(
        label=_("Google ChatのユーザーID"),
        max_length=30,
        required=False,
        help_text=_("例: 123456789012345678901"),
    )

    @classmethod
    def of(cls, member: Member, data: Any = None) -> ChatIdsForm:
        return cls(data, initial={service: member.chat_ids.get(service, "") for service in MENTIONING})
