"""What a log adapter may raise.

    LogError
    +- LogUnavailableError   the backend did not answer: stop, back off, recover from the log
    +- FencedError           a higher epoch owns the place: give up
    +- LogDamageError        stop the partition, say where
    |  +- TrimmedError, BeyondEndError, DamagedError, PartitionCountError, GenerationError
    +- RecordTooLargeError, UntrimmableError   our own fault at the boundary
"""
