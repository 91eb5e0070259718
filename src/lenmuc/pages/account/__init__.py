"""Signing in and out, and one's own account."""

from lenmuc.pages.account import factor, first, mail, own, provider, sign_in

handlers = [
    sign_in.sign_in_page,
    sign_in.sign_in_here,
    sign_in.code_page,
    sign_in.code_here,
    sign_in.sign_out_here,
    first.first_page,
    first.first_here,
    own.account_page,
    own.password_page,
    own.password_here,
    own.end_one,
    own.end_others,
    factor.factor_page,
    factor.back,
    factor.begin,
    factor.confirm,
    factor.recovery_codes,
    factor.off,
    mail.mail_page,
    mail.wish,
    provider.leave,
    provider.back,
    provider.link_page,
    provider.link_back,
    provider.link,
    provider.unlink,
]
