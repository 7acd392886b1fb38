// JPEG at the level of its segments (ITU-T T.81, annex B), as the server and
// phones read it: what is no marker is passed over, a file may end anywhere.

export const DHT = 0xc4, SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DNL = 0xdc, DRI = 0xdd, APP0 = 0xe0, APP1 = 0xe1, APP14 = 0xee;
const SOF0 = 0xc0, JPG = 0xc8, DAC = 0xcc, SOF15 = 0xcf;

/** Reports whether the bytes begin as a JPEG does. */
export function isJPEG(bytes) {
  return bytes.length > 3 && bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * Reports whether the bytes are one of the ISO media files that phones call
 * photos and few browsers show: HEIC and HEIF, by their brand.
 */
export function isHEIC(bytes) {
  const at = (from, to) => String.fromCharCode(...bytes.subarray(from, to));
  return at(4, 8) === "ftyp" && /^(hei[cmsx]|hev[cmsx]|mif1|msf1)$/.test(at(8, 12));
}

export const isRestart = (marker) => marker >= 0xd0 && marker <= 0xd7;
export const isFrame = (m) => m >= SOF0 && m <= SOF15 && m !== DHT && m !== JPG && m !== DAC;

/** Returns where the next marker stands, from at on, or -1. */
export function nextMarker(bytes, at) {
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) return -1;
    if (bytes[at + 1] === 0) at += 2; // stuffed
    else if (bytes[at + 1] === 0xff) at++; // fill
    else return at;
  }
}

/**
 * Yields {marker, content} of each segment up to the end of the image: what a
 * phone hangs behind it (a video, a second picture) is not there. Of a scan,
 * data is its entropy-coded data with all restart markers.
 */
export function* segments(bytes) {
  for (let at = nextMarker(bytes, 2); at >= 0; at = nextMarker(bytes, at)) {
    const marker = bytes[at + 1];
    if (marker < SOF0 || isRestart(marker)) {
      at += 2;
      continue;
    }
    if (marker === EOI || marker === SOI || at + 4 > bytes.length) return;
    let end = at + 2 + Math.max(2, (bytes[at + 2] << 8) | bytes[at + 3]);
    if (end > bytes.length) {
      at += 4; // a length that is none: the next marker may be right
      continue;
    }
    const segment = { marker, content: bytes.subarray(at + 4, end) };
    if (marker === SOS) {
      segment.data = bytes.subarray(end, dataEnd(bytes, end));
      end += segment.data.length;
    }
    yield segment;
    at = end;
  }
}

function dataEnd(bytes, at) {
  for (at = nextMarker(bytes, at); at >= 0; at = nextMarker(bytes, at + 2)) {
    if (bytes[at + 1] >= SOF0 && !isRestart(bytes[at + 1])) return at;
  }
  return bytes.length;
}

/**
 * Returns {width, height, scans} as the file claims them, without decoding.
 * Throws where there is not exactly one frame.
 */
export function measure(bytes) {
  let size = null;
  let scans = 0;
  for (const { marker, content: c } of segments(bytes)) {
    if (marker === SOS) scans++;
    if (isFrame(marker)) {
      if (size) throw new Error("a second frame");
      size = { height: (c[1] << 8) | c[2], width: (c[3] << 8) | c[4] };
    }
  }
  if (!size || !size.width || !size.height || !scans) throw new Error("no picture");
  return { ...size, scans };
}

/** Returns the Exif orientation, 1 to 8; 1 where there is none or it is broken. */
export function orientation(bytes) {
  for (const { marker, content } of segments(bytes)) {
    if (marker !== APP1 || content.length < 14) continue;
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    if (view.getUint32(0) !== 0x45786966) continue; // "Exif"
    const tiff = 6;
    try {
      const little = view.getUint16(tiff) === 0x4949;
      const ifd = tiff + view.getUint32(tiff + 4, little);
      for (let i = 0; i < view.getUint16(ifd, little); i++) {
        const entry = ifd + 2 + 12 * i;
        if (view.getUint16(entry, little) === 0x0112) {
          const value = view.getUint16(entry + 8, little);
          return value >= 1 && value <= 8 ? value : 1;
        }
      }
    } catch {
      return 1; // an offset out of the segment
    }
  }
  return 1;
}
