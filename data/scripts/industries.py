"""Builds data/vocab/industry.tsv (GB/T 4754-2017, four levels) and data/crosswalk/industry.tsv (job sites' categories).

Reads gbt4754_2017.csv. Everyday names stand in aliases_industry.tsv, job sites' categories in crosswalk_industry.tsv.
"""

from __future__ import annotations

from _write import Row, apply_curated, read_crosswalk, read_csv, ref_dir, write_crosswalk, write_vocab

LEVELS = ("section", "division", "group", "class")


def main() -> None:
    records = read_csv(ref_dir() / "gbt4754_2017.csv")
    rows = [Row(r["code"], r["name"].strip(), r["parent"], attrs={"level": LEVELS[int(r["level"])]}) for r in records]
    apply_curated("industry", rows)
    write_vocab("industry", rows, source="GB/T 4754-2017 国民经济行业分类; everyday names collected by hand", script=__file__)
    table = read_crosswalk("industry")
    write_crosswalk("industry", table, known={r.code for r in rows}, source="category names of job sites, mapped by hand to GB/T 4754-2017", script=__file__)


if __name__ == "__main__":
    main()
