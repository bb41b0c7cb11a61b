"""Why something is left out: the names of the rules and what each means. Knows nothing about how they decide."""

from __future__ import annotations

from collections.abc import Mapping

#: What each reason means, in the order in which a post meets them.
REASONS: Mapping[str, str] = {
    "marker": "a rule, an end mark, a conflict mark: a line that is no text",
    "no_text": "a comment, a script, template code: nothing that a reader sees",
    "image_only": "an image of which no words are known",
    "site_pattern": "a pattern of your rule file",
    "site_section": "a section that your rule file names",
    "site_code": "code, which your rule file leaves out",
    "title_repeated": "the post's title, or one of its headings, once more",
    "degenerate": "a run of signs, or the same few characters over and over",
    "link_list": "links to other posts of the blog",
    "promotion": "an advertisement that stands in several posts",
    "machine_chatter": "a writing machine speaking of its task",
    "writing_brief": "instructions to the writer",
    "cut_repeated": "a cut sentence that stands whole elsewhere in the post",
    "cut_sentence": "the loose end of a cut sentence",
    "repeated_in_post": "a text that the same post says elsewhere",
    "boilerplate": "a text at the edge of many posts; one of them keeps it",
    "repeated_in_posts": "a post, or most of one, that another post says as well",
    "empty_heading": "a heading of which all that stood under it was left out",
}
#: No reader loses anything by these, whatever a site is like; and the site's own are off unless they are asked for.
ALWAYS = frozenset({"marker", "no_text", "site_pattern", "site_section", "site_code"})
#: What a rule file may switch off.
SWITCHABLE = tuple(reason for reason in REASONS if reason not in ALWAYS)
