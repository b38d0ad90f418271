"""What holds for every template, style and script: the rules of the design system, checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import chosei.web

WEB = Path(chosei.web.__file__).parent
TEMPLATES = sorted(path for path in WEB.rglob("templates/**/*.html"))
STYLES = sorted(WEB.rglob("static/**/*.css"))
SCRIPTS = sorted(WEB.rglob("static/**/*.js"))


def short(path: Path) -> str:
    return str(path.relative_to(WEB))


def test_there_is_something_to_check():
    assert TEMPLATES
    assert STYLES
    assert SCRIPTS


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_templates_need_no_exception_from_the_content_security_policy(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style[\s>]", source)
    assert not re.search(r"\sstyle\s*=", source)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source)
    assert not re.search(r"javascript:", source, re.IGNORECASE)
    for script in re.findall(r"<script\b([^>]*)>", source):
        assert "src=" in script or 'type="application/json"' in script, f"inline script: {script}"
    assert not re.search(r"hx-on|hx-vals=.js:|\|safe\b", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_forms_that_post_carry_the_csrf_token(path):
    source = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, re.DOTALL):
        assert "csrf_token" in form


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "public" in path.parts], ids=short)
def test_links_that_open_a_tab_keep_the_page_secret(path):
    for link in re.findall(r"<a\b[^>]*target=\"_blank\"[^>]*>", path.read_text(encoding="utf-8")):
        assert "noreferrer" in link


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=short)
def test_colours_come_from_the_tokens(path):
    source = re.sub(r"@media print \{.*\n\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[\s;,)])", source) == []


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS], ids=short)
def test_every_token_named_exists(path):
    tokens = set(re.findall(r"(--[\w-]+)\s*:", (WEB / "static/css/tokens.css").read_text(encoding="utf-8")))
    own = set(re.findall(r"(--[\w-]+)\s*:", path.read_text(encoding="utf-8")))
    used = set(re.findall(r"var\((--[\w-]+)", path.read_text(encoding="utf-8")))
    assert used <= tokens | own


@pytest.mark.parametrize("path", SCRIPTS, ids=short)
def test_scripts_are_small_and_build_no_html(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 300
    html = r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(html, source)


def test_an_empty_list_is_no_box_in_a_box():
    boxed = re.compile(r'<div class="card">(?:\{% translate "[^"]*" as text %\})?\{% empty ')
    assert [short(path) for path in TEMPLATES if boxed.search(path.read_text(encoding="utf-8"))] == []
