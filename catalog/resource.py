"""Resource: the one schema for lessons, textbooks, courses, libraries, cases, articles, live lectures, jobs and fairs.

Coded fields hold codes of data/vocab (see CODED); open fields hold tidied text. A source's value that no vocabulary
knows is kept in `unmapped`: searchable, no facet value, counted by `haoke doctor`. Dates are ISO 8601 in Asia/Shanghai
(`2026-03-01` or `2026-03-01T09:24:37+08:00`). Beside each field stands its schema.org / LRMI / JobPosting counterpart.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

SCHEMA_VERSION = 1

Text = Annotated[str, StringConstraints(max_length=1000)]
LongText = Annotated[str, StringConstraints(max_length=200_000)]
Codes = tuple[Annotated[str, StringConstraints(min_length=1, max_length=300)], ...]
Names = Codes
Day = Annotated[str, StringConstraints(pattern=r"^$|^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\+08:00)?)?$")]


class Kind(StrEnum):
    """What a resource is."""

    LESSON = "lesson"
    TEXTBOOK = "textbook"
    COURSE = "course"
    LIBRARY = "library"
    CASE = "case"
    ARTICLE = "article"
    LIVE = "live"
    JOB = "job"
    FAIR = "fair"


class Status(StrEnum):
    """Only `active` resources are found; a closed one keeps its page. What an operator takes down is deleted from the store."""

    ACTIVE = "active"
    CLOSED = "closed"  # the source says it has ended


#: Fields whose values are codes of the vocabulary of the same name. Every other field is open text.
CODED = ("kind", "service", "stage", "subject", "version", "grade", "volume", "discipline", "major", "level", "language",
         "audience", "board", "resource_type", "access", "region", "industry", "occupation", "degree", "experience", "job_type")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Offer(_Part):
    """One place where the thing can be had. schema.org: offers / workExample of a Course, url of a JobPosting."""

    id: str = Field(description="resource id under which this offer's source knows it; schema.org identifier")
    source: str = Field(description="name of our source; schema.org sdPublisher")
    platform: str = Field(default="", description="platform people know; schema.org provider")
    url: Text = Field(default="", description="http(s) link; schema.org url")
    published: Day = Field(default="", description="schema.org datePublished / JobPosting datePosted")
    opens: Day = Field(default="", description="schema.org availabilityStarts")
    closes: Day = Field(default="", description="schema.org availabilityEnds / JobPosting validThrough")
    access: str = Field(default="", description="code of data/vocab/access; schema.org isAccessibleForFree")


class Term(_Part):
    """One run of a course. schema.org CourseInstance."""

    label: Text = Field(default="", description="第 3 次开课; CourseInstance name")
    opens: Day = Field(default="", description="CourseInstance startDate")
    closes: Day = Field(default="", description="CourseInstance endDate")


class Salary(_Part):
    """Pay. schema.org JobPosting baseSalary (MonetaryAmount, unitText MONTH)."""

    min: int | None = Field(default=None, ge=0, le=10_000_000, description="yuan a month; minValue")
    max: int | None = Field(default=None, ge=0, le=10_000_000, description="yuan a month; maxValue")
    months: int | None = Field(default=None, ge=1, le=36, description="months paid a year (14薪); incentiveCompensation")
    text: Text = Field(default="", description="as the source wrote it")

    @model_validator(mode="after")
    def _ordered(self) -> Salary:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("salary min is above max")
        return self


class Resource(BaseModel):
    """One thing a person can learn from or apply to. Frozen; build it with catalog.normalize.assemble()."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # identity
    id: Annotated[str, StringConstraints(min_length=3, max_length=512)] = Field(description="<source>:<native id>; identifier")
    kind: Kind = Field(description="what it is; additionalType")
    service: str = Field(default="", description="k12, vocational, higher or jobs; isPartOf (the portal's section)")
    source: Names = Field(description="names of the sources it came from, first one first; sdPublisher")
    platform: Names = Field(default=(), description="platforms people know; provider")
    also: Codes = Field(default=(), description="ids of the records merged into this one; sameAs")
    status: Status = Field(default=Status.ACTIVE, description="creativeWorkStatus")

    # what it is called and says
    title: Annotated[str, StringConstraints(min_length=1, max_length=1000)] = Field(description="name / JobPosting title")
    titles: Names = Field(default=(), description="other titles, e.g. of merged records; alternateName")
    summary: LongText = Field(default="", description="free text; description")
    url: Text = Field(default="", description="http(s) link to the thing; url")
    image: Text = Field(default="", description="http(s) link to a cover; image")
    tags: Names = Field(default=(), description="keywords of the source; keywords / JobPosting skills")
    language: Codes = Field(default=(), description="language of teaching; inLanguage")
    audience: Codes = Field(default=(), description="学生, 教师, 家长; audience / LRMI educationalAudience")
    board: Codes = Field(default=(), description="board or column of the platform; isPartOf")
    topic: Names = Field(default=(), description="curated topics; about")
    resource_type: Codes = Field(default=(), description="视频, 课件 …; LRMI learningResourceType")
    access: Codes = Field(default=(), description="free, login, paid …; isAccessibleForFree / conditionsOfAccess")

    # people and bodies
    teacher: Names = Field(default=(), description="instructor / author")
    school: Names = Field(default=(), description="label of data/vocab/school where known; provider / sourceOrganization")
    employer: Names = Field(default=(), description="JobPosting hiringOrganization")
    employer_type: Text = Field(default="", description="民营, 国企 …; hiringOrganization.additionalType")
    employer_size: Text = Field(default="", description="500-1000人; hiringOrganization.numberOfEmployees")
    publisher: Text = Field(default="", description="publisher")

    # school: stage → subject → version → grade → volume → unit → lesson; also the level of schooling of the others
    stage: Codes = Field(default=(), description="小学 … 高中, 中职, 高职专科, 本科; LRMI educationalLevel")
    subject: Codes = Field(default=(), description="educationalAlignment (educationalSubject)")
    version: Codes = Field(default=(), description="textbook version 人教版; bookEdition of the series")
    grade: Codes = Field(default=(), description="五年级; LRMI educationalAlignment (gradeLevel)")
    volume: Codes = Field(default=(), description="上册, 必修 第一册; volumeNumber")
    edition: Text = Field(default="", description="新教材, 旧教材, 2024: tells same-named books apart; bookEdition")
    unit: Text = Field(default="", description="第1单元; isPartOf")
    lesson: Text = Field(default="", description="lesson or chapter within the unit; position")
    textbook: Text = Field(default="", description="id of the textbook resource it belongs to; isPartOf")

    # higher and vocational
    discipline: Codes = Field(default=(), description="门类/专业类 or 大类/专业类; about (educationalFramework)")
    major: Codes = Field(default=(), description="专业, the code names its catalogue; educationalProgram")
    level: Codes = Field(default=(), description="badges only: 国家级一流课程 …; award")
    terms: tuple[Term, ...] = Field(default=(), description="hasCourseInstance")

    # jobs
    region: Codes = Field(default=(), description="GB/T 2260 codes; JobPosting jobLocation / contentLocation")
    address: Text = Field(default="", description="jobLocation.address.streetAddress, as written")
    industry: Codes = Field(default=(), description="GB/T 4754-2017 codes; JobPosting industry")
    occupation: Codes = Field(default=(), description="职业分类大典 codes; JobPosting occupationalCategory")
    degree: Codes = Field(default=(), description="degrees asked; JobPosting educationRequirements")
    experience: Codes = Field(default=(), description="JobPosting experienceRequirements")
    job_type: Codes = Field(default=(), description="全职, 实习, 公务员 …; JobPosting employmentType")
    salary: Salary | None = Field(default=None, description="JobPosting baseSalary")
    headcount: int | None = Field(default=None, ge=0, le=1_000_000, description="JobPosting totalJobOpenings")
    verified: bool | None = Field(default=None, description="employer verified by its source; hiringOrganization.identifier")

    # time
    year: Codes = Field(default=(), description="edition year of a book, graduation year (届) of a job; copyrightYear")
    published: Day = Field(default="", description="datePublished / JobPosting datePosted")
    updated: Day = Field(default="", description="dateModified")
    expires: Day = Field(default="", description="last day it is of use; expires / JobPosting validThrough")

    # use
    popularity: int = Field(default=0, ge=0, description="enrolments or views; interactionStatistic")
    counts: Mapping[str, int] = Field(default_factory=dict, description="enrolled, views, likes …; interactionStatistic by type")
    offers: tuple[Offer, ...] = Field(default=(), description="where it can be had; offers")

    # what no vocabulary knows
    unmapped: Mapping[str, Codes] = Field(default_factory=dict, description="field → the source's own words; keywords")

    @field_validator("id")
    @classmethod
    def _has_source(cls, value: str) -> str:
        source, colon, native = value.partition(":")
        if not (source and colon and native):
            raise ValueError("an id is <source>:<native id>")
        return value

    @field_validator("url", "image")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("only http and https links can be followed")
        return value

    def to_json(self) -> str:
        """The record as the store keeps it: unset fields left out."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Resource:
        """The inverse of to_json()."""
        return cls.model_validate_json(text)

    def values(self, field: str) -> tuple[str, ...]:
        """Values of any field as a tuple of strings: () when unset."""
        value: Any = getattr(self, field)
        if value is None or value == "":
            return ()
        if isinstance(value, tuple):
            return tuple(str(v) for v in value)
        if isinstance(value, bool):
            return ("true" if value else "false",)
        return (str(value),)
