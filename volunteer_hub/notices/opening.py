"""Opens the carriers a deployment has configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from volunteer_hub.core import channels
from volunteer_hub.core.channels import Channel
from volunteer_hub.notices.adapters import EmailCarrier, SmsGateway, WeChatTemplates


def open_carriers(settings: Mapping[str, Any]) -> None:
    """Open e-mail, SMS and WeChat as far as the settings name them; without any, notices stay in the application."""
    opened: list[Channel] = []
    if settings.get("SMTP_URL"):
        opened.append(EmailCarrier(settings["SMTP_URL"], settings["MAIL_FROM"]))
    if settings.get("SMS_GATEWAY_URL"):
        opened.append(SmsGateway(settings["SMS_GATEWAY_URL"], settings["SMS_GATEWAY_TOKEN"]))
    if settings.get("WECHAT_APP_ID"):
        opened.append(
            WeChatTemplates(
                settings["WECHAT_APP_ID"],
                settings["WECHAT_APP_SECRET"],
                settings["WECHAT_TEMPLATE_ID"],
                settings["WECHAT_TEMPLATE_FIELD"],
            )
        )
    channels.use(opened)
