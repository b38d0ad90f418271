"""E-mail addresses as people type, compare and read them."""

from __future__ import annotations

import pytest

from chosei.core.addresses import (
    address_key,
    clean_address,
    domain_of,
    same_address,
)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        (" mita@test.example ", "mita@test.example"),
        ("\u3000mita@test.example\u3000", "mita@test.example"),
        ("ｍｉｔａ＠ｔｅｓｔ．ｅｘａｍｐｌｅ", "mita@test.example"),
        ("ｍｉｔａ＠日本語.jp", "mita@日本語.jp"),
        ("mita@test.example\r\nBcc: a@b.example", "mita@test.example Bcc: a@b.example"),
        ("Mita@Test.Example", "Mita@Test.Example"),
        ("花子@test.example", "花子@test.example"),
    ],
)
def test_cleaning(typed: str, clean: str) -> None:
    assert clean_address(typed) == clean


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mita@Test.Example", "mita@test.example"),
        ("mita@日本語.jp", "MITA@xn--wgv71a119e.jp"),
        ("mita@test.example.", "mita@test.example"),
        ("ｍｉｔａ＠test.example", "mita@test.example"),
        ("mu\u0308ller@test.example", "m\u00fcller@test.example"),
        ('"a@b"@test.example', '"A@b"@TEST.example'),
    ],
)
def test_spellings_of_one_mailbox(one: str, other: str) -> None:
    assert same_address(one, other)
    assert address_key(one) == address_key(address_key(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mita@test.example", "mita+x@test.example"),
        ("mita@test.example", "mita@test.example.jp"),
        ("m.ita@test.example", "mita@test.example"),
        ("mita@test.example", "test.example"),
    ],
)
def test_different_mailboxes(one: str, other: str) -> None:
    assert not same_address(one, other)


def test_domains() -> None:
    assert domain_of("mita@Test.Example") == "test.example"
    assert domain_of("mita@日本語.jp") == "xn--wgv71a119e.jp"
    assert domain_of("mita") == ""
    assert domain_of("mita@" + "a" * 80 + ".example") == "a" * 80 + ".example"
