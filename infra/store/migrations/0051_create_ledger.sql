-- Processes that have sent: one that ended can send no more, so what it left is settled.
create table send_process (
  id text primary key,
  home text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz
);
create index send_process_running on send_process (home) where ended_at is null;

-- One row per attempt, committed before anything leaves; the first insert wins.
-- It cannot be rebuilt from the log: it is backed up apart.
create table send_ledger (
  stream text not null,
  touch integer not null,
  attempt integer not null,
  partition smallint not null,
  tag text not null,
  message_id text not null,
  process text not null,
  taken_at timestamptz not null,  -- the workspace's clock
  reach text,                     -- null: no outcome
  code text not null default '',
  digest text not null default '',
  size_bytes integer not null default 0,
  settled_at timestamptz,
  primary key (stream, touch, attempt)
) with (fillfactor = 80);

-- An objection reads what is in flight to its address; the reconciler what is in doubt.
create index send_ledger_open on send_ledger (tag) where reach is null;
