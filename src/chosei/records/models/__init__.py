"""Every model, importable from one place."""

from chosei.records.models.answer import Answer, AnswerFile
from chosei.records.models.appointment import Appointment, Companion, Promise
from chosei.records.models.approval import ProviderApproval
from chosei.records.models.booking_page import BookingPage, BookingPageDeputy, BookingPageHost, Visibility
from chosei.records.models.calendar_entry import CalendarEntry
from chosei.records.models.chat import (
    ChatDestination,
    ChatKind,
    ChatMessage,
    ChatService,
    ChatState,
    PageChat,
)
from chosei.records.models.connection import Connection, ConnectionAttempt, MailboxPause, MirroredEvent
from chosei.records.models.letters import LetterText, Logo
from chosei.records.models.mail import MailKind, MailMessage, MailState
from chosei.records.models.meeting import MeetingFormat
from chosei.records.models.organization import Member, Organization, Role
from chosei.records.models.page_access import OneTimeLink, PageAddress
from chosei.records.models.page_room import BookingPageRoom
from chosei.records.models.proposal import Candidate, Proposal, ProposalHost, ProposalTemplate
from chosei.records.models.readjustment import Readjustment
from chosei.records.models.reception import CodeState, FrontDesk, Reception, ReceptionCode, Visit
from chosei.records.models.room import Room, RoomBusy, RoomDirectory, RoomList, RoomListRoom
from chosei.records.models.subscription import Subscription
from chosei.records.models.timeline import RateCount, TimelineEntry
from chosei.records.models.web_meeting import WebMeeting

__all__ = [
    "Answer",
    "AnswerFile",
    "Appointment",
    "BookingPage",
    "BookingPageDeputy",
    "BookingPageHost",
    "BookingPageRoom",
    "CalendarEntry",
    "Candidate",
    "ChatDestination",
    "ChatKind",
    "ChatMessage",
    "ChatService",
    "ChatState",
    "CodeState",
    "Companion",
    "Connection",
    "ConnectionAttempt",
    "FrontDesk",
    "LetterText",
    "Logo",
    "MailKind",
    "MailMessage",
    "MailState",
    "MailboxPause",
    "MeetingFormat",
    "Member",
    "MirroredEvent",
    "OneTimeLink",
    "Organization",
    "PageAddress",
    "PageChat",
    "Promise",
    "Proposal",
    "ProposalHost",
    "ProposalTemplate",
    "ProviderApproval",
    "RateCount",
    "Readjustment",
    "Reception",
    "ReceptionCode",
    "Role",
    "Room",
    "RoomBusy",
    "RoomDirectory",
    "RoomList",
    "RoomListRoom",
    "Subscription",
    "TimelineEntry",
    "Visibility",
    "Visit",
    "WebMeeting",
]
