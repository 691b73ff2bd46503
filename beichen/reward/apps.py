from django.apps import AppConfig


class RewardConfig(AppConfig):
    name = "beichen.reward"
    label = "reward"
