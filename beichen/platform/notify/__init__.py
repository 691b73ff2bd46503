"""Messages to people, in the product and by e-mail; nothing confidential is ever in a message.

An area declares a `template` in its `choices.py` and sends it from its rules or subscribers with `send` or
`send_many`. A notice holds names and numbers of class C2 and C3 and a link; what is confidential is read behind the
link, with the rights of that moment. Only the addressee sees a notice.
"""

from beichen.platform.notify.choices import Template, template
from beichen.platform.notify.rules import Letter, send, send_about, send_many

__all__ = ["Letter", "Template", "send", "send_about", "send_many", "template"]
