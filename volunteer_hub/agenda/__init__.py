"""One's own calendar: saved searches, the calendar of sign-ups, feeds for other calendars, offers with a deadline."""
