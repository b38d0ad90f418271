"""The catalogues' tool, on a small package of its own; the real ones are judged in test_project.py."""

from __future__ import annotations

import gettext

import pytest

from chosei.ops import translations

TEMPLATE = """{% load i18n %}<p title="{% translate 'あ' %}">
    {% blocktranslate trimmed count n=n %}
        {{ n }}件
    {% plural %}
        {{ n }}件
    {% endblocktranslate %}</p>
{% translate "月" context "weekday" %} {{ _("い") }}
"""
CODE = 'from django.utils.translation import gettext_lazy as _\nTITLE = _("%(name)s様")\n'


@pytest.fixture
def package(tmp_path):
    templates = tmp_path / "web" / "console" / "templates"
    templates.mkdir(parents=True)
    (templates / "page.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "letters.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def _translate(package, area, **texts):
    path = translations.catalogue_path(area, package)
    text = path.read_text(encoding="utf-8")
    for source, target in texts.items():
        text = text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{target}"')
    path.write_text(text, encoding="utf-8")


def test_finds_what_code_and_templates_say(package):
    assert set(translations.find(package)) == {
        ("", ("あ",)),
        ("", ("い",)),
        ("", ("%(n)s件", "%(n)s件")),
        ("weekday", ("月",)),
        ("", ("%(name)s様",)),
    }


def test_missing_texts_are_listed_by_area(package):
    problems = translations.check(package)
    assert len(problems) == 5
    assert "mails: missing: '%(name)s様' (mails/letters.py)" in problems
    assert "web/console: missing: 'あ' (web/console/templates/page.html)" in problems


def test_update_adds_what_is_missing_and_drops_what_is_not_used(package):
    translations.update(package)
    assert "web/console: not translated: 'あ'" in translations.check(package)
    (package / "mails" / "letters.py").write_text("", encoding="utf-8")
    assert "mails: not used any more: '%(name)s様'" in translations.check(package)
    assert translations.update(package) == ["mails: dropped '%(name)s様'"]


def test_fuzzy_and_wrong_placeholders_are_refused(package):
    translations.update(package)
    _translate(package, "mails", **{"%(name)s様": "Dear %(nmae)s"})
    _translate(package, "web/console", あ="A")
    path = translations.catalogue_path("web/console", package)
    path.write_text(path.read_text().replace('msgid "あ"', '#, fuzzy\nmsgid "あ"'), encoding="utf-8")
    problems = translations.check(package)
    assert "mails: placeholders differ, expected ['%(name)s']: '%(name)s様'" in problems
    assert "web/console: fuzzy: 'あ'" in problems


def test_two_areas_may_not_disagree(package):
    (package / "mails" / "letters.py").write_text(CODE + '_("あ")\n', encoding="utf-8")
    translations.update(package)
    for area, word in (("mails", "A"), ("web/console", "B")):
        path = translations.catalogue_path(area, package)
        path.parent.mkdir(parents=True, exist_ok=True)
        header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        path.write_text(f'{header}msgid "あ"\nmsgstr "{word}"\n', encoding="utf-8")
    assert any("translated differently" in problem for problem in translations.check(package))


def test_compiles_what_changed(package):
    translations.update(package)
    _translate(package, "mails", **{"%(name)s様": "Dear %(name)s"})
    translations.compile_changed(package)
    compiled = translations.catalogue_path("mails", package).with_suffix(".mo")
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("%(name)s様") == "Dear %(name)s"
    before = compiled.stat().st_mtime_ns
    translations.compile_changed(package)
    assert compiled.stat().st_mtime_ns == before
