"""A booking page in another site's frame: where its owner allows it, and nowhere else."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from chosei.actions.booking_pages import pause_page
from chosei.actions.embedding import allow_embedding
from chosei.actions.page_addresses import set_address
from chosei.records.models import Appointment, Organization
from tests.web.public.walking import main_form, parsed, send

pytestmark = pytest.mark.django_db

SITE = "http://localhost:9"
START = "2026-12-03T05:00Z"
GUEST = {"name": "三田花子", "email": "hanako@test.example"}


@pytest.fixture
def framed(booking_page):
    allow_embedding(booking_page.owner, booking_page, [SITE, "https://www.example.co.jp/contact"])
    return booking_page


def ancestors(response) -> str:
    policy = dict(
        part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";")
    )
    return policy["frame-ancestors"]


def test_only_the_sites_named_may_frame_it_and_only_below_embed(client, framed):
    answer = client.get(f"/embed/b/{framed.link_token}")
    assert ancestors(answer) == f"{SITE} https://www.example.co.jp"
    assert "X-Frame-Options" not in answer.headers
    for path in (f"/b/{framed.link_token}", "/sign-in", "/embed/b/not-a-link-of-anybody"):
        refused = client.get(path)
        assert ancestors(refused) == "'none'", path
        assert refused.headers["X-Frame-Options"] == "DENY", path


def test_a_page_without_sites_and_a_page_that_pauses(client, booking_page):
    assert ancestors(client.get(f"/embed/b/{booking_page.link_token}")) == "'none'"
    allow_embedding(booking_page.owner, booking_page, [SITE])
    pause_page(booking_page.owner, booking_page)
    closed = client.get(f"/embed/b/{booking_page.link_token}")
    assert (closed.status_code, ancestors(closed)) == (410, SITE)


def test_the_readable_address_may_be_framed_too_and_an_earlier_one_leads_there(client, framed):
    for slug in ("demo", "product-demo"):
        with transaction.atomic():
            set_address(framed, slug)
    framed.visibility = "public"
    framed.save(update_fields=["visibility"])
    organization = Organization.objects.get(pk=framed.organization_id).slug
    moved = client.get(f"/embed/o/{organization}/demo")
    assert moved.headers["Location"] == f"/embed/o/{organization}/product-demo"
    shown = client.get(moved.headers["Location"])
    assert ancestors(shown) == f"{SITE} https://www.example.co.jp"
    assert str(main_form(shown)[1]["action"]).startswith("/embed/b/")
    assert client.get(f"/embed/o/{organization}").status_code == 404


@pytest.mark.django_db(transaction=True)  # the live read has threads of its own
def test_the_whole_way_stays_in_the_frame_and_needs_no_cookie(framed):
    client = Client(enforce_csrf_checks=True)
    page = client.get(f"/embed/b/{framed.link_token}")
    assert parsed(page).select_one("header.guest-org") is None
    assert str(main_form(page)[1]["action"]).startswith("/embed/b/")
    details = send(client, page, start=START)
    assert str(main_form(details)[1]["action"]).startswith("/embed/b/")
    client.cookies.clear()
    done = send(client, details, **GUEST)
    appointment = Appointment.objects.get()
    assert done.headers["Location"] == f"/embed/a/{appointment.link_token}"
    shown = client.get(done.headers["Location"])
    assert ancestors(shown) == f"{SITE} https://www.example.co.jp"
    cancel = client.get(f"/embed/a/{appointment.link_token}/cancellation")
    client.cookies.clear()
    ended = send(client, cancel, reason="")
    assert ended.headers["Location"] == f"/embed/a/{appointment.link_token}"


def test_outside_a_frame_the_form_keeps_its_check(framed):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(f"/b/{framed.link_token}/confirm", {"start": START, **GUEST})
    assert answer.status_code == 403


def test_the_script_has_an_address_that_stays(client):
    answer = client.get("/embed.js")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/static/embed/embed")
