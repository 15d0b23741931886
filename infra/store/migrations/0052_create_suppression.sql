-- Addresses that nothing goes to, by tag: a view of the contact points' streams that the
-- gate and the dispatcher read.  The first statement of a reason stands.
create table suppression (
  tag text not null,
  reason text not null,
  scope text not null,
  since_at timestamptz not null,
  partition smallint not null,
  seq bigint not null,
  primary key (tag, reason)
);
