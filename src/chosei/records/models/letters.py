from __future__ import annotations

from django.db import models

from chosei.records.models.organization import Organization


class LetterText(models.Model):
    """An organisation's own words for one kind of letter in one language; what is empty stays as it comes.

    ``kind`` is a ``core.letter_texts.Wording``; the texts hold placeholders like {氏名}.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="letter_texts")
    kind = models.CharField(max_length=24)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=200, blank=True, default="")
    opening = models.TextField(max_length=4000, blank=True, default="")
    closing = models.TextField(max_length=4000, blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "language"], name="letter_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"


class Logo(models.Model):
    """An organisation's logo: a PNG or JPEG that was taken apart and put together again without anything but
    the picture. Pixels are those of the file; pages and mails show it smaller.
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="logo")
    image = models.BinaryField()
    content_type = models.CharField(max_length=16)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"logo {self.pk}"

    def within(self, width: int, height: int) -> tuple[int, int]:
        """Its sides where it is shown at most so large, never larger than it is."""
        scale = min(width / self.width, height / self.height, 1)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))
