"""What people registers at start: its sheets of a workbook and its places in the navigation."""

from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries
from beichen.people.rules import sheets
from beichen.platform.registry import NavEntry, faces_from, nav

sheets.declare()
faces_from(queries.faces, queries.find_faces)

nav(NavEntry(key="people", label=_("Organisation"), url_name="people:home", icon="sitemap", section="company",
             permission=access.VIEW_PEOPLE, order=500))  # fmt: skip
nav(NavEntry(key="people.changes", label=_("Changes"), url_name="people:changes", icon="arrows-right-left",
             section="company", permission=access.SEE_CHANGES, order=510))  # fmt: skip
nav(NavEntry(key="people.cycles", label=_("Cycles"), url_name="people:cycles", icon="refresh", section="company",
             permission=access.SET_CYCLE, order=520))  # fmt: skip
nav(NavEntry(key="people.seats", label=_("Seats"), url_name="people:seats", icon="armchair", section="company",
             permission=access.SEE_SEATS, order=530))  # fmt: skip
nav(NavEntry(key="people.imports", label=_("Import"), url_name="people:imports", icon="table-import",
             section="company", permission=access.SEE_IMPORTS, order=540))  # fmt: skip
