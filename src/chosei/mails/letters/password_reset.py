"""To a member who has forgotten the password, or has none yet: the link to set one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chosei.mails import facts
from chosei.mails.blocks import Action, Body, Say
from chosei.mails.facts import Reader
from chosei.mails.links import password_reset_url
from chosei.records.models import Member


def password_reset(member: Member, reader: Reader) -> Body:
    """The link is made when the letter is sent, so that its two hours begin then."""
    what = _("日程調整サービス Chosei のパスワードを設定するURLをお送りします。")
    subject = _("Choseiのパスワードを設定するURLをお送りします")
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(what),
        Say(_("下のURLを開いて、新しいパスワードを設定してください。URLは2時間使えます。")),
        Action(_("パスワードを設定する"), password_reset_url(member)),
        Say(_("お心当たりがない場合は、このメールを破棄してください。パスワードは変わりません。")),
    )
    return Body(subject, what, subject, blocks)
