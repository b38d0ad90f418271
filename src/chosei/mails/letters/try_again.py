"""To a member who waited for the company's approval: it may be there now."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.providers import ConnectionKind
from chosei.core.states import ConnectionState
from chosei.mails import facts
from chosei.mails.blocks import Action, Body, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_connections_url
from chosei.records.models import Connection, Member


def try_again(member: Member, reader: Reader) -> Body | None:
    """None once the member has connected."""
    connected = Connection.objects.filter(member=member, kind=ConnectionKind.CALENDAR)
    if connected.filter(state=ConnectionState.ACTIVE).exists():
        return None
    subject = _("Microsoft 365との接続を、もう一度お試しください")
    what = _("Microsoft 365の管理者の承認が済んだようです。")
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(what + _("お手数ですが、「外部連携」から、もう一度「接続」を押してください。")),
        Action(pgettext("mail", "外部連携を開く"), console_connections_url()),
        Say(
            _(
                "設定が反映されるまで、数分から1時間ほどかかることがあります。"
                "同じ画面が表示されたときは、しばらくおいてからお試しください。"
            )
        ),
    )
    return Body(subject, what, subject, blocks)
