-- Where the clock of a sample workspace stands; it only moves forward.
create table virtual_clock (
  one boolean primary key default true check (one),
  now_at timestamptz not null
);
