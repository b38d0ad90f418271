"""予約フォーム: what a booking page asks its guests, and the files they sent with an answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from chosei.actions.answers import questions_of, set_questions
from chosei.records import gates
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.questions import QuestionsEditor


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form's questions. A button of a row changes what is shown; only saving changes the page."""
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    status = 200
    if request.method == "POST":
        editor = QuestionsEditor.typed(request.POST)
        wish = request.POST.get("do", "")
        wanted = None if wish else editor.wanted()
        if wish:
            editor.do(f"add-{request.POST.get('kind', '')}" if wish == "add" else wish)
        elif wanted is not None:
            set_questions(member, page, wanted)
            messages.success(request, gettext("保存しました。これからの予約に反映されます。"))
            return redirect("console:page-questions", page.pk)
        else:
            status = 422
    else:
        editor = QuestionsEditor(questions_of(page))
    return render(request, "console/page_questions.html", {"page": page, "editor": editor}, status=status)


@require_safe
@member_required
def file(request: HttpRequest, pk: int, answer: int) -> HttpResponse:
    """A guest's file, to keep, never to be shown in the browser: nobody has looked into it."""
    found = gates.answer_file_for_member(signed_in(request), pk, answer)
    response = HttpResponse(found.content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, found.answer.text) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
