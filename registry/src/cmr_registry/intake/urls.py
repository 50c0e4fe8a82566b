"""Addresses of deliveries, below the center's workspace."""

from django.urls import path

from cmr_registry.intake import table_views, views

app_name = "intake"
urlpatterns = [
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<uuid:delivery_id>/", views.delivery, name="delivery"),
    path("deliveries/<uuid:delivery_id>/receipt.json", views.receipt, name="receipt"),
    path(
        "deliveries/<uuid:delivery_id>/conflicts/<uuid:conflict_id>",
        views.conflict,
        name="conflict",
    ),
    path("upload/", views.upload, name="upload"),
    path("tables/", table_views.tables, name="tables"),
    path("tables/<uuid:table_id>/", table_views.table, name="table"),
    path("tables/<uuid:table_id>/accept", table_views.accept, name="table_accept"),
    path("tables/<uuid:table_id>/discard", table_views.discard, name="table_discard"),
    path("tables/<uuid:table_id>/remarks.csv", table_views.remarks, name="table_remarks"),
]
