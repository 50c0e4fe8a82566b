"""Addresses of deliveries, below the center's workspace."""

from django.urls import path

from cmr_registry.intake import views

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
]
