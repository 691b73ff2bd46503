from django.urls import path

from beichen.conversations import pages

app_name = "conversations"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("begin/", pages.begin, name="begin"),
    path("next/", pages.coming, name="next"),
    path("team/", pages.team, name="team"),
    path("of/<int:person_id>/", pages.of_person, name="of_person"),
    path("<int:check_in_id>/", pages.check_in, name="check_in"),
    path("<int:check_in_id>/draft/", pages.save, name="draft"),
    path("<int:check_in_id>/send/", pages.send, name="send"),
    path("<int:check_in_id>/answer/", pages.answer, name="answer"),
    path("<int:check_in_id>/reply/", pages.reply, name="reply"),
]
