"""Pages for people who try Chosei: mailboxes, meeting links, faults, consents."""
