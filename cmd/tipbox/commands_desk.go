//go:build desk

package main

type serverCommands struct{}
