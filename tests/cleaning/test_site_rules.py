"""The rule file of a site: read, or refused with the key that is wrong."""

import pytest

from rag.cleaning.site_rules import SiteRules, load_rules
from rag.errors import InputError


def written(tmp_path, text: str):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_keys(tmp_path) -> None:
    path = written(
        tmp_path,
        '[clean]\ndrop_patterns = ["^広告: "]\ndrop_sections = ["私について"]\n'
        'keep_sections = ["目次"]\nkeep_code = false\noff = ["link_list", "cut_sentence"]\n',
    )
    off = ("link_list", "cut_sentence")
    assert load_rules(path) == SiteRules(("^広告: ",), ("私について",), ("目次",), False, off)


def test_an_empty_file_adds_nothing(tmp_path) -> None:
    assert load_rules(written(tmp_path, "")) == SiteRules()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[clean", "is not valid TOML"),
        ("clean = 3", "must be a table"),
        ("[clean]\ndrop = []", "unknown key 'drop'"),
        ('[clean]\ndrop_patterns = "x"', "drop_patterns must be a list"),
        ("[clean]\ndrop_sections = [3]", "drop_sections must be a list"),
        ('[clean]\ndrop_sections = [""]', "drop_sections must be a list of non-empty strings"),
        ("[clean]\nkeep_code = 1", "keep_code must be true or false"),
        ('[clean]\noff = "link_list"', "off must be a list"),
        ('[clean]\noff = ["links"]', "'links' is no rule that can be switched off; known are image_only, "),
        ('[clean]\noff = ["no_text"]', "'no_text' is no rule that can be switched off"),
        ('[clean]\ndrop_patterns = ["("]', "'\\(' is not a regular expression"),
    ],
)
def test_what_can_not_be_used_is_refused_by_name(tmp_path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        load_rules(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(InputError, match=r"none\.toml' can't be read"):
        load_rules(tmp_path / "none.toml")


def test_a_pattern_sees_the_start_of_a_block_only() -> None:
    rules = SiteRules(drop_patterns=("x$",))
    assert rules.drops("a x")
    assert not rules.drops("a" * 5000 + "x")
