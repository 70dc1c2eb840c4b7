"""What pages tell programs: read back by extruct from the HTML of every kind, with what search engines require where it is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import extruct
import pytest
from flask.testing import FlaskClient

from catalog.resource import Kind, Offer, Resource, Salary
from tests.browser import opened, serving
from tests.web_sample import HOSTILE, build, records
from web import create_app, jobposting, jsonld

FAIR = Resource(
    id="fair:1", kind="fair", service="jobs", source=("fair",), platform=("示例平台",), title="春季双选会（示例）", region=("330106",), employer=("示例大学",),
    published="2026-01-01", expires="2026-03-02", offers=(Offer(id="fair:1", source="fair", url="https://example.org/f", opens="2026-03-01", closes="2026-03-02"),),
)  # fmt: skip
LIVE = Resource(id="live:1", kind="live", source=("live",), title="家长课堂（示例）", teacher=("示例讲师",), audience=("parent",), published="2026-01-01",
                offers=(Offer(id="live:1", source="live", url="https://example.org/l", opens="2026-01-05T19:00:00+08:00"),))  # fmt: skip
RECORDED = LIVE.model_copy(update={"id": "live:2", "offers": (), "resource_type": ("replay",)})
JOB = Resource(
    id="work:1", kind="job", service="jobs", source=("work",), title="研发工程师", employer=("示例科技",), employer_size="500-1000人", region=("330106",),
    address="示例路 1 号", degree=("master", "bachelor"), experience=("y3-5",), job_type=("internship-summer",), industry=("65",), tags=("Java",),
    salary=Salary(min=8000, max=12000), headcount=3, published="2026-01-01", expires="2099-06-30", summary="负责 <b>研发</b>。\n待遇 & 福利",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    engine = build(tmp_path_factory.mktemp("index"), [*records(), FAIR, LIVE, RECORDED, JOB])
    yield create_app(engine, home=tmp_path_factory.mktemp("home")).test_client()
    engine.close()


def graph(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    """What extruct finds in a page."""
    answer = client.get(path, base_url="https://haoke.example")
    assert answer.status_code == 200
    (data,) = extruct.extract(answer.text, base_url="https://haoke.example", syntaxes=["json-ld"])["json-ld"]
    assert data["@context"] == "https://schema.org"
    found: list[dict[str, Any]] = data["@graph"]
    return found


def thing(client: FlaskClient, id: str) -> dict[str, Any]:
    return graph(client, f"/resources/{quote(id, safe=':')}")[0]


KINDS = {
    "smartedu:1": {"Book", "LearningResource"}, "airclass:1": {"LearningResource"}, "icourse163:1": {"Course"}, "voc:1": {"Collection", "LearningResource"},
    "oer:long": {"LearningResource"}, "oer:hostile": {"Article"}, "live:1": {"EducationEvent"}, "live:2": {"LearningResource"}, "ncss:1": {"JobPosting"},
    "fair:1": {"Event"},
}  # fmt: skip


def test_every_kind_has_its_words() -> None:
    assert jsonld.BY_KIND.keys() == {k.value for k in Kind}


@pytest.mark.parametrize(("id", "types"), KINDS.items())
def test_each_page_is_read_back_as_its_type_with_the_way_to_it(client: FlaskClient, id: str, types: set[str]) -> None:
    main, way = graph(client, f"/resources/{quote(id, safe=':')}")
    assert {main["@type"]} == types if isinstance(main["@type"], str) else set(main["@type"]) == types
    assert main["url"] == main["@id"] == f"https://haoke.example/resources/{quote(id, safe=':')}"
    assert main["name"] and main["description"]
    assert way["@type"] == "BreadcrumbList"
    steps = way["itemListElement"]
    assert [s["position"] for s in steps] == list(range(1, len(steps) + 1)) and steps[0]["item"] == "https://haoke.example/"
    assert all(s["name"] and s["item"].startswith("https://haoke.example/") for s in steps) and steps[-1]["item"] == main["url"]


def nothing_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(nothing_empty, value.values()))
    if isinstance(value, list):
        return len(value) > 1 and all(map(nothing_empty, value))
    return value not in (None, "")


@pytest.mark.parametrize("id", KINDS)
def test_what_is_unknown_is_left_out(client: FlaskClient, id: str) -> None:
    assert nothing_empty(thing(client, id))


def test_a_course_tells_provider_runs_price_and_use(client: FlaskClient) -> None:
    course = thing(client, "icourse163:1")
    assert {"name": "同济大学", "@type": "Organization"} in course["provider"]
    assert course["educationalLevel"] == "本科" and course["inLanguage"] == "zh"
    run = course["hasCourseInstance"]
    assert run["@type"] == "CourseInstance" and run["courseMode"] == "Online" and run["startDate"] < run["endDate"] and run["instructor"]
    assert course["offers"] == {"@type": "Offer", "category": "Free", "price": 0, "priceCurrency": "CNY", "url": "https://www.icourse163.org/course/1"}
    assert course["interactionStatistic"]["interactionType"] == {"@type": "RegisterAction"} and course["interactionStatistic"]["userInteractionCount"] == 384512
    assert course["sameAs"] == ["https://www.icourse163.org/course/1", "https://www.xuetangx.com/course/1"]
    assert "国家级一流本科课程" in str(course["award"])


def test_a_lesson_tells_what_it_is_a_part_of(client: FlaskClient) -> None:
    lesson = thing(client, "airclass:1")
    assert lesson["learningResourceType"] == "视频" and lesson["educationalLevel"] == ["小学", "四年级"]
    assert {(a["alignmentType"], a["targetName"]) for a in lesson["educationalAlignment"]} == {("educationalSubject", "语文"), ("educationalLevel", "四年级")}
    unit = lesson["isPartOf"]
    assert unit["name"] == "第2单元" and unit["isPartOf"]["@type"] == "Book" and "四年级" in unit["isPartOf"]["name"]


def test_a_textbook_is_a_book(client: FlaskClient) -> None:
    book = thing(client, "smartedu:1")
    assert book["copyrightYear"] == 2024 and book["publisher"]["name"] == "人民教育出版社" and "2024" in book["bookEdition"]


def test_a_job_has_what_job_search_engines_require_and_recommend(client: FlaskClient) -> None:
    job = thing(client, "work:1")
    assert {"title", "description", "datePosted", "hiringOrganization", "jobLocation"} <= job.keys()
    assert job["description"] == "<p>负责 &lt;b&gt;研发&lt;/b&gt;。</p><p>待遇 &amp; 福利</p>"
    assert (job["datePosted"], job["validThrough"]) == ("2026-01-01", "2099-06-30T23:59:59+08:00")
    assert job["hiringOrganization"]["name"] == "示例科技" and job["hiringOrganization"]["numberOfEmployees"]["maxValue"] == 1000
    assert job["jobLocation"]["address"] == {
        "@type": "PostalAddress", "addressCountry": "CN", "addressRegion": "浙江省", "addressLocality": "杭州市", "streetAddress": "示例路 1 号",
    }  # fmt: skip
    assert job["baseSalary"] == {
        "@type": "MonetaryAmount", "currency": "CNY", "value": {"@type": "QuantitativeValue", "unitText": "MONTH", "minValue": 8000, "maxValue": 12000},
    }  # fmt: skip
    assert job["employmentType"] == "INTERN" and job["totalJobOpenings"] == 3 and job["directApply"] is False
    assert job["educationRequirements"]["credentialCategory"] == "bachelor degree"
    assert job["experienceRequirements"]["monthsOfExperience"] == 36
    assert job["identifier"] == {"@type": "PropertyValue", "name": "work", "value": "1"}


def test_every_job_of_the_sample_has_what_is_required(client: FlaskClient) -> None:
    for record in records():
        if record.kind is Kind.JOB:
            job = thing(client, record.id)
            assert {"title", "description", "datePosted", "hiringOrganization", "jobLocation"} <= job.keys()
            assert ("baseSalary" in job) == (record.salary is not None)


def test_odd_pay_and_places_are_told_as_far_as_they_are_known() -> None:
    assert jobposting.salary({"text": "面议"}) is None
    assert jobposting.salary({"min": 5000, "max": 5000})["value"] == {"@type": "QuantitativeValue", "unitText": "MONTH", "value": 5000}  # type: ignore[index]
    assert jobposting.locations({}) == []
    (beijing,) = jobposting.locations({"region": ("110108",)})
    assert (beijing["address"]["addressRegion"], beijing["address"]["addressLocality"]) == ("北京市", "海淀区")
    assert [jobposting.employment(c) for c in ("full-time", "internship-winter", "west-plan", "campus-spring", "civil-servant")] == ["FULL_TIME", "INTERN", "VOLUNTEER", "", ""]
    assert jobposting.education(("none", "doctor")) == "no requirements" and jobposting.education(()) is None and jobposting.education(("primary",)) is None
    assert jobposting.experience(("fresh",)) == "no requirements" and jobposting.experience(()) is None


def test_a_fair_is_an_event_on_its_days_and_not_on_the_day_it_was_published(client: FlaskClient) -> None:
    fair = thing(client, "fair:1")
    assert (fair["startDate"], fair["endDate"]) == ("2026-03-01", "2026-03-02")
    assert fair["location"]["address"]["addressLocality"] == "杭州市" and fair["organizer"]["name"] == "示例大学"
    assert thing(client, "live:1")["location"] == {"@type": "VirtualLocation", "url": "https://example.org/l"}


def test_home_tells_how_to_search_the_site(client: FlaskClient) -> None:
    (site,) = graph(client, "/")
    assert site["@type"] == "WebSite" and site["potentialAction"]["target"]["urlTemplate"] == "https://haoke.example/search?q={search_term_string}"


def test_no_text_of_a_record_ends_the_block(client: FlaskClient) -> None:
    page = client.get("/resources/oer:hostile").text
    block = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert "<" not in block and ">" not in block and "&" not in block
    hostile = thing(client, "oer:hostile")
    assert hostile["description"] == HOSTILE and hostile["author"]["name"] == HOSTILE
    assert "sameAs" not in hostile  # javascript: is no link
    assert str(jsonld.block([{"name": "</ScRiPt><!--\u2028"}])).count("<") == 2


@pytest.mark.browser
def test_the_content_policy_has_nothing_against_it(browser: Any, client: FlaskClient) -> None:
    with serving(client.application) as address, opened(browser, address) as page:
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text))
        page.goto("/resources/icourse163:1")
        found = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)['@graph'].length")
    assert found == 2
    assert not [text for text in told if "Content Security Policy" in text]
