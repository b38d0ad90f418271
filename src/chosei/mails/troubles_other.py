"""The words for the troubles of an account at a provider that has none of its own (Zoom, and what may
follow): they name the service."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chosei.core.troubles import Trouble
from chosei.mails.trouble_words import AGAIN, ASK, THEMSELVES, WAIT, TroubleWords

_LEFT = _(
    "退職された方のときは、社員情報から外してください。アカウントを作り直したときは、"
    "ご本人が接続解除をしてから、新しいアカウントで接続します。"
)
_OPERATOR = _(
    "%(service)sに登録したChoseiのアプリで、クライアントIDとシークレット、リダイレクトURI、権限をご確認ください"
    "(Choseiを運用している方の作業です)。「chosei doctor」で調べられます。"
)
_ACCOUNTLESS = TroubleWords(
    _("アカウントが使えません"),
    _("%(service)sのアカウントが停止または削除されています。"),
    ASK,
    _LEFT,
)
_REFUSED = TroubleWords(
    _("連携設定の誤り"),
    _("%(service)sが、Chosei自体の登録を受け付けていません。"),
    WAIT,
    _OPERATOR,
)

TROUBLES = {
    Trouble.SIGNED_OUT: TroubleWords(
        _("接続が切れています"),
        _("%(service)sが、これまでの許可を受け付けなくなりました。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.REVOKED: TroubleWords(
        _("許可が取り消されました"),
        _("%(service)sで、これまでの許可が取り消されました。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.IDLE: TroubleWords(
        _("接続の期限が切れました"),
        _("長い間使われなかったため、%(service)sとの接続の期限が切れました。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.CONSENT_WITHDRAWN: TroubleWords(
        _("許可が取り消されました"),
        _("%(service)sで、Choseiの利用が止められているか、必要な権限の一部がなくなっています。"),
        _(
            "「もう一度接続」を押して、表示される許可をすべて承諾してください。"
            "先へ進めないときは、%(service)sの管理者の方に、Choseiの利用の許可をご依頼ください。"
        ),
        _("%(service)sの管理画面で、Choseiのアプリの利用を許可してください。"),
    ),
    Trouble.ACCOUNT_DISABLED: _ACCOUNTLESS,
    Trouble.ACCOUNT_DELETED: _ACCOUNTLESS,
    Trouble.SECRET_EXPIRED: _REFUSED,
    Trouble.SECRET_WRONG: _REFUSED,
    Trouble.REGISTRATION_REFUSED: _REFUSED,
}


def words_of(trouble: Trouble, service: str) -> TroubleWords | None:
    """In the language of the moment; None for a trouble whose words name no service."""
    found = TROUBLES.get(trouble)
    if found is None:
        return None
    named = (
        str(one) % {"service": service}
        for one in (found.title, found.what, found.member, found.administrator)
    )
    return TroubleWords(*named)
