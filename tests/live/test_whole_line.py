"""The main job, over HTTP, as people do it: answer until a service rises, plan the city, read what the
public reads.
"""

import csv
import io
import json
import time
from typing import Any

import httpx
import openpyxl

from tests.live.site import Browser, Site

MISSING_FOR_3 = ("3.01", "3.03", "3.04", "3.05", "3.06")


def api(browser: Browser, path: str) -> Any:
    reply = browser.get(path)
    assert reply.status_code == 200, reply.text
    return reply.json()


def wait_for_roadmap(browser: Browser, page: httpx.Response) -> httpx.Response:
    begun = time.monotonic()
    while 'http-equiv="refresh"' in page.text:
        assert time.monotonic() - begun < 240, "the roadmap is not ready"
        time.sleep(0.5)
        page = browser.get(str(page.url))
    return page


def test_from_answer_to_roadmap_to_public_page(site: Site) -> None:
    public, officer, planner = Browser(site), Browser(site), Browser(site)

    # an officer finds a service at level 2 and answers what it lacks for level 3
    code = site.own_service("STP", MISSING_FOR_3.__eq__)
    assert "Sở Tư pháp" in officer.sign_in(site.person("staff", "STP")).text
    for criterion in MISSING_FOR_3:
        page = officer.get(f"/vi/work/{code}/{criterion}")
        saved = officer.submit(
            page, criterion, value="met", justification="Đã vận hành trên cổng từ tháng 3", evidence=""
        )
        assert saved.status_code == 200
        expected = 3 if criterion == MISSING_FOR_3[-1] else 2
        [offering] = api(public, f"/api/v1/offerings?agency=STP&service={code}")["items"]
        assert offering["level"] == expected
    signed_out = officer.submit(officer.get("/vi/"), "/sign-out")
    assert signed_out.status_code == 200
    assert "/sign-in" in str(officer.get("/vi/work").url)

    # a planner computes the roadmap of the whole city for eight quarters
    planner.sign_in(site.person("planner"))
    page = planner.submit(
        planner.get("/vi/plan"), "/plan", name="Lộ trình thử", agency="", quarters="8", seconds="5"
    )
    page = wait_for_roadmap(planner, page)
    address = str(page.url)
    number = int(address.rstrip("/").rpartition("/")[2])
    assert "<table" in page.text

    # and takes it along
    table = list(
        csv.DictReader(io.StringIO(planner.get(f"/vi/plan/{number}.csv").content.decode("utf-8-sig")))
    )
    assert len(table) > 1000
    workbook = openpyxl.load_workbook(io.BytesIO(planner.get(f"/vi/plan/{number}.xlsx").content))
    assert len(workbook.sheetnames) >= 3
    solution = json.loads(planner.get(f"/api/v1/roadmaps/{number}/solution").content)
    assert solution["bound"] >= solution["value"] > 0
    assert public.get(f"/vi/roadmaps/{number}").status_code == 404
    planner.submit(page, "publish")
    planner.submit(planner.get("/vi/plan"), "/sign-out")

    # the public sees the new level and the published roadmap
    seen = public.get(f"/vi/services/{code}")
    assert seen.status_code == 200
    assert "Mức 3" in seen.text
    assert public.get(f"/vi/roadmaps/{number}").status_code == 200
    assert not public.http.cookies
