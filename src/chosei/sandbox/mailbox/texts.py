"""The viewer's words in English; Japanese is the source."""

from __future__ import annotations

_ENGLISH = {
    "メールボックス": "Mailbox",
    "Choseiが送ったメールはすべてここに届きます。実際の宛先には送られません。": (
        "Everything Chosei sends arrives here. Nothing goes to the real address."
    ),
    "宛先・件名で検索": "Search recipient or subject",
    "検索": "Search",
    "すべて削除": "Delete all",
    "メールはまだありません": "No mail yet",
    "Choseiから案内を送ると、ここに表示されます。": "Send an invitation from Chosei and it will appear here.",
    "該当するメールはありません": "No mail matches",
    "検索条件を変えてください。": "Try other words.",
    "受信日時": "Received",
    "差出人": "From",
    "宛先": "To",
    "返信先": "Reply to",
    "件名": "Subject",
    "予定": "Calendar",
    "予定つき": "with calendar",
    "%d回受信": "received %d times",
    "%d回受信 (同じMessage-ID)": "received %d times (same Message-ID)",
    "HTML": "HTML",
    "テキスト": "Text",
    "ソース": "Source",
    "一覧に戻る": "Back to the list",
    "(件名なし)": "(no subject)",
    "この形式の本文はありません": "This mail has no such part",
    "会議の招待 (REQUEST)": "Invitation (REQUEST)",
    "会議の取り消し (CANCEL)": "Cancellation (CANCEL)",
    "開始": "Start",
    "終了": "End",
    "場所": "Place",
    "主催者": "Organizer",
    "参加者": "Attendee",
    "状態": "Status",
    "説明": "Description",
    "読み取れません": "Cannot be read",
    "見つかりません": "Not found",
    "このメールはありません。削除された可能性があります。": (
        "There is no such mail. It may have been deleted."
    ),
    "件": "mails",
}


def translated(language: str, text: str) -> str:
    """``text`` in ``language``; raises KeyError for a text without English, which a test looks for."""
    return text if language == "ja" else _ENGLISH[text]
