"""Builds catalogue/services.csv and catalogue/agencies.csv from the national records: facts only, no prose.

    python tools/build_catalogue.py --compact procedures.csv --raw records.tar.gz --agencies agencies.csv

The other files of catalogue/ are kept by hand; this program checks that they cover every service and prints
the number of offerings by tier and field. The same input gives the same bytes.
"""

import argparse
import collections
import csv
import json
import re
import sys
import tarfile
from pathlib import Path

from record_cells import (
    Method,
    clean_name,
    count_dossier,
    plain,
    read_documents,
    read_methods,
    read_results,
    says_something,
)

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue"
MINISTRIES = {
    "Bộ Công an": "bca",
    "Bộ Tài chính": "btc",
    "Bộ Tư pháp": "btp",
    "Bộ Xây dựng": "bxd",
    "Bộ Nông nghiệp và Môi trường": "bnnmt",
    "Ngân hàng Nhà nước Việt Nam": "nhnn",
    "Tòa án nhân dân": "tand",
}
TIERS = {"Cấp bộ": "ministry", "Cấp tỉnh": "province", "Cấp xã": "commune", "Cơ quan khác": "other"}
LOCAL_TIERS = {"province", "commune"}
LAW_KINDS = {
    "TTHC được giao luật quy định chi tiết": "delegated",
    "TTHC không được luật giao cho địa phương quy định": "local",
    "Loại khác": "other",
    "": "",
}
# One value holds commas of its own, so values are looked for longest first and taken out of the text.
APPLICANTS = {
    "Công dân Việt Nam": "citizen",
    "Người Việt Nam định cư ở nước ngoài": "overseas_vietnamese",
    "Người nước ngoài": "foreigner",
    "Người nước ngoài cư trú tại Việt Nam": "resident_foreigner",
    "Cán bộ, công chức, viên chức": "official",
    "Đảng viên": "party_member",
    "Doanh nghiệp": "enterprise",
    "Doanh nghiệp Việt Nam": "vietnamese_enterprise",
    "Doanh nghiệp có vốn đầu tư nước ngoài": "foreign_enterprise",
    "Hợp tác xã": "cooperative",
    "Tổ chức (không bao gồm doanh nghiệp, HTX)": "organisation",
    "Tổ chức nước ngoài": "foreign_organisation",
    "Tổ chức Đảng": "party_organisation",
}
# The same field spelled in two ways: the second is read as the first.
FIELD_VARIANTS = {
    "Thi đua – Khen thưởng": "Thi đua khen thưởng",
    "Khoa học công nghệ": "Khoa học và Công nghệ",
    "Đầu tư tại Việt nam": "Đầu tư tại Việt Nam",
    "Đầu tư từ Việt nam ra nước ngoài": "Đầu tư từ Việt Nam ra nước ngoài",
    "Tổ chức cai nghiên ma túy và quản lý sau cai nghiện": (
        "Tổ chức cai nghiện ma túy và quản lý sau cai nghiện"
    ),
    "sàn giao dịch các-bon trong nước": "Sàn giao dịch các-bon trong nước",
}
CHANNELS = {"kenh_truc_tuyen": "online", "kenh_buu_chinh": "post", "kenh_truc_tiep": "in_person"}
AGENCY_COLUMNS = [
    *("code", "name", "name_en", "kind", "tier", "parent"),
    *("official_code", "valid_from", "valid_to", "confidence"),
]
SERVICE_COLUMNS = [
    *("code", "name", "field", "ministry", "tiers", "law_kind", "decision", "applicants", "channels"),
    *("time_online", "time_post", "time_in_person", "fee_online", "fee_post", "fee_in_person", "fee_amounts"),
    *("papers", "forms", "result", "has_steps", "has_conditions", "legal"),
]

Row = dict[str, str]
Counts = collections.Counter[tuple[str, str]]  # (tier, field) -> offerings


def read_csv(path: Path) -> list[Row]:
    """The rows of a CSV file; a byte-order mark is allowed."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def write_csv(path: Path, columns: list[str], rows: list[Row]) -> None:
    """Writes `rows` with these columns and plain line ends."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_records(path: Path) -> dict[str, Row]:
    """The raw records of the archive by procedure code."""
    found: dict[str, Row] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.name.endswith(".json") else None
            record = json.load(opened) if opened else None
            if isinstance(record, dict) and "ma_thu_tuc" in record:
                found[record["ma_thu_tuc"]] = record
    return found


def field_name(source: str) -> str:
    """The name of a field as fields.csv spells it."""
    name = plain(source)
    return FIELD_VARIANTS.get(name, name)


def applicants(source: str) -> str:
    """The codes of the applicants in the order of the record; raises `ValueError` for an unknown one."""
    left, found = plain(source), {}
    if left == "Không có thông tin":
        return ""
    for name in sorted(APPLICANTS, key=len, reverse=True):
        if re.search(rf"(^|, ){re.escape(name)}(?=, |$)", left):
            found[plain(source).find(name)] = APPLICANTS[name]
            left = re.sub(rf"(^|, ){re.escape(name)}(?=, |$)", "", left)
    if left.strip(", "):
        raise ValueError(f"unknown applicant {left!r}")
    return ";".join(found[place] for place in sorted(found))


def tiers(source: str) -> list[str]:
    """The tier codes of a record, from ministry to commune."""
    named = {TIERS[part] for part in plain(source).split(", ") if part}
    return [tier for tier in TIERS.values() if tier in named]


def decision(source: str) -> str:
    """The number of the publishing decision; a test entry of the source gives nothing."""
    text = re.sub(r"^SỐ ", "", plain(source)).replace("QD-", "QĐ-")
    return "" if "demo" in text.casefold() else text


def service_row(listed: Row, record: Row, field_codes: dict[str, str]) -> Row:
    """The facts of one procedure from its line in the list and its raw record."""
    methods = read_methods(record["cach_thuc_thuc_hien"])
    unknown = Method("", "", ())
    papers, forms = count_dossier(record["thanh_phan_ho_so"])
    channels = [code for column, code in CHANNELS.items() if listed[column] == "1"]
    amounts = dict.fromkeys(a for channel in channels for a in methods.get(channel, unknown).amounts)
    row = {
        "code": listed["ma_thu_tuc"],
        "name": clean_name(listed["ten_thu_tuc"], listed["ma_thu_tuc"]),
        "field": field_codes[field_name(listed["linh_vuc"])],
        "ministry": MINISTRIES[plain(listed["bo_nganh"])],
        "tiers": ";".join(tiers(listed["cap_thuc_hien"])),
        "law_kind": LAW_KINDS[plain(listed["loai_thu_tuc"])],
        "decision": decision(listed["so_quyet_dinh"]),
        "applicants": applicants(listed["doi_tuong_thuc_hien"]),
        "channels": ";".join(channels),
        "fee_amounts": ";".join(amounts),
        "papers": "" if papers is None else str(papers),
        "forms": "" if forms is None else str(forms),
        "result": ";".join(read_results(record["ket_qua_xu_ly"])),
        "has_steps": says_something(record["trinh_tu_thuc_hien"]),
        "has_conditions": says_something(record["yeu_cau_dieu_kien"]),
        "legal": ";".join(read_documents(record["can_cu_phap_ly"])),
    }
    for channel in CHANNELS.values():
        method = methods.get(channel, unknown) if channel in channels else unknown
        row |= {f"time_{channel}": method.time, f"fee_{channel}": method.fee}
    return row


def agency_row(listed: Row) -> Row:
    """One agency: wards and communes since 1 July 2025, the city's bodies as they are since 1 March 2025."""
    ward = listed["tier"] == "commune"
    return {
        "code": listed["suggested_id"],
        "name": plain(listed["name_vi"]),
        "name_en": plain(listed["name_en"]),
        "kind": listed["kind"],
        "tier": listed["tier"],
        "parent": "",
        "official_code": listed["gso_code"],
        "valid_from": "2025-07-01" if ward else "2025-03-01",
        "valid_to": "",
        "confidence": "unverified" if "unverified" in listed["confidence"] else "verified",
    }


def offering_counts(services: list[Row], rules: list[Row], wards: int) -> tuple[Counts, list[str]]:
    """(offerings by (tier, field), services that no agency of the list offers)."""
    counts: Counts = collections.Counter()
    nowhere: list[str] = []
    for service in services:
        offered = 0
        for tier in LOCAL_TIERS & set(service["tiers"].split(";")):
            rule = next((r for r in rules if _covers(r, tier, service)), None)
            if rule is None:
                at = f"{service['code']}, {service['ministry']}, {service['field']}, {tier}"
                raise SystemExit(f"jurisdictions.csv has no row for {at}")
            number = wards if rule["agency"] == "ward:*" else 1 if rule["agency"] else 0
            counts[tier, service["field"]] += number
            offered += number
        if not offered:
            nowhere.append(service["code"])
    return counts, nowhere


def _covers(rule: Row, tier: str, service: Row) -> bool:
    return rule["tier"] == tier and all(rule[c] in ("*", service[c]) for c in ("ministry", "field"))


def main() -> int:
    """Reads the three sources, writes the two files, prints the counts."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--compact", "--raw", "--agencies"):
        asked.add_argument(name, type=Path, required=True)
    asked.add_argument("--into", type=Path, default=CATALOGUE)
    options = asked.parse_args()

    field_codes = {field["name"]: field["code"] for field in read_csv(options.into / "fields.csv")}
    listed = read_csv(options.compact)
    missing = sorted({field_name(row["linh_vuc"]) for row in listed} - set(field_codes))
    if missing:
        raise SystemExit("give these fields a code and an English name in fields.csv: " + "; ".join(missing))
    records = read_records(options.raw)
    services = [
        service_row(row, records[row["ma_thu_tuc"]], field_codes)
        for row in sorted(listed, key=lambda row: row["ma_thu_tuc"])
        if LOCAL_TIERS & set(tiers(row["cap_thuc_hien"]))
    ]
    agencies = [agency_row(row) for row in read_csv(options.agencies)]
    write_csv(options.into / "services.csv", SERVICE_COLUMNS, services)
    write_csv(options.into / "agencies.csv", AGENCY_COLUMNS, agencies)

    wards = sum(agency["tier"] == "commune" for agency in agencies)
    counts, nowhere = offering_counts(services, read_csv(options.into / "jurisdictions.csv"), wards)
    print(f"{len(services)} services, {len(agencies)} agencies ({wards} wards and communes)")
    for (tier, field), number in sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        print(f"{tier:9} {number:7} {field}")
    for tier in ("province", "commune"):
        print(f"{tier:9} {sum(n for (t, _), n in counts.items() if t == tier):7} in all")
    print(
        f"{sum(counts.values())} offerings; offered by no agency of the list: {', '.join(nowhere) or 'none'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
