"""To a member whose account can no longer be reached: the one click that mends it, and what stands still."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import ConnectionState
from chosei.core.text import one_line
from chosei.mails import facts
from chosei.mails.blocks import Action, Body, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_connections_url
from chosei.records.models import Connection


def reconnect(connection: Connection, reader: Reader, now: datetime) -> Body | None:
    """None once the account works again or has been disconnected."""
    if connection.state != ConnectionState.NEEDS_RECONNECT:
        return None
    service = {"service": _service(connection.provider)}
    account = one_line(connection.address)
    lost = _("%(service)sとの連携が切れています。") % service
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(_("お手数ですが、下記の「外部連携」から、もう一度接続してください。")),
        Action(pgettext("mail", "外部連携を開く"), console_connections_url()),
        Say(lost + (_("(アカウント: %(account)s)") % {"account": account} if account else "")),
        Say(
            _(
                "パスワードの変更や、会社の設定変更などで起こります。再接続されるまで、空き時間が確認できないため予約ページに"
                "日時が表示されず、新しい予定も登録されません。すでに確定したアポイントメントはそのまま有効で、再接続後に自動で登録されます。"
            )
        ),
    )
    subject = _("%(service)sの再接続をお願いします") % service
    return Body(subject, lost, subject, blocks)


def _service(provider: str) -> str:
    names = {
        "microsoft": pgettext("mail", "Outlookカレンダー"),
        "google": pgettext("mail", "Googleカレンダー"),
        "zoom": "Zoom",
    }
    return names.get(provider, provider)
