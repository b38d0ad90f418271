"""A mail server that delivers nothing: it keeps what Chosei sends, and shows it."""
