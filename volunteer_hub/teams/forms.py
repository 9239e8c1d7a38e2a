"""Forms for founding and changing teams, and for inviting people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.stations.models import Station
from volunteer_hub.teams.labels import JOIN_MODES, KINDS, SPECIALTIES
from volunteer_hub.teams.models import JoinMode, Specialty, Team, TeamKind
from volunteer_hub.teams.tree import Details
from volunteer_hub.web.forms import (
    Form,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    at_most,
    choices,
    required,
)


def _said(words: dict[Any, str]) -> Any:
    return choices((key, _l(sentence)) for key, sentence in words.items())


class TeamForm(Form):
    """What a team says of itself."""

    name = StringField(_l("队伍名称"), [required(_l("请填写队伍名称。")), at_most(60)])
    specialty = SelectField(_l("服务方向"), choices=_said(SPECIALTIES))
    region_code = StringField(_l("所在区划"), [required(_l("请选择所在区划。"))])
    station_id = SelectField(_l("依托的阵地"))
    join_mode = RadioField(_l("怎样加入"), choices=_said(JOIN_MODES), default=JoinMode.REQUEST.value)
    introduction = TextAreaField(_l("介绍"), [at_most(200)])

    def offer(self, stations: Iterable[Station]) -> None:
        """Offer these stations."""
        self.station_id.choices = choices(
            [("", _("不依托阵地")), *((station.id, station.name) for station in stations)]
        )

    def details(self) -> Details:
        """Return what was typed, for the service."""
        return Details(
            name=self.name.data,
            specialty=Specialty(self.specialty.data),
            region_code=self.region_code.data,
            join_mode=JoinMode(self.join_mode.data),
            station_id=int(self.station_id.data) if self.station_id.data else None,
            introduction=self.introduction.data or "",
        )


class FoundForm(TeamForm):
    """What a new team says of itself, and where it stands."""

    kind = SelectField(_l("级别"), choices=_said(KINDS), default=TeamKind.SQUAD.value)
    parent_id = SelectField(_l("上级队伍"))

    def offer_parents(self, teams: Iterable[Team]) -> None:
        """Offer these teams to stand under."""
        self.parent_id.choices = choices([("", _("无，自成一支")), *((team.id, team.name) for team in teams)])

    def parent(self) -> int | None:
        """Return the chosen parent's id."""
        return int(self.parent_id.data) if self.parent_id.data else None


class InviteForm(Form):
    """Whom to invite."""

    number = StringField(
        _l("志愿者编号"),
        [required(), at_most(30)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
