"""What stands in a sentence that an office reads in its own language."""

import re

#: Names and what libraries say stand in quotation marks, commands in backticks.
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"|`[^`]*`")
#: Two words in a row are a sentence; names of columns and rules are single words.
_ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")


def english_in(said):
    """The English words beside names in quotation marks."""
    return _ENGLISH.findall(_QUOTED.sub("", said))
