-- Who contacts a human on a day, and which enrolment alone may prospect until when: by each
-- name of the human, a tag or `person:ID`, over all accounts.  One row a name for as long as
-- anything is known of it; who claims a name changes it in one statement, so that of two the
-- first has it.
create table touch_claim (
  name text primary key,
  claimed_on date not null,
  account text not null,
  prospector text not null,  -- the account; empty: nobody prospects
  enrolment integer not null,
  until_on date not null
) with (fillfactor = 70);

-- What ends with an enrolment.
create index touch_claim_prospector on touch_claim (prospector, enrolment)
where prospector <> '';
