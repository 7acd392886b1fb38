package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/pflag"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
)

// configFlag declares -c, which most of the operator's commands have.
func configFlag(flags *pflag.FlagSet, path *string) {
	flags.StringVarP(path, "config", "c", "tipbox.toml", "the configuration `FILE`")
}

// loadConfig reads a tipbox.toml; what is wrong with it is exit code 2.
func loadConfig(path string) (*config.Config, error) {
	return advised(config.Load(path))
}

// advised says what to do about a configuration that cannot be read.
func advised(cfg *config.Config, err error) (*config.Config, error) {
	if err != nil {
		advice := "docs/configuration.md explains each key"
		wrong := new(config.Error)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			advice = "name it with -c FILE; tipbox init DIR makes a first one"
		case errors.Is(err, fs.ErrPermission) && !errors.As(err, &wrong):
			advice = config.MayRead(err)
		case !errors.As(err, &wrong):
			advice = "name the file itself, tipbox.toml, with -c FILE"
		}
		return nil, terminal.Hint(terminal.Usage(err), advice)
	}
	return cfg, nil
}
