"""Finds the community a row means, inside the division its file is for."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import select

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import in_region, region_prefix
from volunteer_hub.core.text import N_
from volunteer_hub.imports import words
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region
from volunteer_hub.volunteers.service import check_residence

_CODE = re.compile(r"[0-9]{12}")
_FILLER = re.compile(r"[\s\-—/>、,，.·]+")


class Places:
    """Looks residences up inside one division, each spelling once."""

    def __init__(self, area_code: str, default: str | None) -> None:
        self._area = region_prefix(area_code)
        self._default = default
        self._known: dict[str, str | DomainError] = {}

    def find(self, typed: str) -> str:
        """Return the code of the lowest division a text names, the default for an empty one.

        Raises DomainError at field `region`: unknown, outside, not low enough, or more than one.
        """
        named = _FILLER.sub("", unicodedata.normalize("NFKC", typed))
        if not named:
            if self._default is None:
                raise DomainError("region_missing", N_("没有写居住区域，也没有选默认社区。"), field="region")
            return self._default
        if named not in self._known:
            try:
                self._known[named] = self._look_up(named)
            except DomainError as refusal:
                self._known[named] = refusal
        found = self._known[named]
        if isinstance(found, DomainError):
            raise found
        return found

    def covers(self, code: str) -> bool:
        """Tell whether a division lies where the importer may import."""
        return code.startswith(self._area)

    def _look_up(self, named: str) -> str:
        if _CODE.fullmatch(named):
            region = regions.find_region(named)
            if region is None:
                raise DomainError("region_unknown", N_("没有这个区划代码。"), field="region")
            return self._checked(region)
        candidates = self._named(named)
        exact = [region for region in candidates if named in (region.name, region.full_name)]
        found = exact if len(exact) == 1 else candidates
        if not found:
            raise DomainError(
                "region_unknown",
                N_("在您管理的范围里找不到这个社区（村），请写全称或 12 位区划代码。"),
                field="region",
            )
        if len(found) > 1:
            raise DomainError(
                "region_ambiguous",
                N_("有 %(n)d 个社区（村）叫这个名字，请加上街道或写 12 位区划代码。"),
                field="region",
                n=len(found),
            )
        return self._checked(found[0])

    def _named(self, named: str) -> list[Region]:
        """Return the lowest divisions inside the reach whose full name ends in the words, endings left out."""
        stem = words.ENDINGS.sub("", named)
        if not stem:
            return []
        holds = Region.name.contains(stem[-2:], autoescape=True)
        rows = db.session.scalars(select(Region).where(in_region(Region.code, self._area), holds).limit(5000)).all()
        fitting = [row for row in rows if words.ENDINGS.sub("", _FILLER.sub("", row.full_name)).endswith(stem)]
        fitting = [row for row in fitting if _is_tail(stem, row)]
        above = regions.have_children(fitting) if fitting else set()
        return [row for row in fitting if row.code not in above]

    def _checked(self, region: Region) -> str:
        if not self.covers(region.code):
            raise DomainError("region_outside", N_("居住地不在您管理的范围里。"), field="region")
        try:
            check_residence(region.code)
        except DomainError as refusal:
            raise DomainError(refusal.code, refusal.message, field="region", **refusal.params) from None
        return region.code


def _is_tail(stem: str, region: Region) -> bool:
    """Tell whether the words name the division itself: its whole own name, alone or behind those above it."""
    own = words.ENDINGS.sub("", _FILLER.sub("", region.name))
    return bool(own) and stem.endswith(own)
