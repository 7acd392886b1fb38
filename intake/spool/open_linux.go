package spool

import "syscall"

// noAtime keeps the time of last reading as it is.
const noAtime = syscall.O_NOATIME
