from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "beichen.reviews"
    label = "reviews"
