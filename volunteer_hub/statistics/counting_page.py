"""Shows a page of figures; where they take long to count, at once a page that says so, and then the figures.

The page is sent in two parts over one connection: browsers show the first while the second is being counted,
with and without script. Nothing is kept between requests: whoever goes away is not waited for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, render_template, request, stream_with_context
from markupsafe import Markup

from volunteer_hub.statistics import effort

log = logging.getLogger(__name__)

BASE, INSIDE = "web/base.html", "statistics/inside.html"
#: Where the figures go in the page that says they are being counted.
_HERE = "<!-- figures -->"


def show(
    template: str, title: str, lines: int, values: Callable[[], dict[str, Any]], check: Callable[[], object]
) -> str | Response:
    """Render a template of figures with what `values` finds out; `lines` are what that will have to read.

    `check` raises what `values` would refuse: once the first part is sent, so is the status.
    """
    if lines <= effort.MOST_AT_ONCE:
        return render_template(template, layout=BASE, **values())
    check()
    page = render_template("statistics/counting.html", title=title, lines=lines, figures=Markup(_HERE))  # noqa: S704 - ours
    before, _, after = page.partition(_HERE)

    def parts() -> Iterator[str]:
        yield before
        try:
            yield render_template(template, layout=INSIDE, **values())
        except Exception:
            log.exception("could not count %s", request.path)
            yield render_template("statistics/uncounted.html", again=request.full_path)
        yield after

    # A proxy that gathers the answer before it passes it on would bring the silent wait back.
    headers = {"X-Accel-Buffering": "no"}
    return Response(stream_with_context(parts()), mimetype="text/html", headers=headers)
