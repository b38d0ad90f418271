"""To an administrator: whose accounts do not work for a reason the company can mend, all in one letter."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from chosei.core.states import ConnectionState
from chosei.core.troubles import ADMINISTRATORS
from chosei.mails import facts
from chosei.mails.blocks import Action, Body, Fact, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_health_url
from chosei.mails.times import listed
from chosei.mails.troubles import trouble_words
from chosei.ports.providers import about
from chosei.records.models import Connection, Member

NAMED = 5
"""How many people are named for each reason; the page has them all."""


def accounts_in_trouble(member: Member, reader: Reader) -> Body | None:
    """None once there is nobody left."""
    rows = Connection.objects.filter(
        member__organization_id=member.organization_id,
        member__is_active=True,
        trouble__in=ADMINISTRATORS,
        state__in=[ConnectionState.ACTIVE, ConnectionState.NEEDS_RECONNECT],
    ).select_related("member")
    by_trouble: dict[tuple[str, str], list[str]] = {}
    for row in rows.order_by("trouble", "provider", "member__name", "pk"):
        by_trouble.setdefault((row.trouble, row.provider), []).append(row.member.name)
    if not by_trouble:
        return None
    services = {
        "services": " / ".join(dict.fromkeys(about(provider).name for _trouble, provider in by_trouble))
    }
    subject = _("%(services)sとの接続について、ご確認をお願いします") % services
    what = _("会社の設定などにより、%(services)sとの連携が止まっている社員の方がいます。") % services
    blocks: list[Say | Facts | Action] = [Say(what)]
    for (trouble, provider), names in by_trouble.items():
        words = trouble_words(trouble, provider)
        blocks.append(Facts((Fact(str(words.title), _listed(names)),)))
        blocks.append(Say(f"{words.what}{words.administrator}"))
    blocks.append(Action(pgettext("mail", "接続の状態を開く"), console_health_url()))
    return Body(subject, what, subject, (facts.guest_addressee("", reader.name), *blocks))


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return listed(names[:NAMED]) + (
        ngettext(" ほか%(n)d名", " ほか%(n)d名", more) % {"n": more} if more > 0 else ""
    )
