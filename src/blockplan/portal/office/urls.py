"""Addresses of the office, each with who may read it and who may act."""

from __future__ import annotations

from allauth.account import views as accounts_of_allauth
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions

from blockplan.portal.office import (
    accounts,
    desk_pages,
    draft_pages,
    notice_pages,
    opinion_pages,
    preview,
    release_page,
    template_pages,
    workbench,
)
from blockplan.portal.office.permissions import ENTERS, OF_NOTICES, OFFICE, PLANNER, anybody, page, signed_in
from blockplan.portal.office.services import ACTS

ADMIN = ("admin",)
NOTICE = "notices/<slug:notice>/"
OPINION = NOTICE + "opinions/<str:opinion>/"

urlpatterns = [
    page("", notice_pages.home, "office", read=(*OF_NOTICES, "admin")),
    # Accounts.
    anybody("join/<str:secret>/", accounts.follow, "office_follow"),
    anybody("reading/<str:secret>/", preview.follow, "office_reading"),
    anybody("sign-in/", accounts.SignInView.as_view(), "account_login"),
    anybody("sign-in/code/", factors.authenticate, "mfa_authenticate"),
    anybody("closed/", accounts_of_allauth.account_inactive, "account_inactive"),
    anybody("no-account/", notice_pages.no_account, "socialaccount_signup"),
    anybody("not-signed-in/", notice_pages.not_signed_in, "socialaccount_login_cancelled"),
    signed_in("sign-out/", accounts.sign_out, "account_logout"),
    anybody("signed-out/", accounts.signed_out, "office_signed_out"),
    signed_in("account/", accounts.account, "office_account"),
    signed_in("account/overview/", accounts.account, "mfa_index"),
    signed_in("account/password/", accounts.password, "account_change_password"),
    signed_in("account/again/", accounts_of_allauth.reauthenticate, "account_reauthenticate"),
    signed_in("account/code/", factors.reauthenticate, "mfa_reauthenticate"),
    signed_in("account/factor/", totp.activate_totp, "mfa_activate_totp"),
    signed_in("account/factor/remove/", totp.deactivate_totp, "mfa_deactivate_totp"),
    signed_in("account/codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    signed_in("account/codes/new/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    signed_in("account/sessions/", sessions.list_usersessions, "usersessions_list"),
    page("staff/", accounts.staff_list, "office_staff", read=ADMIN, act=ADMIN),
    page("staff/<number:staff>/", accounts.member, "office_member", read=ADMIN, act=ADMIN),
    page("acts/", accounts.acts, "office_acts", read=("admin", "auditor")),
    page("templates/", template_pages.templates, "office_templates", act=PLANNER),
    page("templates/<number:template>/", template_pages.template, "office_template", act=PLANNER),
    # A notice before it opens.
    page("notices/new/", draft_pages.begin, "office_begin", read=PLANNER, act=PLANNER),
    page(NOTICE + "draft/", draft_pages.draft, "office_draft"),
    page(NOTICE + "draft/preview/", preview.begin, "office_preview"),
    page(NOTICE + "draft/preview/end/", preview.end, "office_preview_end"),
    page(NOTICE + "draft/dates/", draft_pages.dates, "office_dates", act=PLANNER),
    page(NOTICE + "draft/plan/", draft_pages.plan, "office_plan", act=PLANNER),
    page(NOTICE + "draft/particulars/", draft_pages.particulars, "office_particulars", act=PLANNER),
    page(NOTICE + "draft/release/", release_page.release, "office_release", act=("planner", "approver")),
    page(NOTICE + "draft/open/", draft_pages.opening, "office_open", read=PLANNER, act=PLANNER),
    # Its plan at the workbench, whole, also with what is withheld from the public.
    page(NOTICE + "workbench/", workbench.page, "office_workbench", read=OFFICE),
    page(
        NOTICE + "workbench/<path:path>", workbench.below, "office_workbench_below", read=OFFICE, act=OFFICE
    ),
    # A notice, its opinions, its record.
    page(NOTICE, notice_pages.notice, "office_notice"),
    page(
        NOTICE + "waiting/<number:pending>/",
        notice_pages.waiting,
        "office_waiting",
        act=("clerk", "planner", "approver"),
    ),
    page(NOTICE + "waiting/<number:pending>/<path:path>", notice_pages.report_file, "office_report_file"),
    page(NOTICE + "opinions/", opinion_pages.opinions, "office_opinions"),
    page(OPINION, opinion_pages.opinion, "office_opinion", act=ENTERS["shown"]),
    page(NOTICE + "files/<number:seq>/<number:number>/", opinion_pages.opinion_file, "office_file"),
    page(
        NOTICE + "letter/",
        opinion_pages.letter,
        "office_letter",
        read=ENTERS["submitted"],
        act=ENTERS["submitted"],
    ),
    page(NOTICE + "import/", opinion_pages.import_list, "office_import", read=OFFICE, act=OFFICE),
    page(NOTICE + "record/", release_page.record, "office_record"),
    page(NOTICE + "record/archive/", release_page.archive, "office_archive", read=("auditor",)),
    # The answering desk.
    page(NOTICE + "desk/", desk_pages.desk, "office_desk", act=OFFICE),
    page(NOTICE + "desk/sheet/", desk_pages.sheet, "office_sheet"),
    page(NOTICE + "desk/segments/", desk_pages.segments, "office_segments", act=OFFICE),
    page(NOTICE + "desk/segments/<str:segment>/", desk_pages.segment, "office_segment", act=OFFICE),
    page(NOTICE + "desk/themes/<str:theme>/", desk_pages.theme, "office_theme", act=OFFICE),
    page(NOTICE + "publish/", desk_pages.publish, "office_act_publish", read=PLANNER, act=PLANNER),
    *(
        page(
            (OPINION if act.of_opinion else NOTICE) + f"{name}/",
            notice_pages.act_page(name),
            f"office_act_{name}",
            read=act.roles,
            act=act.roles,
        )
        for name, act in ACTS.items()
    ),
]
