-- What the counting sender recorded: a benchmark's stand-in for the outside world.
-- No primary key on the message: a duplicate must show, not disappear.
create table counted_send (
    number bigint generated always as identity primary key,
    message_id text not null,
    size_bytes integer not null,
    sent_at timestamptz not null default now()
);
