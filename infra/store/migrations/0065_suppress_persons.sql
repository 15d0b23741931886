-- A stop names a contact point by its tag or a human as `person:ID`; the column keeps its
-- name.  A lifted stop keeps its row.  Both numbers are versions of the stream that decided
-- (of what was said in an account: microseconds), so that rows written twice, late or out of
-- order say the same: it holds while what was stated is newer than what was lifted.
alter table suppression add column stated bigint not null default 1;
alter table suppression add column lifted bigint not null default 0;

-- Whom an attempt goes to, so that an objection of a person finds what is in flight.
alter table send_ledger add column person text not null default '';
create index send_ledger_open_person on send_ledger (person) where reach is null;
