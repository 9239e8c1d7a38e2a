"""How names, identity numbers and mobiles are shown when they are not to be read in full."""

from __future__ import annotations


def mask_name(name: str) -> str:
    """Show the family name only: 张三丰 → 张**; 欧阳 and other two-character family names also keep one."""
    return name[:1] + "*" * (len(name) - 1) if name else ""


def mask_middle(name: str) -> str:
    """Show first and last: 王建国 → 王*国, 李四 → 李*; so that somebody at a door is told from a neighbour."""
    return name[:1] + "*" * (len(name) - 2) + name[-1:] if len(name) > 2 else mask_name(name)


def mask_document(number: str) -> str:
    """Show the first three and last four characters: 220403********1234."""
    if len(number) <= 7:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask_mobile(mobile: str) -> str:
    """Show the first three and last four digits: 138****5678."""
    if len(mobile) < 8:
        return "*" * len(mobile)
    return mobile[:3] + "*" * (len(mobile) - 7) + mobile[-4:]
