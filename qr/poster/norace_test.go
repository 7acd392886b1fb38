//go:build !race

package poster

const raceDetector = false
