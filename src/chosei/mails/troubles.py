"""The words for each trouble of a connected account: what happened, and the next step of whoever can take it.

The same on the pages and in the letters.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chosei.core.troubles import Trouble
from chosei.mails import troubles_google, troubles_other
from chosei.mails.trouble_words import AGAIN, ASK, THEMSELVES, WAIT, TroubleWords
from chosei.ports.providers import MICROSOFT, about

_OPERATOR = _(
    "Microsoft Entra管理センターで新しいクライアント シークレットを作成し、Choseiの設定を更新してください"
    "(Choseiを運用している方の作業です)。"
)
TROUBLES = {
    Trouble.SIGNED_OUT: TroubleWords(
        _("接続が切れています"),
        _("Microsoft 365が、これまでの許可を受け付けなくなりました。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.CHALLENGED: TroubleWords(
        _("ご本人の確認が必要です"),
        _("Microsoft 365が、あらためてご本人の確認を求めています。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.REVOKED: TroubleWords(
        _("サインインが取り消されました"),
        _("Microsoft 365で、これまでのサインインが取り消されました(管理者の操作、パスワードの再設定など)。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.PASSWORD_CHANGED: TroubleWords(
        _("パスワードが変わりました"),
        _("Microsoft 365のパスワードが変更されたか、期限が切れました。"),
        _("「もう一度接続」を押して、新しいパスワードでサインインしてください。"),
        THEMSELVES,
    ),
    Trouble.MFA: TroubleWords(
        _("多要素認証が必要です"),
        _("会社の設定により、多要素認証(スマートフォンなどでの確認)が求められています。"),
        _("「もう一度接続」を押して、多要素認証を済ませてください。"),
        THEMSELVES,
    ),
    Trouble.CONDITIONAL_ACCESS: TroubleWords(
        _("条件付きアクセスで止められています"),
        _("会社の条件付きアクセスのポリシーにより、Choseiの利用が止められています。"),
        _(
            "会社が認めている端末とネットワークから、「もう一度接続」を押してください。"
            "それでも接続できないときは、IT担当者の方に、この内容をお知らせください。"
        ),
        _(
            "ご本人が、会社の認めている端末から接続し直します。繰り返すときは、Microsoft Entra管理センターの"
            "「条件付きアクセス」で、Choseiを対象から外すか、Choseiのサーバーのアドレスを許可してください。"
        ),
    ),
    Trouble.SIGN_IN_FREQUENCY: TroubleWords(
        _("定期的なサインインが必要です"),
        _("会社の設定により、決められた期間ごとのサインインが求められています。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.IDLE: TroubleWords(
        _("接続の期限が切れました"),
        _("長い間使われなかったため、Microsoft 365との接続の期限が切れました。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.ACCOUNT_DISABLED: TroubleWords(
        _("アカウントが無効です"),
        _("Microsoft 365のアカウントが無効になっています。"),
        ASK,
        _(
            "Microsoft Entra管理センターで、このアカウントのサインインを有効にしてください。"
            "退職された方のときは、社員情報から外してください。"
        ),
    ),
    Trouble.ACCOUNT_DELETED: TroubleWords(
        _("アカウントが見つかりません"),
        _("Microsoft 365のアカウントが削除されています。"),
        ASK,
        _(
            "退職された方のときは、社員情報から外してください。アカウントを作り直したときは、"
            "ご本人が接続解除をしてから、新しいアカウントで接続します。"
        ),
    ),
    Trouble.CONSENT_WITHDRAWN: TroubleWords(
        _("許可が取り消されました"),
        _("Microsoft 365で、Choseiへの許可が取り消されています。"),
        _(
            "「もう一度接続」を押して、表示される許可を承諾してください。"
            "「管理者の承認が必要」と表示されたときは、管理者の方に承認をご依頼ください。"
        ),
        _("会社として許可を取り消した場合は、「管理者の承認」から、もう一度承認してください。"),
    ),
    Trouble.APP_REMOVED: TroubleWords(
        _("会社でChoseiが止められています"),
        _("会社のMicrosoft 365から、Choseiのアプリが削除されたか、無効にされています。"),
        _(
            "IT担当者の方に、この内容をお知らせください。使えるようになったら、「もう一度接続」を押してください。"
        ),
        _(
            "「管理者の承認」から、もう一度承認してください。アプリが残っているときは、"
            "Microsoft Entra管理センターの「エンタープライズ アプリケーション」で、"
            "Choseiへのサインインを有効にします。"
            "お心当たりがないときは、Choseiを運用している方に、クライアントIDの確認をご依頼ください。"
        ),
    ),
    Trouble.NOT_ASSIGNED: TroubleWords(
        _("利用の割り当てがありません"),
        _("会社の設定により、Choseiの利用が、割り当てられた方に限られています。"),
        _("IT担当者の方に、Choseiの割り当てをご依頼のうえ、「もう一度接続」を押してください。"),
        _(
            "Microsoft Entra管理センターの「エンタープライズ アプリケーション」で、"
            "この方をChoseiに割り当ててください。"
        ),
    ),
    Trouble.NO_MAILBOX: TroubleWords(
        _("メールボックスがありません"),
        _("Exchange Onlineのメールボックスが使えなくなっています(ライセンスの変更など)。"),
        ASK,
        _(
            "Microsoft 365管理センターで、Exchange Onlineのライセンスをご確認ください。"
            "メールボックスが戻ると、自動で再開します。"
        ),
    ),
    Trouble.SECRET_EXPIRED: TroubleWords(
        _("クライアント シークレットの期限切れ"),
        _("Choseiのクライアント シークレットの期限が切れています。"),
        WAIT,
        _OPERATOR,
    ),
    Trouble.SECRET_WRONG: TroubleWords(
        _("クライアント シークレットの誤り"),
        _("Choseiに設定されたクライアント シークレットを、Microsoft 365が受け付けていません。"),
        WAIT,
        _OPERATOR,
    ),
    Trouble.REGISTRATION_REFUSED: TroubleWords(
        _("連携設定の誤り"),
        _("Microsoft 365が、Chosei自体の登録を受け付けていません。"),
        WAIT,
        _(
            "Microsoft Entra管理センターの「アプリの登録」で、"
            "Choseiの登録、リダイレクトURI、権限をご確認ください"
            "(Choseiを運用している方の作業です)。「chosei doctor」で調べられます。"
        ),
    ),
}


_OWN = {MICROSOFT: TROUBLES, "google": troubles_google.TROUBLES}


def trouble_words(trouble: str, provider: str) -> TroubleWords:
    """Words for a stored trouble at this provider; those for an unknown reason where there is none."""
    known = Trouble(trouble) if trouble in set(Trouble) else Trouble.SIGNED_OUT
    if provider in _OWN:
        own = _OWN[provider].get(known)
    else:
        own = troubles_other.words_of(known, about(provider).name)
    return own or TROUBLES.get(known) or TROUBLES[Trouble.SIGNED_OUT]
