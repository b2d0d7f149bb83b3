#!/usr/bin/env python3
"""Writes the catalogue that Imago ships from the fact files of the shared data.

    eng/catalog/generate.py ../shared/data            rewrite src/Imago.Application/Catalog/catalog.txt.gz
    eng/catalog/generate.py ../shared/data --check    fail if the committed file differs
    eng/catalog/generate.py ../shared/data --print    the text itself, for a look at it

The same input gives the same bytes. The format is described in src/Imago.Application/Catalog/CatalogSection.cs, which reads it.

Decisions about dates (the sources are files in a repository, not a release calendar):

- An image counts as published on the day its notes were published, at 00:00 UTC, but not before it was built (or its version's date, where the
  build time is not stated): the day of the notes is local to whoever committed them and precedes the build by some hours for 107 images.
- Where the notes have no date (6 images), or were written more than 90 days after the build (18 Mariner images of 2021, documented two years
  later), the build counts: at that age an image would be out of support on its first day.
- An image whose notes were reverted was never released. It is listed, so that a node that runs it can be told so, and marked; it is a target at no instant.
- A patch level counts as published on the day its notes were published, at 00:00 UTC.
"""
import argparse
import datetime as dt
import gzip
import io
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "src/Imago.Application/Catalog/catalog.txt.gz"
LATE_NOTES = dt.timedelta(days=90)
HEADER = [
    "imago-catalog 1",
    "source Azure/AgentBaker release notes and Azure/AKS image notes",
    "licence MIT",
]


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def day(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc)


def family_of(row):
    """The spelling of node labels. AgentBaker calls Windows definitions `windows-2022-…` and keeps Azure Container Linux in the gallery AKSAzureLinux."""
    gallery, definition = row["family"], row["definition"]
    if gallery == "AKSWindows":
        definition = definition.removeprefix("windows-")
    if definition.startswith("acl"):
        gallery = "AKSAzureContainerLinux"
    return f"{gallery}-{definition}"


def published(row):
    made = day(row["releaseDate"])
    if "built" in row:
        made = max(made, dt.datetime.fromisoformat(row["built"].replace("Z", "+00:00")))
    if "notesPublished" not in row:
        return made
    noted = day(row["notesPublished"])
    return made if noted - made > LATE_NOTES else max(made, noted)


def minutes(later, earlier):
    """Whole minutes, rounded up: never earlier than it was."""
    return -((earlier - later) // dt.timedelta(minutes=1))


def version_key(row):
    return (row["releaseDate"], [int(part) for part in row["version"].split(".")])


def image_lines(images):
    families = {}
    for row in images:
        families.setdefault(family_of(row), []).append(row)
    for family in sorted(families):
        yield f"family {family}"
        for row in sorted(families[family], key=version_key):
            never = " never" if row["status"] == "withdrawn" else ""
            yield f"{row['version']} {minutes(published(row), day(row['releaseDate']))}{never}"


def level(stamp):
    return dt.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.timezone.utc)


def verdict(value):
    return {True: "reboot", False: "live", None: "-"}[value]


def touches_kernel_or_libc(row):
    """NM-15: a kernel package or the C library. Tools, headers and linux-libc-dev alone ask for no reboot."""
    names = [*row.get("upgraded", {}), *row.get("installed", {})]
    return any(
        name in ("kernel", "libc6", "libc-bin", "glibc") or name.startswith("linux-image-") for name in names)


def base_version(image):
    return image.rsplit("-", 1)[1]


def patch_lines(patches):
    tracks = {}
    for row in patches:
        tracks.setdefault(row["track"], []).append(row)
    for track in sorted(tracks):
        yield f"track {track}"
        for row in sorted(tracks[track], key=lambda r: r["timestamp"]):
            since = row.get("sinceImage")
            base = f" {base_version(since['image'])} {verdict(since['rebootRequired'])}" if since else ""
            yield (
                f"{row['timestamp']} {minutes(day(row['published']), level(row['timestamp']))} {row['previous'] or '-'} "
                f"{verdict(row['rebootRequired'])} {'core' if touches_kernel_or_libc(row) else '-'}{base}")


def state(images, patches):
    return max([row.get("notesPublished", "") for row in images] + [row["published"] for row in patches])


def build(data):
    images = rows(data / "node-images.jsonl")
    patches = rows(data / "security-patches.jsonl")
    lines = [*HEADER, f"state {state(images, patches)}", *image_lines(images), *patch_lines(patches)]
    return "\n".join(lines) + "\n"


def compress(text):
    target = io.BytesIO()
    # No file name and no time in the header: the bytes depend on the text alone.
    with gzip.GzipFile(filename="", fileobj=target, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(text.encode())
    return target.getvalue()


def main():
    parser = argparse.ArgumentParser(description="Writes the catalogue that Imago ships.")
    parser.add_argument("data", type=pathlib.Path, help="folder with node-images.jsonl and security-patches.jsonl")
    parser.add_argument("--check", action="store_true", help="only compare with the committed file")
    parser.add_argument("--print", action="store_true", help="only print the text")
    options = parser.parse_args()
    text = build(options.data)
    if options.print:
        sys.stdout.write(text)
        return 0
    if options.check:
        # Texts, not bytes: another zlib may compress differently.
        if gzip.decompress(OUTPUT.read_bytes()).decode() == text:
            return 0
        print(f"{OUTPUT.relative_to(ROOT)} does not match the data. Run eng/catalog/generate.py {options.data}.", file=sys.stderr)
        return 1
    OUTPUT.write_bytes(compress(text))
    print(f"{OUTPUT.relative_to(ROOT)}: {text.count(chr(10))} lines, {OUTPUT.stat().st_size} bytes")
    return 0


sys.exit(main())
