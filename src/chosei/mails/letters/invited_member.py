"""To somebody whom an administrator has registered: what Chosei is, and the link to the first password."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chosei.core.text import one_line
from chosei.mails import facts
from chosei.mails.blocks import Action, Aside, Body, Fact, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.links import password_request_url, password_reset_url
from chosei.records.models import Member


def invited_member(member: Member, reader: Reader) -> Body | None:
    """None once the member has a password. The link is made when the letter is sent."""
    if member.has_usable_password():
        return None
    house = {"organization": one_line(member.organization.name)}
    what = _("%(organization)sの日程調整サービス Chosei に、あなたが社員として登録されました。") % house
    subject = _("[%(organization)s]Choseiへのご招待") % house
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(what),
        Say(_("はじめに、パスワードを設定してください。URLは2時間使えます。")),
        Action(_("パスワードを設定する"), password_reset_url(member)),
        Facts((Fact(_("サインインに使うメールアドレス"), member.email),)),
        Aside(
            _("2時間を過ぎたときは、次のページにこのメールアドレスを入力すると、新しいURLが届きます。"),
            _("URLをもう一度受け取る"),
            password_request_url(),
        ),
        Say(_("お心当たりがない場合は、このメールを破棄してください。")),
    )
    return Body(subject, what, _("Choseiへようこそ"), blocks)
