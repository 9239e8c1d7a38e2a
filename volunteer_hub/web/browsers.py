"""What a browser calls itself, in words its owner recognises."""

from __future__ import annotations

from volunteer_hub.core.text import N_

#: Sought in this order: a browser inside another names both.
_PROGRAMS = (
    ("MicroMessenger", N_("微信")),
    ("DingTalk", N_("钉钉")),
    ("HuaweiBrowser", N_("华为浏览器")),
    ("MiuiBrowser", N_("小米浏览器")),
    ("QQBrowser", N_("QQ 浏览器")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", N_("安卓手机")),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
UNKNOWN = N_("其他浏览器")


def browser_words(user_agent: str) -> list[str]:
    """Return the program and the system a User-Agent names, as sentences to translate; at least one."""
    program = next((words for sign, words in _PROGRAMS if sign in user_agent), UNKNOWN)
    system = next((words for sign, words in _SYSTEMS if sign in user_agent), "")
    return [words for words in (program, system) if words]
