"""The organisation's logo at the head of letters to customers, as a part of the mail."""

from __future__ import annotations

from email import message_from_bytes, policy

from bs4 import BeautifulSoup

from chosei.actions.logos import set_logo
from chosei.adapters.mail.message import pack
from chosei.records.models import Logo, MailKind, Role
from tests.mails.scene import Scene
from tests.support.logos import png


def test_the_logo_travels_with_the_letter_and_says_the_name_where_it_is_not_shown(scene: Scene) -> None:
    scene.host.role = Role.ADMINISTRATOR
    set_logo(scene.host, png(600, 120))
    letter = scene.letter(MailKind.INVITATION, scene.proposal())
    image = BeautifulSoup(letter.html, "html.parser").select_one("img")
    assert image is not None
    assert (image["alt"], image["width"], image["height"]) == ("株式会社サンプル", "200", "40")
    assert "http" not in str(image["src"]), "no mail program has to fetch anything"
    parsed = message_from_bytes(pack(letter, "chosei@sample.example").content, policy=policy.default)
    [part] = [one for one in parsed.walk() if one.get_content_maintype() == "image"]
    assert f"cid:{str(part['Content-ID']).strip('<>')}" == image["src"]
    assert (part.get_content_type(), part.get_filename()) == ("image/png", "logo.png")
    assert part.get_content_disposition() == "inline"
    assert part.get_content() == bytes(Logo.objects.get().image)


def test_without_a_logo_and_in_letters_to_members_the_name_stands_there(scene: Scene) -> None:
    appointment = scene.appointment()
    assert scene.letter(MailKind.CONFIRMED_GUEST, appointment).images == ()
    scene.host.role = Role.ADMINISTRATOR
    set_logo(scene.host, png())
    ours = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host)
    assert ours.images == ()
    assert "<img" not in ours.html
