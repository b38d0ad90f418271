"""What an organisation has under its letters to customers."""

from __future__ import annotations

from chosei.records.models import MailKind
from tests.mails.scene import Scene

FOOTER = "東京都千代田区1-2-3\n<b>代表</b> 03-0000-0000\nhttps://www.sample.example/"


def test_the_footer_stands_under_the_signature_of_letters_to_customers(scene: Scene) -> None:
    scene.organization.mail_footer = FOOTER
    scene.organization.save()
    letter = scene.letter(MailKind.INVITATION, scene.proposal())
    assert letter.text.endswith(f"suzuki@sample.example\n\n{FOOTER}\n")
    assert "&lt;b&gt;代表&lt;/b&gt;" in letter.html
    assert 'href="https://www.sample.example/"' in letter.html
    ours = scene.letter(MailKind.CONFIRMED_HOST, scene.appointment(), scene.host)
    assert "千代田区" not in ours.text + ours.html
