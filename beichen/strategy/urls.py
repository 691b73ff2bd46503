from django.urls import path

from beichen.strategy.pages import page as pages
from beichen.strategy.pages import statements

app_name = "strategy"
urlpatterns = [
    path("", pages.page, name="page"),
    path("edit/", pages.edit, name="edit"),
    path("publish/", pages.publish, name="publish"),
    path("editors/", pages.editors, name="editors"),
    path("limit/", pages.limit, name="limit"),
    path("targets/<int:target_id>/confirm/", pages.confirm, name="confirm"),
    path("says/", statements.index, name="statements"),
    path("says/<slug:kind>/", statements.statement, name="statement"),
    path("says/<slug:kind>/edit/", statements.edit, name="statement_edit"),
    path("says/<slug:kind>/members/", statements.members, name="statement_members"),
    path("says/<slug:kind>/remark/", statements.remark, name="statement_remark"),
    path("says/<slug:kind>/forward/", statements.put_forward, name="statement_forward"),
    path("says/<slug:kind>/sign/", statements.sign, name="statement_sign"),
    path("says/<slug:kind>/publish/", statements.publish, name="statement_publish"),
    path("says/<slug:kind>/read/", statements.acknowledge, name="statement_read"),
    path("says/<slug:kind>/readers/", statements.readers, name="statement_readers"),
    path("says/<slug:kind>/remind/", statements.remind, name="statement_remind"),
    path("says/<slug:kind>/history/", statements.history, name="statement_history"),
    path("says/<slug:kind>/<int:number>/", statements.version, name="statement_version"),
    path("history/", pages.history, name="history"),
    path("<int:map_id>/versions/<int:number>/", pages.version, name="version"),
    path("<int:map_id>/versions/<int:number>/sheet/", pages.sheet, name="sheet"),
    path("<int:map_id>/versions/<int:number>/restore/", pages.restore, name="restore"),
]
