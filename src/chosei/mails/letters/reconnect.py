"""To a member whose account does not work any more: why, the step that mends it, and what stands still."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.providers import ConnectionKind
from chosei.core.states import ConnectionState
from chosei.core.text import one_line
from chosei.core.troubles import Trouble
from chosei.mails import facts
from chosei.mails.blocks import Action, Block, Body, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_connections_url
from chosei.mails.troubles import trouble_words
from chosei.ports.providers import about
from chosei.records.models import Connection


def reconnect(connection: Connection, reader: Reader, now: datetime) -> Body | None:
    """None once the account works again or has been disconnected."""
    if connection.kind == ConnectionKind.MEETINGS:
        return _meetings(connection, reader)
    without_mailbox = connection.state == ConnectionState.ACTIVE and connection.trouble == Trouble.NO_MAILBOX
    if connection.state != ConnectionState.NEEDS_RECONNECT and not without_mailbox:
        return None
    service = {"service": about(connection.provider).calendar.said(reader.language)}
    account = one_line(connection.address)
    whose = _("(アカウント: %(account)s)") % {"account": account} if account else ""
    words = trouble_words(connection.trouble, connection.provider)
    lost = _("%(service)sとの連携が止まっています。") % service
    if not without_mailbox:
        subject = _("%(service)sの再接続をお願いします") % service
        step = _("お手数ですが、下記の「外部連携」から、もう一度接続してください。")
    else:
        subject, step = _("%(service)sとの連携についてのご確認のお願い") % service, ""
    blocks: tuple[Block, ...] = (
        facts.guest_addressee("", reader.name),
        *([Say(step)] if step else []),
        Say(f"{lost}{words.what}{whose}"),
        Say(str(words.member)),
        Action(pgettext("mail", "外部連携を開く"), console_connections_url()),
        Say(
            _(
                "再開するまで、空き時間が確認できないため予約ページに日時が表示されず、新しい予定も登録されません。"
                "すでに確定したアポイントメントはそのまま有効で、再開後に自動で登録されます。"
            )
        ),
    )
    return Body(subject, lost, subject, blocks)


def _meetings(connection: Connection, reader: Reader) -> Body | None:
    """An account for web meetings: nothing of a calendar stands still."""
    removed = connection.state == ConnectionState.ENDED
    if not removed and connection.state != ConnectionState.NEEDS_RECONNECT:
        return None
    service = {"service": about(connection.provider).calendar.said(reader.language)}
    subject = _("%(service)sの再接続をお願いします") % service
    lost = _("%(service)sとの連携が止まっています。") % service
    if removed:
        lost = _("%(service)sの側で、Choseiとの連携が解除されました。") % service
        kept = _(
            "お客様にお知らせしたWeb会議のURLはそのまま使えますが、日時の変更やキャンセルは%(service)sに反映されません。"
            "これから確定するアポイントメントのURLも発行されません。Choseiに保管していた%(service)sの情報は、"
            "これからの会議の番号を除いて消去しました。手で削除していただく会議ができたときは、「外部連携」に表示します。"
        )
    else:
        kept = _(
            "再開するまで、%(service)sの会議は作成も変更もされません。"
            "すでに確定したアポイントメントはそのまま有効で、再開後に自動で反映されます。"
        )
    blocks: tuple[Block, ...] = (
        facts.guest_addressee("", reader.name),
        Say(_("お手数ですが、下記の「外部連携」から、もう一度接続してください。")),
        Say(lost),
        Action(pgettext("mail", "外部連携を開く"), console_connections_url()),
        Say(kept % service),
    )
    return Body(subject, lost, subject, blocks)
