"""What Chosei writes: letters composed from records, as text, HTML and calendar objects.

Django loads this package before the models exist, so nothing is imported here:

    chosei.mails.compose.compose        the letter of a MailMessage
    chosei.mails.paste.paste_text       a proposal's candidates for the author's own mail
    chosei.mails.ics.download           the .ics a guest downloads from the appointment's page
"""
