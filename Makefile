SHELL := /bin/sh
GO    ?= go
LINT  := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help run docs test raced proofs check engines mutants audit torture province packages flood bench lint pictures build dist deb container reproduce clean deps

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## everything on this machine: keys, posters, form, mailbox (needs only Go); LISTEN=127.0.0.1:8081
	@[ -x bin/tipbox ] || echo 'Lần đầu phải dựng mất vài phút, xin chờ… / The first build takes some minutes…' >&2
	@$(GO) build -o bin/tipbox ./cmd/tipbox
	@exec bin/tipbox demo $(if $(LISTEN),--listen $(LISTEN))

build: ## bin/tipbox
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/tipbox ./cmd/tipbox

dist: ## binaries for Windows and Linux, the reader, Debian packages, SHA256SUMS, SBOMs, in dist/; SIGN=SSH-KEY
	$(GO) run ./.ci/dist -o dist $(if $(SIGN),-sign $(SIGN))

deb: ## the Debian package for this machine alone, in dist/
	$(GO) run ./.ci/dist -o dist -deb $$($(GO) env GOARCH)

container: ## localhost/tipbox, with podman or docker
	.ci/container

reproduce: dist ## build them again elsewhere from nothing: the same bytes?
	.ci/reproduce dist

deps: # what the tests need, from Debian and npm
	@.ci/deps
	@cd templates/browser && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; }

# Where goroutines share memory the tests run under the race detector. The rest
# does not need it: proofs drive a binary that has it, or browsers; and what only
# computes, one goroutine to each picture or attack, takes ten times as long with
# it. What is named here and what is not are all: no test is left out.
RACED := /(cmd/internal|crypto/seal|intake)(/|$$)
CALM  := ^Test(AsOnThePhone|Bombs|Damaged|Huge|LimitsCannotBeRead|Memory|Orientation)$$
DRAWN := ^Test(SameBytes|Write)
UNIT  := /(cmd/proof|templates/browser)(/|$$)
only   = $$($(GO) list ./... | grep -E '$(1)')
but    = $$($(GO) list ./... | grep -vE '$(1)')

test: deps ## install what the tests need, then run them all
	$(GO) vet ./... ./.ci/dist
	$(GO) test -timeout 20m -run '^TestBinaries$$' ./cmd/internal/boxtest
	@$(MAKE) --no-print-directory -j 2 raced proofs # half of the time either waits, for disks, browsers and mails
	@[ "$$(id -u)" = 0 ] || echo 'make test: what mounts a small disk or starts Postfix needs root, and was left out' >&2

raced:
	$(GO) test -race -timeout 12m -skip '$(CALM)' $(call only,$(RACED))
	$(GO) test -race -short -timeout 8m -run '$(DRAWN)' ./qr/poster
	$(GO) test -timeout 8m -run '$(CALM)' ./intake/limit ./intake/photo/...

proofs:
	$(GO) test -p 3 -timeout 15m ./templates/browser ./cmd/proof/loss ./cmd/proof/traces $(call but,$(RACED)) ./.ci/dist # the longest first

check: deps ## vet, lint and unit tests, for while you work: no browsers, no servers
	$(GO) vet ./...
	$(LINT) run
	$(GO) test -short -timeout 5m $(call but,$(UNIT))

engines: deps ## the desk's whole day, the conversations and every way of sending, in every engine: Chromium, 109, 92 and 78, Firefox, WebKit
	cd templates/browser && node old.mjs
	TIPBOX_ENGINES=all $(GO) test -count=1 -timeout 40m ./templates/browser ./cmd/proof/page

# Whose tests are asked whether they notice.
MUTATED := ./intake ./intake/limit ./intake/spool ./intake/deliver ./intake/server ./intake/web ./intake/redis \
	./cmd/internal/config $(addprefix ./crypto/,keys open plaintext seal unwrap)

mutants: deps ## do a package's tests notice a changed line? PKG=./intake/spool, else all: hours
	@.ci/mutants $(or $(PKG),$(MUTATED))

audit: deps ## look for traces of the sender everywhere and print the table
	$(GO) test -count=1 -v ./cmd/proof/traces

torture: deps ## the long proofs: kill -9 under load, faults in between, and make packages
	@.ci/deps packages
	$(GO) test -count=1 -v -timeout 60m -tags torture -run 'Torture' ./...

packages: ## the Debian package in a Debian that boots: installed, upgraded under load, removed; the container. Needs root
	@.ci/deps packages
	$(GO) test -count=1 -v -timeout 30m -tags torture -run 'Torture' ./cmd/proof/packages

province: deps ## three servers behind nginx and Redis Sentinel: killed, cut off, with a wrong secret
	$(GO) test -count=1 -v -timeout 20m -tags province -run '^TestSeveralServers$$' ./cmd/proof/servers

flood: deps ## floods: the real binary for a minute each, and six hours each on a simulated clock
	$(GO) test -count=1 -v -timeout 120m -tags flood ./cmd/proof/flood

bench: deps ## docs/performance.md anew: rates, ratios and memory, in one table; NOTE="what else runs"
	$(GO) run ./.ci/bench -o docs/performance.md $(if $(NOTE),-note "$(NOTE)")

pictures: deps build ## the pictures in docs/, made anew; tests say when they are old
	$(GO) test -count=1 -run '^TestPictures$$' ./qr/poster -pictures
	cd templates/browser && node picture.mjs ../../bin/tipbox ../../docs/form.png
	$(GO) test -count=1 -run '^TestFormPicture$$' ./templates -pictures

docs: ## docs/configuration.md, from the comments in the code; a test compares it
	$(GO) test -count=1 -run '^TestReference$$' ./cmd/internal/config -write

lint: ## golangci-lint with the list in .golangci.yml
	$(LINT) run

clean: ## remove what was built
	rm -rf bin dist tipbox-demo templates/browser/node_modules
