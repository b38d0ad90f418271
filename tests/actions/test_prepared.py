"""Queries kept ready: they find what Django's own would, and a page that all open needs few of them."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from chosei.actions.offers import page_offer, present
from chosei.ops.config import Config
from chosei.ops.database import django_database
from chosei.records.gates import NotThere, booking_page_for_guest
from chosei.records.models import BookingPage, BookingPageHost, Member, OneTimeLink
from chosei.records.prepared import Given, Prepared, is_any_of
from tests.support.company import NOW, connect, member, publish


@pytest.fixture
def page(transactional_db: None) -> BookingPage:
    owner = member()
    colleague = member(owner.organization, "鈴木 美咲")
    connect(owner)
    connect(colleague)
    return publish(owner, hosts=[owner, colleague])


def everything(page: BookingPage) -> dict[str, object]:
    return {field.attname: getattr(page, field.attname) for field in BookingPage._meta.concrete_fields}


def test_the_page_behind_a_link_is_the_record_itself(page, django_assert_num_queries):
    assert everything(booking_page_for_guest(page.link_token)) == everything(page)
    names = page.organization.name, page.owner.name
    with django_assert_num_queries(1):
        found = booking_page_for_guest(page.link_token)
        assert (found.organization.name, found.owner.name) == names


def test_a_change_is_seen_at_once(page):
    booking_page_for_guest(page.link_token)
    BookingPage.objects.update(title="別の題名")
    assert booking_page_for_guest(page.link_token).title == "別の題名"
    BookingPage.objects.update(state="archived")
    with pytest.raises(NotThere):
        booking_page_for_guest(page.link_token)


def test_one_time_links_and_replaced_keys_go_on_working(page, settings):
    link = OneTimeLink(page=page)
    link.make_link()
    link.save()
    found = booking_page_for_guest(link.link_token)
    assert (found.pk, found.one_time) == (page.pk, link)
    with override_settings(SECRET_KEY="another" * 8, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert booking_page_for_guest(page.link_token).pk == page.pk


def test_hosts_are_read_once_for_one_page(page, django_assert_num_queries):
    names = [page.owner.name, "鈴木 美咲"]
    with django_assert_num_queries(1):
        assert [host.member.name for host in present(page)] == names
        assert all(host.page is page for host in present(page))
        assert [host.member_id for host in page.hosts.all()] == [host.member_id for host in present(page)]
    Member.objects.filter(name="鈴木 美咲").update(is_active=False)
    again = BookingPage.objects.get(pk=page.pk)
    assert [host.member_id for host in present(again)] == [page.owner_id]


def test_given_values_differ_from_call_to_call(page):
    hosts = Prepared(lambda: BookingPageHost.objects.filter(page=Given("page")).order_by("-position"))
    assert [host.position for host in hosts(page=page.pk)] == [1, 0]
    assert hosts(page=0) == []
    members = Prepared(lambda: Member.objects.filter(is_any_of("name", "names")).order_by("pk"))
    assert [one.name for one in members(names=["鈴木 美咲", "O'Neill"])] == ["鈴木 美咲"]
    assert members(names=[]) == []


def test_a_page_of_times_takes_five_queries(page, django_assert_num_queries):
    with time_machine.travel(NOW, tick=False), django_assert_num_queries(5):
        answer = Client().get(f"/b/{page.link_token}")
    assert b'name="start"' in answer.content


def test_what_strangers_wait_for_is_planned_once_in_a_connection(page):
    connection.ensure_connection()
    web = django_database(Config(), pooled=True)["OPTIONS"]
    connection.connection.prepare_threshold = web["prepare_threshold"]
    connection.connection.execute("SET " + web["options"].removeprefix("-c "))
    with time_machine.travel(NOW, tick=False):
        for _ in range(3):
            page_offer(booking_page_for_guest(page.link_token), NOW.date(), NOW.date(), now=NOW)
    kept = connection.connection.execute(
        "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%records_%'"
    )
    assert kept.fetchall() == [(3, 0)] * 4
    connection.close()


@pytest.mark.parametrize(("asked", "kept"), [("", True), ("?prepared=no", False)])
def test_a_pooler_that_hands_connections_on_can_be_told_of(asked, kept, monkeypatch):
    config = Config(database_url=f"postgresql://chosei:secret@db.example/chosei{asked}")
    options = django_database(config, pooled=True)["OPTIONS"]
    assert ("prepare_threshold" in options, "options" in options, "prepared" in options) == (
        kept,
        kept,
        False,
    )
    assert "prepare_threshold" not in django_database(config, pooled=False)["OPTIONS"]
