"""The words for the troubles of an account at Google, where they differ from Microsoft 365's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chosei.core.troubles import Trouble
from chosei.mails.trouble_words import AGAIN, ASK, THEMSELVES, WAIT, TroubleWords

_OPERATOR = _(
    "Google Cloudの「Google Auth Platform」で、クライアントIDとシークレット、リダイレクトURI、"
    "Google Calendar APIの有効化をご確認ください(Choseiを運用している方の作業です)。"
    "「chosei doctor」で調べられます。"
)

TROUBLES = {
    Trouble.SIGNED_OUT: TroubleWords(
        _("接続が切れています"),
        _("Googleが、これまでの許可を受け付けなくなりました。"),
        AGAIN,
        THEMSELVES,
    ),
    Trouble.LAPSED: TroubleWords(
        _("Googleの許可が失効しました"),
        _(
            "Googleの許可が取り消されたか、期限が切れました(6か月使われなかったとき、パスワードが変わったとき、"
            "連携アプリが「テスト」の公開状態のまま7日たったとき)。"
        ),
        AGAIN,
        _(
            "ご本人が「外部連携」でもう一度接続します。7日ごとに繰り返すときは、Google Cloudの「対象」で、"
            "公開ステータスを「内部」または「本番環境」にしてください(Choseiを運用している方の作業です)。"
        ),
    ),
    Trouble.ACCOUNT_DISABLED: TroubleWords(
        _("アカウントが停止されています"),
        _("Googleアカウントが停止されています。"),
        ASK,
        _(
            "Google管理コンソールの「ユーザー」で、このアカウントを再開してください。"
            "退職された方のときは、社員情報から外してください。"
        ),
    ),
    Trouble.ACCOUNT_DELETED: TroubleWords(
        _("アカウントが見つかりません"),
        _("Googleアカウントが削除されています。"),
        ASK,
        _(
            "退職された方のときは、社員情報から外してください。アカウントを作り直したときは、"
            "ご本人が接続解除をしてから、新しいアカウントで接続します。"
        ),
    ),
    Trouble.CONSENT_WITHDRAWN: TroubleWords(
        _("許可が取り消されました"),
        _("Google Workspaceで、Choseiへの許可が取り消されているか、管理者が利用を止めています。"),
        _(
            "「もう一度接続」を押して、表示される許可をすべて承諾してください。「管理者がアクセスを許可して"
            "いません」と表示されたときは、Google Workspaceの管理者の方に許可をご依頼ください。"
        ),
        _(
            "Google管理コンソールの「セキュリティ」→「APIの制御」→「アプリのアクセス制御」で、Choseiの"
            "クライアントIDを「信頼できる」にしてください。"
        ),
    ),
    Trouble.NO_MAILBOX: TroubleWords(
        _("Googleカレンダーが使えません"),
        _("このアカウントでは、Googleカレンダーのサービスがオフになっています。"),
        ASK,
        _(
            "Google管理コンソールの「アプリ」→「Google Workspace」で、カレンダーをオンにしてください。"
            "オンになると、自動で再開します。"
        ),
    ),
    Trouble.SECRET_WRONG: TroubleWords(
        _("クライアント シークレットの誤り"),
        _("Choseiに設定されたクライアント シークレットを、Googleが受け付けていません。"),
        WAIT,
        _OPERATOR,
    ),
    Trouble.REGISTRATION_REFUSED: TroubleWords(
        _("連携設定の誤り"),
        _("Googleが、Chosei自体の登録を受け付けていません。"),
        WAIT,
        _OPERATOR,
    ),
}
