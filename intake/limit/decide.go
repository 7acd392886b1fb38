package limit

import "context"

// The limits that all who stand at a site share, in the order of the scripts' KEYS.
const (
	siteFront = iota
	allFront
	siteBulk
	sharedEdges
)

func (r Rules) shared() [sharedEdges]Rule {
	return [sharedEdges]Rule{r.Site, r.All, r.Site.times(bulkTimes)}
}

// The hash tag {limit} keeps all keys of a request on one node of a cluster.
const keyPrefix = "tipbox:{limit}:"

func sharedKeys(site string) [sharedEdges]string {
	return [sharedEdges]string{keyPrefix + "site:" + site, keyPrefix + "all", keyPrefix + "bulk:" + site}
}

// reach is how far a submission gets without a proof of work.
type reach int

const (
	inFront reach = 1 + iota
	inBulk
	beyond
)

// allowed is what the sender's own limits allow.
type allowed struct{ front, bulk bool }

// reaches reports whether got can be what came of it.
func (a allowed) reaches(got reach) bool {
	return got == inFront && a.front || got == inBulk && a.bulk || got == beyond
}

// limited is an edge with its rule, what it may draw, and for how many a submission
// counts; 0 is one.
type limited struct {
	Rule
	edge
	draw
	each int64
}

// takeAll spends one submission of all the edges, or of none and returns false.
// That a latch closed or was opened stays either way.
func takeAll(now int64, all []limited) bool {
	open := true
	taken := make([]edge, len(all))
	for i, l := range all {
		var ok bool
		taken[i], ok = l.take(now, l.edge, l.draw, l.each)
		open = open && ok
	}
	for i := range all {
		if open {
			all[i].edge = taken[i]
		} else {
			all[i].latch = taken[i].latch
		}
	}
	return open
}

// decide spends one submission of the limits of one of the lanes, or of none.
func decide(now int64, limits *[sharedEdges]limited, may allowed) reach {
	switch {
	case may.front && takeAll(now, limits[:siteBulk]):
		return inFront
	case may.bulk && takeAll(now, limits[siteBulk:]):
		return inBulk
	}
	return beyond
}

// charged returns which limits a reach has spent one of.
func (r reach) charged() []int {
	switch r {
	case inFront:
		return []int{siteFront, allFront}
	case inBulk:
		return []int{siteBulk}
	}
	return nil
}

// store keeps what is shared. Its errors are its own: a store refuses nothing.
type store interface {
	take(ctx context.Context, site string, may allowed) (reach, error)
	refund(ctx context.Context, site string, spent reach) error
}
