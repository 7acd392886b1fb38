//go:build !audit && !desk

package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake/deliver"
)

// Only the build that make audit searches (tag "audit") puts anything between
// the parts: see audit_build.go. TestAuditBuild holds that this one does not.

func (s *service) auditHandler(h http.Handler, _ *prometheus.Registry) http.Handler { return h }

func (s *service) auditTransport(t deliver.Transport) deliver.Transport { return t }
