"""To a colleague: which of somebody else's running proposals and booking pages are theirs from now on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from chosei.core import wording
from chosei.core.states import BookingPageState, CandidateState, ProposalState
from chosei.core.text import one_line
from chosei.mails import facts
from chosei.mails.blocks import Action, Aside, Block, Body, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_home_url, console_page_url, console_proposal_url
from chosei.records.models import BookingPage, Member, Proposal

_LISTED = 10
_RUNNING = (ProposalState.OPEN, ProposalState.READJUSTMENT_REQUESTED, ProposalState.EXPIRED)


def handed_over(member: Member, listed: Mapping[str, object], reader: Reader, now: datetime) -> Body | None:
    """None once the member has nothing to do with any of it any more."""
    proposals = _proposals(member, listed)
    pages = _pages(member, listed)
    if not proposals and not pages:
        return None
    who = {"name": one_line(str(listed["from"]))}
    subject = _("%(name)sさんの日程調整・予約ページを引き継ぎました") % who
    what = _("管理者の操作により、%(name)sさんの次のものが、あなたの担当になりました。") % who
    blocks: list[Block] = [facts.guest_addressee("", reader.name), Say(what)]
    entries = [*(_proposal(one, reader, now) for one in proposals), *(_page(one) for one in pages)]
    blocks += entries[:_LISTED]
    more = len(entries) - _LISTED
    if more > 0:
        said = ngettext(
            "ほか%(n)d件は、Choseiでご確認ください。", "ほか%(n)d件は、Choseiでご確認ください。", more
        )
        blocks.append(Say(said % {"n": more}))
    blocks.append(Say(_to_check(proposals, pages)))
    blocks.append(Action(pgettext("mail", "Choseiを開く"), console_home_url()))
    return Body(subject, what, pgettext("mail", "引き継ぎのお知らせ"), tuple(blocks))


def _numbers(listed: Mapping[str, object], kind: str) -> list[int]:
    found = listed.get(kind, [])
    return [int(pk) for pk in found] if isinstance(found, list) else []


def _proposals(member: Member, listed: Mapping[str, object]) -> list[Proposal]:
    mine = Q(author=member) | Q(hosts__member=member)
    rows = Proposal.objects.filter(mine, pk__in=_numbers(listed, "proposals"), state__in=_RUNNING)
    return list(rows.order_by("pk").distinct())


def _pages(member: Member, listed: Mapping[str, object]) -> list[BookingPage]:
    mine = Q(owner=member) | Q(hosts__member=member) | Q(deputies__member=member)
    rows = BookingPage.objects.filter(mine, pk__in=_numbers(listed, "pages"))
    return list(rows.exclude(state=BookingPageState.ARCHIVED).order_by("pk").distinct())


def _proposal(proposal: Proposal, reader: Reader, now: datetime) -> Aside:
    """日程調整「導入のご相談」 三田花子様、候補日時3件、回答期限 12月1日(火) 10:00"""
    title = one_line(proposal.title)
    name = pgettext("handed over", "日程調整「%(title)s」") % {"title": title}
    count = proposal.candidates.filter(state=CandidateState.OPEN, starts_at__gt=now).count()
    told = [
        facts.customer_name(proposal),
        ngettext("候補日時%(n)d件", "候補日時%(n)d件", count) % {"n": count},
    ]
    if proposal.deadline is not None:
        zone = reader.zone or proposal.zone
        until = wording.instant_text(proposal.deadline, zone, reader.language, now)
        told.append(_("回答期限 %(until)s") % {"until": until})
    text = pgettext("handed over", "%(offer)s %(details)s") % {
        "offer": name if title else pgettext("handed over", "日程調整"),
        "details": pgettext("handed over", "、").join(told),
    }
    return Aside(text, pgettext("mail", "日程調整を開く"), console_proposal_url(proposal))


def _page(page: BookingPage) -> Aside:
    text = pgettext("handed over", "予約ページ「%(title)s」") % {"title": one_line(page.title)}
    return Aside(text, pgettext("mail", "予約ページを開く"), console_page_url(page))


def _to_check(proposals: Sequence[Proposal], pages: Sequence[BookingPage]) -> str:
    """What nobody has looked at for them: their own calendar at these times, their own hours."""
    said = []
    if proposals:
        said.append(_("候補日時がご自身の予定と重なっていないか、ご確認ください。"))
        said.append(_("日程調整のお客様には、担当が変わったことをお知らせしていません。"))
    if pages:
        said.append(_("予約ページの営業時間などの設定を、ご確認ください。"))
    return "\n".join(said)
