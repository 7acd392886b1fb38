package check

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tipbox/cmd/internal/config"
	"tipbox/qr/poster"
	"tipbox/templates/postertext"
)

// checkPosters names what would keep tipbox poster from printing, and the
// languages that posters would leave out.
func checkPosters(cfg *config.Config) (all []Finding) {
	var tags []string
	for _, u := range cfg.Directory.Units() {
		tags = append(tags, u.PosterLanguages...)
		if _, err := poster.BrandOf(u); err != nil {
			all = append(all, problem("poster", err.Error(), "mend color or emblem of the unit in the configuration; without them posters have ours"))
		}
	}
	hint := languageHint(cfg, "locale_dir/poster")
	texts, err := postertext.Load(cfg.PosterTexts())
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			all = append(all, problem("poster", line, hint))
		}
		return all
	}
	for _, tag := range texts.Drafts() {
		draft := Finding{Part: "poster", Text: tag + ".json: " + texts[tag].Draft}
		if slices.ContainsFunc(tags, func(wanted string) bool { return strings.HasPrefix(wanted+"-", tag+"-") }) {
			draft.Hint = hint
		} else if _, err := os.Stat(filepath.Join(cfg.PosterTexts(), tag+".json")); err != nil {
			continue // ours, and nobody asked for it: the page's languages have told of it
		}
		all = append(all, draft)
	}
	slices.Sort(tags)
	for _, tag := range slices.Compact(tags) {
		if !texts.Has(tag) {
			all = append(all, problem("poster", tag+".json: is missing: language "+tag+" is to be printed", hint))
		}
	}
	return append(all, Finding{Part: "poster", Text: "texts, colours and emblems can be printed"})
}
