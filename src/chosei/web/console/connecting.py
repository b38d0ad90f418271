"""Why an account could not be connected, in words a member can act on, and the link for the IT department."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Problem:
    """What happened and what to do next; ``wall`` adds how to get the organisation's approval."""

    title: str | Promise
    sentence: str | Promise
    wall: bool = False


PROBLEMS = {
    "cancelled": Problem(
        _("接続を中止しました"),
        _("Microsoft 365の画面で承諾されなかったため、接続していません。もう一度「接続」を押してください。"),
        wall=True,
    ),
    "approval_needed": Problem(
        _("管理者の承認が必要です"),
        _("会社のMicrosoft 365の設定により、管理者の承認がないと接続できません。"),
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
    "no_mailbox": Problem(
        _("このアカウントではカレンダーを使えません"),
        _(
            "Exchange Onlineのメールボックスがないアカウントです。"
            "メールボックスのあるアカウントを選ぶか、IT担当者の方にライセンスをご確認ください。"
        ),
    ),
    "scopes_missing": Problem(
        _("必要な許可が足りません"),
        _(
            "予定の読み書きが許可されなかったため、接続できません。もう一度「接続」を押し、表示される許可をすべて承諾してください。"
        ),
    ),
    "provider_away": Problem(
        _("Microsoft 365につながりませんでした"),
        _("Microsoft 365が応答していません。数分おいて、もう一度「接続」を押してください。"),
    ),
    "misconfigured": Problem(
        _("Choseiの設定を確認する必要があります"),
        _(
            "ChoseiとMicrosoft 365の連携設定に誤りがあるため、接続できません。"
            "Choseiを管理している方に、この画面をお知らせください。"
        ),
    ),
    "rejected": Problem(
        _("Microsoft 365に接続できませんでした"),
        _(
            "Microsoft 365がこの接続を受け付けませんでした。"
            "もう一度「接続」を押しても変わらないときは、IT担当者の方にこの画面をお知らせください。"
        ),
    ),
}


def problem_of(reason: str) -> Problem:
    return PROBLEMS.get(reason, PROBLEMS["rejected"])


def admin_consent_url() -> str:
    """Where a Microsoft 365 administrator approves Chosei for the company: everything registered.

    ``organizations`` and ``.default``: Microsoft identity platform, admin consent endpoint.
    """
    query = urlencode(
        {
            "client_id": settings.CHOSEI_MICROSOFT_CLIENT_ID,
            "scope": "https://graph.microsoft.com/.default",
            "redirect_uri": f"{settings.CHOSEI_PUBLIC_URL}/connect/microsoft/admin-consent",
        }
    )
    return (
        f"{settings.CHOSEI_MICROSOFT_LOGIN_URL}/{settings.CHOSEI_MICROSOFT_TENANT}/v2.0/adminconsent?{query}"
    )
