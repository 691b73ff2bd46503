"""The list of notices and the bell, as the addressee meets them."""

from __future__ import annotations

import re

import pytest

from beichen.people.tests.makers import small
from beichen.platform import notify
from beichen.platform.auth.models import Account
from beichen.platform.notify.queries import unread_count
from beichen.platform.notify.tests.test_notices import AGREED, PARAMS

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(owner_db):
    with owner_db():
        company = small()
        for number in ("A1", "M1"):
            Account.objects.create(
                email=f"{number.lower()}@example.cn", name=number, person_id=company.id(number), locale="en"
            )
    return company.actor("A1"), company.actor("M1")


def sign_in(client, actor):
    client.force_login(Account.objects.get(person_id=actor.person_id))


def test_notice_is_read_by_following_it(client, people):
    ann, bo = people
    notify.send(ann, bo.person_id, AGREED, "/company/looked/", PARAMS)
    sign_in(client, bo)
    html = client.get("/notices/").content.decode()
    assert "王梓 agreed to 次日留存提升" in html
    assert "1 unread notification" in html
    (address,) = re.findall(r'action="(/notices/[0-9a-f-]{36}/)"', html)
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (303, "/company/looked/")
    assert "unread notification" not in client.get("/notices/").content.decode()


def test_somebody_elses_notice_is_not_found(client, people):
    ann, bo = people
    notify.send(ann, bo.person_id, AGREED, "/", PARAMS)
    sign_in(client, bo)
    (address,) = re.findall(r'action="(/notices/[0-9a-f-]{36}/)"', client.get("/notices/").content.decode())
    sign_in(client, ann)
    assert client.post(address).status_code == 404
    assert "次日留存提升" not in client.get("/notices/").content.decode()
    assert unread_count(bo) == 1


def test_long_list_goes_on_by_cursor_and_all_are_read_at_once(client, people):
    ann, bo = people
    notify.send_many(ann, [notify.Letter(bo.person_id, AGREED, f"/n/{n}/", PARAMS) for n in range(35)])
    sign_in(client, bo)
    html = client.get("/notices/").content.decode()
    (following,) = re.findall(r'href="(\?after=[^"]+)"', html)
    rest = client.get(f"/notices/{following}").content.decode()
    assert (html.count('class="notice '), rest.count('class="notice ')) == (30, 5)
    assert client.post("/notices/read/").status_code == 303
    assert unread_count(bo) == 0


def test_notices_by_program(client, people):
    ann, bo = people
    notify.send(ann, bo.person_id, AGREED, "/goals/5/", PARAMS)
    sign_in(client, bo)
    answer = client.get("/api/v1/notify").json()
    assert [(line["text"], line["is_read"]) for line in answer["items"]] == [("王梓 agreed to 次日留存提升", False)]
    assert client.post("/api/v1/notify/read").json() == {"marked": 1}
