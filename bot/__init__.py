from knowledge.settings import limit_threads

# Before anything imports numpy: OpenBLAS's waiting threads took an eighth of the hub's processor time.
limit_threads()
