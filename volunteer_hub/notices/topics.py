"""What notices are about, as a person may choose among them: by the first word of a notice's key. Pure."""

from __future__ import annotations

from volunteer_hub.core.text import N_

#: A topic, its words, and the first words of the keys it takes in.
TOPICS: dict[str, tuple[str, frozenset[str]]] = {
    "changes": (N_("报名的场次有变动、取消，或有候补名额"), frozenset({"shift", "offer"})),
    "reminders": (N_("活动前一天和开始前的提醒"), frozenset({"remind"})),
    "searches": (N_("保存的查找有新活动"), frozenset({"search"})),
    "record": (
        N_("时长、异议、补录、证明和星级的进展"),
        frozenset({"make-up", "objection", "certificate", "certificate-request", "star", "correction", "anomaly"}),
    ),
}


def topic_of(key: str) -> str | None:
    """Return the topic of a notice, or None for one that nobody may mute, as of one's account and identity."""
    word = key.partition(":")[0]
    return next((topic for topic, (_, words) in TOPICS.items() if word in words), None)
