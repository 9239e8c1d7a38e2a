"""From which numbers on something is flagged: data, in this one place, shown beside the rules on the page."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of every rule. Docs and reasons: docs/decisions/0085."""

    #: So many people through one device within so many seconds. A practised hand needs two seconds a head.
    burst_people: int = 10
    burst_seconds: int = 10
    #: A whole team (this share, percent) of at least so many, through one device, less than so many seconds a head.
    team_people: int = 8
    team_share: int = 95
    team_gap_seconds: int = 2
    #: Faster than this between two stations at least so far apart; or, where a position is missing, sooner than that.
    travel_km_per_hour: int = 120
    travel_least_km: int = 2
    travel_minutes: int = 5
    #: Everybody (this share, percent) of at least so many stayed as long, who came over at least so many minutes.
    same_length_people: int = 8
    same_length_share: int = 95
    same_length_spread_minutes: int = 10
    #: Minutes of class C in a month from which its share (percent) is looked at.
    made_up_minutes: int = 1200
    made_up_share: int = 30
    #: So many people wholly outside opening hours, leaving this margin, at a shift announced later than so many hours
    #: before; or at night for at least so many minutes, announced or not.
    outside_people: int = 3
    outside_margin_minutes: int = 60
    outside_announced_hours: int = 24
    night_begins_hour: int = 23
    night_ends_hour: int = 5
    night_minutes: int = 60
    #: The last days of a month, quarter and year against the days before them: so many times the daily mean,
    #: at least so many minutes, and so many days of service to compare with.
    spike_month_days: int = 3
    spike_quarter_days: int = 5
    spike_year_days: int = 7
    spike_before_days: int = 60
    spike_times: int = 4
    spike_minutes: int = 6000
    spike_active_days: int = 5
    #: Scans of oneself, by the operator's page, in a month.
    own_scans: int = 4
    #: Corrections that lengthen scanned stays between the same two in a month, and what they add together.
    lengthened_times: int = 3
    lengthened_minutes: int = 180
    #: Quarantined scans of one operator admitted in a month: by himself; or this share (percent) of so many by
    #: one other.
    vouched_own: int = 3
    vouched_scans: int = 20
    vouched_share: int = 90
    #: Make-ups of a station in a month, of which this share (percent) came from the same two people.
    pair_make_ups: int = 10
    pair_share: int = 80
    #: People who registered themselves with one mobile within so many minutes. A family is fewer.
    registered_people: int = 6
    registered_minutes: int = 10

    def as_places(self) -> dict[str, int]:
        """Return the limits by name, to fill the sentences that state them."""
        return asdict(self)


LIMITS = Limits()
#: Who is concerned has so long to answer before a flag may be confirmed, unless all have answered.
ANSWER_HOURS = 72
