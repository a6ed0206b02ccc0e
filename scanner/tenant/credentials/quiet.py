"""Keeps tokens out of logs: four libraries write headers, codes or whole answers when a program logs at DEBUG."""

from __future__ import annotations

import logging
from typing import Final

_TALKATIVE: Final = (
    "hpack.hpack",  # every HTTP/2 header, Authorization included
    "hpack.table",
    "msal.oauth2cli.authcode",  # the authorization code of a browser sign-in
    "msal.managed_identity",  # an answer that it could not read, whole
)


def quieten() -> None:
    """Drop the DEBUG records of these libraries, whatever level the program has set. May be called any number of times."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_above_debug)


def _above_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG
