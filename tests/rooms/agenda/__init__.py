"""One's own calendar, its address for other calendars, saved searches, reminders."""
