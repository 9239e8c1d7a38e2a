"""Two registrations of one person become one, with the totals before and after, and can be taken apart again."""
