"""What a trouble of a connected account is said with, and the next steps that are the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class TroubleWords:
    """``member`` and ``administrator`` are next steps; empty where there is nothing for them to do."""

    title: str | Promise
    what: str | Promise
    member: str | Promise = ""
    administrator: str | Promise = ""


AGAIN = _("「もう一度接続」を押して、サインインし直してください。")
THEMSELVES = _("ご本人が「外部連携」でもう一度接続します。メールでお願いしています。")
ASK = _("ご本人の操作では直りません。IT担当者の方に、この内容をお知らせください。")
WAIT = _("社員の方の操作は要りません。設定が直ると、自動で再開します。")
