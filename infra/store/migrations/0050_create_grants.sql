-- One row per mailbox, locked (in name order) by whoever counts: the counts of its windows,
-- those of its recipients' domains included, change only under this lock.
create table send_mailbox (
  mailbox text primary key
) with (fillfactor = 50);

-- What a mailbox was granted per hour of the workspace's clock; domain '' is the whole mailbox.
create table send_window (
  mailbox text not null references send_mailbox,
  domain text not null,
  window_name text not null,
  message_count integer not null check (message_count >= 0),
  primary key (mailbox, domain, window_name)
) with (fillfactor = 70);

-- Leave to attempt an e-mail.  Never deleted by age: only on a valid decision that is no attempt.
create table send_grant (
  stream text not null,
  touch integer not null,
  attempt integer not null,
  partition smallint not null,
  mailbox text not null references send_mailbox,
  domain text not null,
  window_name text not null,
  is_used boolean not null default false,  -- a ledger row stands: something may have left
  primary key (stream, touch, attempt)
) with (fillfactor = 80);

-- What a new partition owner raises again.
create index send_grant_unused on send_grant (partition) where not is_used;
