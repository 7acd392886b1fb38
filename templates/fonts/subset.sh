#!/bin/sh
# Makes the font files of this folder again, from the whole fonts in the npm
# packages @expo-google-fonts/noto-sans{,-lao,-khmer,-tai-viet} (0.4) with
# pyftsubset (Debian: fonttools). Run it in this folder; it needs npm and tar.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # package: unpacks it into $work/package-name
	(cd "$work" && npm pack --silent "@expo-google-fonts/$1" >"$1.name" &&
		mkdir "$1" && tar xzf "$(cat "$1.name")" -C "$1" --strip-components 1)
}

subset() { # source, result, code points
	pyftsubset "$1" --output-file="$2" --unicodes="$3" --no-hinting \
		--layout-features=kern,mark,mkmk,ccmp,locl,liga,clig,calt,rlig,pref,pres,blwf,abvf,blws,abvs,psts,pstf,cfar,half,dist,abvm,blwm \
		--drop-tables+=STAT,DSIG,meta --name-IDs=0,1,2,3,4,5,6,13,14
}

# Vietnamese, both Mông scripts, Ê Đê and the other Latin alphabets of the region.
latin=U+0020-007E,U+00A0-0180,U+0187-0188,U+0197,U+019A,U+01A0-01A1,U+01AF-01B0,U+01CD-01DC,U+01E6-01E7,U+01F4-01F9,U+0268,U+0289,U+02BC,U+02C6-02C7,U+02D8-02DD,U+0300-030C,U+030F,U+0311,U+031B,U+0323-0328,U+032D-0331,U+1E00-1EFF,U+2002-200B,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032-2033,U+2039-203A,U+20AB,U+2116,U+2122,U+2190-2193,U+2212
common=U+0020,U+00A0,U+200B-200D,U+2060,U+25CC

for p in noto-sans noto-sans-lao noto-sans-khmer noto-sans-tai-viet; do fetch $p; done
for w in 400Regular:Regular 700Bold:Bold; do
	d=${w%:*} s=${w#*:}
	subset "$work"/noto-sans/$d/*.ttf NotoSans-$s.ttf "$latin"
	subset "$work"/noto-sans-lao/$d/*.ttf NotoSansLao-$s.ttf "$common,U+0E80-0EFF"
	subset "$work"/noto-sans-khmer/$d/*.ttf NotoSansKhmer-$s.ttf "$common,U+1780-17FF,U+19E0-19FF"
done
subset "$work"/noto-sans-tai-viet/400Regular/*.ttf NotoSansTaiViet-Regular.ttf "$common,U+AA80-AADF"
