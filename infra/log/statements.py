"""The SQL of the embedded log, one statement per operation of the port.

Each is a transaction by itself, so that an append costs one round trip.
"""

from typing import Final

LOG_TABLE: Final = "log_frame"
INBOX_TABLE: Final = "inbox_frame"
FRAMES_MAX = 64  # a read returns no more frames than these, whatever its limit in bytes

# Heads are locked in partition order, and a lower epoch than a head's moves nothing at all.
# Nor does a server other than the one that $12 knows: inboxes may have lost their tail since.
# The lock is taken before the epoch is looked at: the row that comes back is the latest.
_MOVE_HEADS = """
with asked as (
  select * from unnest($1::smallint[], $2::smallint[], $3::integer[], $4::integer[])
    as a (topic, partition, record_count, epoch)
), locked as materialized (
  select head.topic, head.partition, head.epoch as current_epoch, asked.record_count, asked.epoch
  from log_head head join asked using (topic, partition)
  order by head.topic, head.partition
  for no key update of head
), allowed as materialized (
  select count(*) = cardinality($1)
    and bool_and(epoch is null or epoch >= current_epoch)
    and pg_postmaster_start_time() = coalesce($12, pg_postmaster_start_time()) as is_allowed
  from locked
), moved as (
  update log_head head
  set next_offset = head.next_offset + locked.record_count,
    epoch = coalesce(locked.epoch, head.epoch)
  from locked, allowed
  where head.topic = locked.topic and head.partition = locked.partition and allowed.is_allowed
  returning head.topic, head.partition, head.next_offset - locked.record_count as base_offset
), frames as (
  select moved.base_offset + f.first_index as base_offset, f.record_count, f.size_bytes,
    f.topic, f.partition, $9::smallint as codec, f.payload
  from moved join unnest($5::smallint[], $6::smallint[], $7::integer[], $8::integer[],
      $10::integer[], $11::bytea[])
    as f (topic, partition, first_index, record_count, size_bytes, payload)
    using (topic, partition)
)"""

_INSERT = """, stored_in_{table} as (
  insert into {table} (base_offset, record_count, size_bytes, topic, partition, codec, payload)
  select * from frames where {condition}
)"""

_IS_INBOX = "topic in (2, 3, 5)"

# What comes back: each head as it was locked; the offset is null where nothing moved.
_ANSWER = """
select locked.topic, locked.partition, locked.current_epoch, moved.base_offset
from locked left join moved using (topic, partition)"""

# Where inbox and log share a server, an input that is lost with the server's tail was never
# decided either, and its sender still waits for the answer.
_ASYNCHRONOUS = """, relaxed as materialized (
  select set_config('synchronous_commit', 'off', true) as setting
)"""

APPEND_LOG = _MOVE_HEADS + _INSERT.format(table=LOG_TABLE, condition="true") + _ANSWER
APPEND_INBOX = (
    _MOVE_HEADS
    + _ASYNCHRONOUS
    + _INSERT.format(table=INBOX_TABLE, condition="true")
    + _ANSWER
    + " cross join relaxed"
)
APPEND_BOTH = (
    _MOVE_HEADS
    + _INSERT.format(table=LOG_TABLE, condition=f"not ({_IS_INBOX})")
    + _INSERT.format(table=INBOX_TABLE, condition=_IS_INBOX)
    + _ANSWER
)

# The frame that holds the offset, and those after it until the limit in bytes is passed.  The
# first does not count: of it, only the last record may be wanted.
# One row of nulls beside the head if there is none.
_READ = """
select head.first_offset, head.next_offset, frame.*
from log_head head left join lateral (
  select base_offset, record_count, codec, dictionary, payload
  from (
    select *, sum(size_bytes) over near_order - size_bytes
      - first_value(size_bytes) over near_order as bytes_between
    from (
      select * from {table}
      where topic = $1 and partition = $2 and base_offset >= coalesce((
        select max(base_offset) from {table}
        where topic = $1 and partition = $2 and base_offset <= $3), 0)
      order by base_offset limit {frames_max}
    ) as near
    window near_order as (order by base_offset)
  ) as summed
  where bytes_between < $4
) as frame on true
where head.topic = $1 and head.partition = $2
order by frame.base_offset"""

READ_LOG = _READ.format(table=LOG_TABLE, frames_max=FRAMES_MAX)
READ_INBOX = _READ.format(table=INBOX_TABLE, frames_max=FRAMES_MAX)

SPANS = """
select topic, partition, first_offset, next_offset
from log_head join unnest($1::smallint[], $2::smallint[]) as a (topic, partition)
  using (topic, partition)"""

# Whole frames go; a frame that the new first offset cuts stays until it is passed.
TRIM = f"""
with moved as (
  update log_head set first_offset = greatest(first_offset, $3)
  where topic = $1 and partition = $2 and next_offset >= $3
  returning next_offset
), deleted as (
  delete from {INBOX_TABLE}
  where topic = $1 and partition = $2 and base_offset < $3
    and base_offset + record_count <= $3 and exists (select from moved)
), relaxed as materialized (
  select set_config('synchronous_commit', 'off', true) as setting
)
select next_offset, exists (select from moved) as has_moved
from log_head cross join relaxed
where topic = $1 and partition = $2"""  # noqa: S608 - the table's name is a constant

CREATE_HOME = """
insert into log_home (generation, partition_count, address) values ($1, $2, $3)"""
CREATE_HEADS = """
insert into log_head (topic, partition)
select * from unnest($1::smallint[], $2::smallint[])"""
HOME = "select generation, partition_count, address from log_home"
STARTED_AT = "select pg_postmaster_start_time()"
