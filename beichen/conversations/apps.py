from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "beichen.conversations"
    label = "conversations"
