"""Complete answers of an application, and the questions and answers that searches need."""

QUERY = {
    "version": 1,
    "index": "first",
    "steps": [
        {"label": "Normal EF", "include": True, "where": {"item": "lv_ef_pct", "op": ">=", "value": 55}}
    ],
    "min_follow_up_days": None,
}

ANSWERS = {
    "A": {
        "title": "Small infarcts",
        "aims": "To see how small infarcts matter.",
        "methods": "A cohort.",
        "outputs": "A paper.",
        "lay_summary": "Do small scars of the heart matter?",
        "overlap": "",
        "partner_center": "",
        "single_purpose": True,
    },
    "B": {
        "institution": "Hillcrest University",
        "people": [{"name": "Co Worker", "email": "co@example.org", "institution": "Hillcrest University"}],
        "statistician": "S. Tat",
        "official": "O. Ficial",
        "custodian": "C. Ustos",
        "cvs": "",
    },
    "C": {
        "items": [{"item": "lv_ef_pct", "why": "exposure"}, {"item": "sex", "why": "covariate"}],
        "images": True,
        "kinds": ["cine", "lge"],
        "images_why": "to measure scar",
        "follow_up": True,
        "period": "2010 to 2020, 3,000 patients",
        "minimum": "Nothing else is used.",
    },
    "D": {
        "hypotheses": "Scar shortens life.",
        "endpoints": "Death.",
        "analysis": "Cox.",
        "power": "Enough.",
        "missing": "Complete cases.",
        "machine_learning": "",
    },
    "E": {"board": "IRB, US", "status": "approved", "number": "1"},
    "F": {
        "where": "download",
        "where_why": "own software",
        "location": "A locked server.",
        "destruction": "After five years.",
    },
    "G": {"funding": "none", "interests": "none", "industry": "", "property": ""},
    "H": {"plan": "One paper.", "journal": "", "byline": True},
    "I": {
        "no_reidentification": True,
        "no_linkage": True,
        "no_sharing": True,
        "report_breaches": True,
        "return_derived": True,
    },
    "J": {"signed_by": "Researcher", "is_true": True},
}

SNAPSHOT = {
    "id": "00000000-0000-0000-0000-000000000001",
    "digest": "ab" * 32,
    "quarter": "2026 Q4",
    "dictionary_version": "1",
}


def number(kind, value=None):
    """A number of an answer."""
    return {"kind": kind, "value": value}


ANSWER = {
    "version": 1,
    "outcome": "answered",
    "reason": "",
    "steps": [
        {
            "label": "Everybody",
            "persons": number("rounded", 3000),
            "exams": number("rounded", 3210),
            "left_out": number("exact", 0),
        },
        {
            "label": "Normal EF",
            "persons": number("rounded", 1230),
            "exams": number("hidden"),
            "left_out": number("rounded", 1770),
        },
    ],
    "persons": number("rounded", 1230),
    "exams": number("hidden"),
    "tables": [
        {
            "name": "sex",
            "title": "Sex",
            "is_partition": True,
            "known": None,
            "cells": [
                {
                    "code": "F",
                    "label": "female",
                    "persons": number("rounded", 600),
                    "percent": 49,
                    "is_unknown": False,
                },
                {
                    "code": "O",
                    "label": "other",
                    "persons": number("hidden"),
                    "percent": None,
                    "is_unknown": False,
                },
            ],
        }
    ],
    "median_follow_up_days": number("rounded", 1460),
}
"""What disclosure control let pass, in the JSON form of `cohorts.answers.Answer`."""
