"""Bytes on a disk that may fail: atomic writes, checksums, generations, and the files that hold rows and arrays.

Begin with `generation`: how a set of files is published so that readers see all of it or nothing. `disk` holds the
system calls, `manifest` the checksums, `passage_store` and `passage_writer` the one SQLite file of passages and posts,
`vector_log` the vectors that are computed between two generations.
May import: errors, types.
To change the order of writes: tests/faults/ must still find no state that is neither the old index nor the new one.
"""
