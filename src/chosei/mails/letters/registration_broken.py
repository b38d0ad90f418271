"""To an administrator: a provider refuses Chosei itself, not a person; the operator has to act."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.providers import ConnectionKind
from chosei.core.troubles import OPERATORS
from chosei.mails import facts
from chosei.mails.blocks import Action, Body, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_health_url
from chosei.mails.troubles import trouble_words
from chosei.ports.providers import about
from chosei.records.models import Connection, Member


def registration_broken(member: Member, reader: Reader) -> Body | None:
    """None once the provider takes the registration again."""
    broken = Connection.objects.filter(
        member__organization_id=member.organization_id, trouble__in=OPERATORS
    ).first()
    if broken is None:
        return None
    words = trouble_words(broken.trouble, broken.provider)
    described = about(broken.provider)
    subject = _("Choseiと%(service)sの連携設定をご確認ください") % {"service": described.name}
    if described.kind == ConnectionKind.MEETINGS:
        meanwhile = _(
            "社員の方の操作は要りません。設定が直るまで、Web会議のURLは発行も変更もされません。"
            "確定したアポイントメントはそのまま有効で、直りしだい自動で反映されます。"
        )
    else:
        meanwhile = _(
            "社員の方の操作は要りません。設定が直るまで、予約ページには日時が表示されません。"
            "確定したアポイントメントはそのまま有効で、直りしだい自動で登録されます。"
        )
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(str(words.what)),
        Say(str(words.administrator)),
        Say(meanwhile),
        Action(pgettext("mail", "接続の状態を開く"), console_health_url()),
    )
    return Body(subject, str(words.what), subject, blocks)
