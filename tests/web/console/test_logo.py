"""会社の設定: the logo, put up by an administrator and seen by customers."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from chosei.actions.front_desk import add_desk
from chosei.records.models import Logo
from tests.support import company
from tests.support.logos import png
from tests.web.console.conftest import signed_in

ADDRESS = "/settings/organization/logo"


def upload(browser: Client, content: bytes, name: str = "logo.png", kind: str = "image/png"):
    return browser.post(ADDRESS, {"logo": SimpleUploadedFile(name, content, content_type=kind)})


def test_a_logo_stands_on_the_pages_of_customers_and_goes_again(people):
    administrator, guest = signed_in(people.administrator), Client()
    page = f"/b/{company.publish(people.author).link_token}"
    assert "company-logo" not in guest.get(page).content.decode()
    assert upload(administrator, png(600, 120)).status_code == 302
    for shown in (guest.get(page), administrator.get("/settings/organization")):
        image = BeautifulSoup(shown.content, "html.parser").select_one("img.company-logo")
        assert (image["width"], image["height"]) == ("200", "40")
    answer = guest.get(image["src"])
    assert answer["Content-Type"] == "image/png"
    assert answer.content == bytes(Logo.objects.get().image)
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    desk = Client()
    desk.post(
        "/reception/pairing", {"code": add_desk(people.administrator, "1F", now=timezone.now()).pairing_code}
    )
    sign = BeautifulSoup(desk.get("/reception/").content, "html.parser").select_one("img.desk-logo")
    assert (sign["src"], sign["alt"]) == (image["src"], people.administrator.organization.name)
    assert upload(administrator, png(60, 60)).status_code == 302
    assert Logo.objects.get().width == 60
    assert guest.get(image["src"]).status_code == 404
    assert administrator.post(f"{ADDRESS}/removal").status_code == 302
    assert "company-logo" not in guest.get(page).content.decode()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "logo.png", "SVG"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "logo.png", "表示できないメールソフト"),
        (b"MZ\x90", "logo.png", "PNGまたはJPEGの画像ではありません"),
        (b"", "logo.png", "空です"),
        (png(10, 10), "logo.png", "小さすぎます"),
        (b"x" * 400_000, "logo.png", "300KBまで"),
    ],
)
def test_what_is_no_logo_is_refused_at_the_field(people, content, name, said):
    answer = upload(signed_in(people.administrator), content, name)
    assert answer.status_code == 422
    error = BeautifulSoup(answer.content, "html.parser").select_one("#id_logo_error")
    assert said in error.text
    assert not Logo.objects.exists()


def test_for_administrators_of_the_company_alone(people):
    member = signed_in(people.author)
    assert upload(member, png()).status_code == 404
    upload(signed_in(people.administrator), png())
    assert member.post(f"{ADDRESS}/removal").status_code == 404
    signed_in(people.stranger).post(f"{ADDRESS}/removal")
    assert Logo.objects.count() == 1
    assert Client().get("/logo/0000").status_code == 404
