"""Taking opinions in: the form, drafts, receipts, and what a submitter may do afterwards."""
