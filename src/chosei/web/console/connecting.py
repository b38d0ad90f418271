"""Why an account could not be connected, in words a member can act on; the letter to the IT department."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.approvals import ConsentLink, consent_link
from chosei.core.troubles import Trouble
from chosei.mails.troubles import trouble_words
from chosei.ports.providers import about
from chosei.records.models import Member, ProviderApproval


@dataclass(frozen=True, slots=True)
class Problem:
    """What happened and what to do next; ``wall`` adds how to get the organisation's approval."""

    title: str | Promise
    sentence: str | Promise
    wall: bool = False


PROBLEMS = {
    "cancelled": Problem(
        _("接続を中止しました"),
        _("%(service)sの画面で承諾されなかったため、接続していません。もう一度「接続」を押してください。"),
        wall=True,
    ),
    "approval_needed": Problem(
        _("管理者の承認が必要です"),
        _("会社の%(service)sの設定により、管理者の承認がないと接続できません。"),
        wall=True,
    ),
    "state_unknown": Problem(
        _("接続を完了できませんでした"),
        _(
            "この画面から始めた接続ではないようです。もう一度「接続」を押して、同じブラウザーで続けてください。"
        ),
    ),
    "state_spent": Problem(
        _("接続を完了できませんでした"),
        _("接続の手続きは1回限り、1時間以内に完了する必要があります。もう一度「接続」を押してください。"),
    ),
    "other_member": Problem(
        _("別の方の接続手続きです"),
        _(
            "この手続きは、別の社員のアカウントで始められています。ご自分のアカウントでサインインして、「接続」を押してください。"
        ),
    ),
    "other_account": Problem(
        _("別のアカウントがすでに接続されています"),
        _("カレンダーは1つずつ接続できます。先に「接続解除」をしてから、もう一度「接続」を押してください。"),
    ),
    "other_provider": Problem(
        _("ほかのカレンダーがすでに接続されています"),
        _(
            "一度に使えるカレンダーは1つです。%(service)sを使うときは、"
            "「外部連携」の「切り替える」から進めてください。"
        ),
    ),
    "in_use": Problem(
        _("このアカウントは、ほかの方が接続しています"),
        _(
            "%(service)sのアカウントは、お一人だけが接続できます。"
            "ご自分の%(service)sアカウントで、もう一度「接続」を押してください。"
        ),
    ),
    "let_go_just_now": Problem(
        _("接続を完了できませんでした"),
        _(
            "同じアカウントの以前の接続を、%(service)sで解除している途中でした。もう一度「接続」を押してください。"
        ),
    ),
    "other_address": Problem(
        _("切り替えませんでした"),
        _(
            "サインインした%(service)sのアカウントは、アドレスがChoseiの社員情報と異なります。"
            "ご自分のアカウントを選んで、もう一度お試しください。今までのカレンダーをそのまま使っています。"
        ),
    ),
    "foreign_account": Problem(
        _("このアカウントでは接続できません"),
        _(
            "%(service)sが、このアカウントを会社のアカウントと認めませんでした。"
            "会社のアカウントを選んで、もう一度「接続」を押してください。"
        ),
    ),
    "no_mailbox": Problem(
        _("このアカウントではカレンダーを使えません"),
        _(
            "%(service)sの予定表がないアカウントです。"
            "予定表のあるアカウントを選ぶか、IT担当者の方にライセンスをご確認ください。"
        ),
    ),
    "scopes_missing": Problem(
        _("必要な許可が足りません"),
        _(
            "必要な許可の一部が選ばれなかったため、%(service)sに接続できません。"
            "もう一度「接続」を押し、表示される許可をすべて承諾してください。"
        ),
    ),
    "provider_away": Problem(
        _("%(service)sにつながりませんでした"),
        _("%(service)sが応答していません。数分おいて、もう一度「接続」を押してください。"),
    ),
    "misconfigured": Problem(
        _("Choseiの設定を確認する必要があります"),
        _(
            "Choseiと%(service)sの連携設定に誤りがあるため、接続できません。"
            "Choseiを管理している方に、この画面をお知らせください。"
        ),
    ),
    "too_often": Problem(_("接続の操作が続いています"), _("数分おいて、もう一度「接続」を押してください。")),
    "rejected": Problem(
        _("%(service)sに接続できませんでした"),
        _(
            "%(service)sがこの接続を受け付けませんでした。"
            "もう一度「接続」を押しても変わらないときは、IT担当者の方にこの画面をお知らせください。"
        ),
    ),
}


def problem_of(reason: str, provider: str) -> Problem:
    """What to say of a refusal (``actions.errors.ConnectRefused``) at this provider."""
    service = {"service": about(provider).name}
    if reason in set(Trouble) and reason not in PROBLEMS:
        words = trouble_words(reason, provider)
        return Problem(words.title, gettext("%(what)s %(step)s") % {"what": words.what, "step": words.member})
    found = PROBLEMS.get(reason, PROBLEMS["rejected"])
    return Problem(str(found.title) % service, str(found.sentence) % service, found.wall)


# Why each permission is asked for, in the words of the letter; one that is new here speaks the adapter's own.
REASONS = {
    "openid": _("サインインした方を確認するため"),
    "profile": _("お名前とアカウントの識別子を確認するため"),
    "email": _("接続したアカウントのアドレスを表示するため"),
    "offline_access": _("サインインしていない間も、確定した予定を登録するため"),
    "User.Read": _("アカウントのメールアドレスを、Choseiに登録されたアドレスと照合するため"),
    "Calendars.ReadWrite": _("ご本人の予定の空き時間を確認し、仮予約と確定した予定を登録するため"),
    "Place.Read.All": _("会社の会議室の一覧を表示するため(会議室を使う場合のみ)"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What the IT department is sent, ready to be copied or opened in a mail program."""

    url: str
    subject: str
    text: str
    permissions: tuple[tuple[str, str], ...]

    @property
    def mailto(self) -> str:
        return f"mailto:?{urlencode({'subject': self.subject, 'body': self.text}, quote_via=quote)}"


def request_of(approval: ProviderApproval, member: Member) -> Request:
    """The letter in the reader's language, in the member's name."""
    link: ConsentLink = consent_link(approval)
    permissions = tuple((one.name, str(REASONS.get(one.name, one.reason))) for one in link.permissions)
    listed = "\n".join(f"・{name}: {reason}" for name, reason in permissions)
    text = gettext(
        "IT担当者様\n\n"
        "お疲れさまです。%(name)sです。\n"
        "日程調整サービス Chosei でOutlookの予定表を使うため、Microsoft 365での承認をお願いいたします。\n\n"
        "1. グローバル管理者のアカウントで、次のURLを開いてください。Choseiのアカウントは要りません。\n"
        "%(url)s\n\n"
        "2. 表示された内容を確認し、「承諾」を押してください。会社全体で一度だけの操作です。\n\n"
        "Choseiが求める権限と、その理由\n"
        "%(permissions)s\n\n"
        "いずれも、接続した社員本人の権限の範囲で使われます。承認は、Microsoft Entra管理センターの"
        "「エンタープライズ アプリケーション」から、いつでも取り消せます。\n\n"
        "どうぞよろしくお願いいたします。"
    ) % {"name": member.name, "url": link.url, "permissions": listed}
    subject = gettext("Microsoft 365でのChosei(日程調整サービス)の承認のお願い")
    return Request(link.url, subject, text, permissions)
