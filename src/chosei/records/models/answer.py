from __future__ import annotations

from django.db import models

from chosei.core.questions import QuestionKind
from chosei.records.models.appointment import Appointment
from chosei.records.sealed import SealedBinaryField


class Answer(models.Model):
    """What a guest answered in a booking page's form (予約フォーム), in the words the question had then.

    ``kind`` is a ``core.questions.QuestionKind``; ``label`` is empty for Chosei's own fields, which are named
    in the reader's language. Several choices stand in ``text`` a line each; of a file, its name.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in QuestionKind])
    label = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField(max_length=20000)
    position = models.PositiveSmallIntegerField(default=0)
    in_event = models.BooleanField(default=True)
    in_mails = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["appointment", "key"], name="answer_once")]

    def __str__(self) -> str:
        return f"answer {self.key} of appointment {self.appointment_id}"


class AnswerFile(models.Model):
    """The file of an answer, sealed; apart from it, so that it is read only when somebody opens it."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, related_name="file")
    content = SealedBinaryField()
    size = models.PositiveIntegerField(help_text="bytes, as the guest sent it")

    def __str__(self) -> str:
        return f"file of answer {self.answer_id}"
