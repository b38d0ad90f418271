"""To a member whose account does not go by their address any more: both addresses, and the two ways out."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import ConnectionState
from chosei.mails import facts
from chosei.mails.blocks import Action, Body, Fact, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_connections_url
from chosei.mails.times import listed
from chosei.records.models import Connection


def address_mismatch(connection: Connection, reader: Reader, now: datetime) -> Body | None:
    """None once it is settled."""
    if connection.state != ConnectionState.ADDRESS_MISMATCH:
        return None
    subject = _("接続したアカウントのメールアドレスをご確認ください")
    what = _("Choseiに登録されたメールアドレスが、接続したMicrosoft 365のアカウントのものと一致しません。")
    account = listed(connection.addresses)
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(what),
        Facts((
            Fact(_("Choseiの社員情報"), connection.member.email),
            Fact(_("Microsoft 365のアカウント"), account),
        )),
        Say(
            _(
                "ご自分のアカウントを選んで接続し直すか、Choseiの管理者に社員情報の修正をご依頼ください。"
                "一致するまで、このカレンダーは予約の受付に使われません。確定したアポイントメントはそのまま有効です。"
            )
        ),
        Action(pgettext("mail", "外部連携を開く"), console_connections_url()),
    )  # fmt: skip
    return Body(subject, what, subject, blocks)
