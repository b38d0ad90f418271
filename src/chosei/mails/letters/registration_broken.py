"""To an administrator: Microsoft refuses Chosei itself, not a person; the operator has to act."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.mails import facts
from chosei.mails.blocks import Action, Body, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_health_url


def registration_broken(reader: Reader) -> Body:
    subject = _("ChoseiとMicrosoft 365の連携設定をご確認ください")
    what = _("Microsoft 365が、Choseiのクライアント シークレットを受け付けていません。")
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(what + _("期限が切れたか、値が誤っている可能性があります。")),
        Say(
            _(
                "Choseiを運用している方に、Microsoft Entra管理センターで新しいシークレットを作成し、"
                "Choseiの設定を更新していただくようお伝えください。"
            )
        ),
        Say(
            _(
                "社員の方の操作は要りません。設定が直るまで、予約ページには日時が表示されません。"
                "確定したアポイントメントはそのまま有効で、直りしだい自動で登録されます。"
            )
        ),
        Action(pgettext("mail", "接続の状態を開く"), console_health_url()),
    )
    return Body(subject, what, subject, blocks)
