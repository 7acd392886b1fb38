//go:build !unix

package check

import "tipbox/cmd/internal/config"

func checkReadable(*config.Config) []Finding { return nil }
