"""Whether a bounce is about the address, and final, or may pass: by its status (RFC 3463), else by its words."""

import re


#: An enhanced status code; not a piece of an IP address or of a version.
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
#: A three-digit reply code of SMTP that begins a line or follows a word such as "said:".
REPLY = re.compile(r"(?:^|[\s:;(])([45])\d\d(?=[ -])", re.M)

#: The recipient or its domain does not exist, or takes no mail any more. 5.1.7 and 5.1.8 are about the sender.
FINAL = re.compile(r"5\.1\.(?!7$|8$)\d+|5\.2\.1|5\.4\.4")
#: Codes that servers use for anything; then their words decide.
VAGUE = re.compile(r"5\.(?:0\.0|3\.0|4\.1|5\.0)")

NOBODY_THERE = re.compile(
    r"(?:user|mailbox|recipient|account|address|name|addressee|person)\b[^.\n]{0,40}?\b(?:unknown|not found|does ?n[o']t exist|disabled|invalid|rejected)"
    r"|(?:unknown|no such|invalid|non-?existent|unrouteable) (?:local )?(?:user|mailbox|recipient|account|address|domain|person)"
    r"|no mailbox here|does ?n[o']t have an? \S{0,30} ?account|unrouteable address|host or domain name not found",
    re.I,
)


def status_in(text: str) -> str:
    """Return the last enhanced status code in a text, such as "5.1.1", or an empty text.

    The last, as servers quote the other side's answer after their own words.
    """
    found = STATUS.findall(text)
    return ".".join(found[-1]) if found else ""


def is_final(status: str, words: str) -> bool:
    """Return whether a bounce says that the address takes no mail, now or ever; when in doubt it does not.

    ``status`` is an enhanced status code or empty, ``words`` what the server said.
    """
    said = status_in(words)
    code = said if said and (not status or VAGUE.fullmatch(status)) else status
    if FINAL.fullmatch(code):
        return True
    if not code:
        reply = REPLY.search(words)
        return (reply is None or reply[1] == "5") and bool(NOBODY_THERE.search(words))
    return bool(VAGUE.fullmatch(code)) and bool(NOBODY_THERE.search(words))
