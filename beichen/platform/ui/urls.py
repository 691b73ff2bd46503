from django.urls import path

from beichen.platform.ui import pages

app_name = "ui"
urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
    path("metrics", pages.metrics, name="metrics"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("worker.js", pages.service_worker, name="service_worker"),
    path("ui/language/", pages.language, name="language"),
    path("ui/looks/", pages.looks, name="looks"),
    path("ui/parts/", pages.parts, name="parts"),
    path("ui/parts/drawer/", pages.parts_drawer, name="parts_drawer"),
    path("access/<slug:row>/", pages.who_sees, name="who_sees"),
]
