"""Facts said aloud by an area after it changed something, and the jobs that listen.

`bus.publish` defers one job for each subscriber in the transaction of the change: both commit or neither. `jobs.job`
declares work for later or by the clock. The worker (`manage worker`) runs them, brings back what a killed worker
left, seals the audit and beats its heart. An event holds ids, never content.
"""
