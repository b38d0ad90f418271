"""会社の設定: the footer of mails."""

from __future__ import annotations

from tests.web.console.conftest import signed_in


def test_an_administrator_sets_what_stands_under_every_mail(people):
    browser = signed_in(people.administrator)
    sent = {"write_holds": "on", "mail_footer": "東京都千代田区1-2-3\n代表 03-0000-0000"}
    assert browser.post("/settings/organization", sent).status_code == 302
    assert "代表 03-0000-0000</textarea>" in browser.get("/settings/organization").content.decode()
    refused = browser.post("/settings/organization", {"write_holds": "on", "mail_footer": "あ" * 1001})
    assert "errorlist" in refused.content.decode()
    people.administrator.organization.refresh_from_db()
    assert people.administrator.organization.mail_footer.startswith("東京都")
    assert signed_in(people.author).post("/settings/organization", sent).status_code == 404
