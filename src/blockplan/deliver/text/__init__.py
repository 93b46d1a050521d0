"""
An office's text held against its plan: each number and name bound to what it is of, or named as unbound.

`check_text` reads a Word document and gives the ledger of its statements; `write_comments` puts each
disagreement into the document at its place. A text passes five stages, each a few modules that know nothing
of the later ones:

1. **know** what the plan says (`knowledge`): figures with the words that name them (`facts`; of the office's
   tables `office`, of several words together `phrases`, of ranges `spans`), names, and where things lie;
2. **read** the document (`document`): paragraphs and cells with the words of their row and column, and what
   the report itself prints of the plan (`reported`), which is held against that figure by figure;
3. **cut** it into pieces: numbers with unit and precision (`scan`), words that the plan knows (`lexicon`),
   sentences and clauses (`sentence`), names (`names`; `misspelt` and `strangers` find those the plan lacks);
4. **bind** each number (`binding`) by three things, its quantity, its subject and its unit: the subject is
   chosen in `subjects`, the fact in `fitting`. Three kinds of figures have a way of their own and come first:
   ranges (`ranges`), sums of classes (`sums`), what several words tell (`telling`). What is no figure of an
   object is dropped before (`apart`), what a text leaves out is taken off behind (`excluded`);
5. **judge and tell** (`checking`): each number is right, or wrong with so many doubts whether it is of that
   fact at all (`certainty`, which asks `nearness` what stands between number, word and object, and `setting`
   of which plan, place and time it is). No doubt: a comment. One: to be looked at. Two: unbound.
   `places` does the same for where things lie; `wording` says where a figure comes from.

Who adds a word adds it to `words.toml`. Who adds a rule asks first which of the three things it fixes; one
that makes a number less certain belongs to `certainty` alone.
"""

from blockplan.deliver.text.checking import TextCheck, TextStatement, check_text, write_comments

__all__ = ["TextCheck", "TextStatement", "check_text", "write_comments"]
