"""
The web service: notices that anybody can read and comment on, over the libraries of ``notice``
and ``respond``.

It adds storage, pages and an API, and no rules of its own. Each folder is a Django app:

=========== ====================================================================
record      the record of each notice in a database, and files beside it
plans       a plan made ready for its pages: objects, verdicts, facts
mail        mail on its way out, and who wants some
submissions opinions on their way in: form, drafts, receipts
pages       what everybody reads: notices, objects, register, response, feeds
api         the same as JSON, and submitting, for programs
office      the staff: cases, entries, answers, publishing
workspace   the workbench, also on a planner's own machine
=========== ====================================================================

``config`` reads the settings of an office, ``settings`` makes Django's of them,
``serve`` starts it all, ``background`` sends mail and erases what has served its time.
"""
