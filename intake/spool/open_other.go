//go:build !linux

package spool

const noAtime = 0
