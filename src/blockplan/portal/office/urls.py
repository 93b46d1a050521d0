"""Addresses of the office, each with who may read it and who may act."""

from __future__ import annotations

from allauth.account import views as accounts_of_allauth
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions

from blockplan.portal.office import accounts, home
from blockplan.portal.office.may import OF_NOTICES, anybody, page, signed_in

ADMIN = ("admin",)

urlpatterns = [
    page("", home.home, "office", read=(*OF_NOTICES, "admin")),
    # Accounts.
    anybody("join/<str:secret>/", accounts.follow, "office_follow"),
    anybody("sign-in/", accounts.SignInView.as_view(), "account_login"),
    anybody("sign-in/code/", factors.authenticate, "mfa_authenticate"),
    anybody("closed/", accounts_of_allauth.account_inactive, "account_inactive"),
    anybody("no-account/", home.no_account, "socialaccount_signup"),
    signed_in("sign-out/", accounts_of_allauth.logout, "account_logout"),
    signed_in("account/", accounts.account, "office_account"),
    signed_in("account/overview/", accounts.account, "mfa_index"),
    signed_in("account/password/", accounts_of_allauth.password_change, "account_change_password"),
    signed_in("account/again/", accounts_of_allauth.reauthenticate, "account_reauthenticate"),
    signed_in("account/code/", factors.reauthenticate, "mfa_reauthenticate"),
    signed_in("account/factor/", totp.activate_totp, "mfa_activate_totp"),
    signed_in("account/factor/remove/", totp.deactivate_totp, "mfa_deactivate_totp"),
    signed_in("account/codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    signed_in("account/codes/new/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    signed_in("account/sessions/", sessions.list_usersessions, "usersessions_list"),
    page("staff/", accounts.staff_list, "office_staff", read=ADMIN, act=ADMIN),
    page("staff/<int:staff>/", accounts.member, "office_member", read=ADMIN, act=ADMIN),
    page("acts/", accounts.acts, "office_acts", read=("admin", "auditor")),
]
