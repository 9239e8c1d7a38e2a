"""The timetable: which job runs when, on whichever worker holds the lease."""
