"""What identity refuses, as sentences."""

from __future__ import annotations

from beichen.platform.kit.errors import Forbidden, Invalid, Refused, gettext_noop


class AccountsExist(Refused):
    code = "accounts_exist"
    text = gettext_noop(
        "Accounts already exist, so the first administrator can no longer be created here. Ask "
        "an HR administrator to open an account."
    )


class AddressTaken(Invalid):
    code = "address_taken"
    text = gettext_noop("Another account already uses this e-mail address.")


class WrongAddress(Invalid):
    code = "wrong_address"
    text = gettext_noop("“%(email)s” is not an e-mail address.")


class WrongPassword(Invalid):
    code = "weak_password"
    text = gettext_noop("This password is not safe enough: %(reasons)s")


class WrongDays(Invalid):
    code = "wrong_days"
    text = gettext_noop("A token lasts between 1 and 365 days.")


class WrongScopes(Invalid):
    code = "wrong_scopes"
    text = gettext_noop("Choose what the token can do. Not recognised: %(unknown)s")


class TooManyTokens(Refused):
    code = "too_many_tokens"
    text = gettext_noop("You already have 20 active tokens. Revoke one you no longer need first.")


class NotByToken(Forbidden):
    code = "not_by_token"
    text = gettext_noop("Tokens cannot do this. Sign in and do it on the page.")


class OnlyRecords(Forbidden):
    code = "only_records"
    text = gettext_noop(
        "You have left the company: your account only opens your own records, and programs cannot use it."
    )


class WrongCode(Invalid):
    """One sentence for every reason, so that nothing is learnt by trying."""

    code = "wrong_code"
    text = gettext_noop(
        "The e-mail address and code do not match, or the code has been used or has expired. Ask HR for a new one."
    )


class TooOften(Refused):
    code = "too_often"
    status = 429
    text = gettext_noop("Too many attempts. Wait a few minutes, then try again.")
