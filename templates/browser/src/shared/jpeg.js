// JPEG at the level of its segments (ITU-T T.81, annex B): how large the picture
// claims to be, and a copy without anything the camera wrote.

const DHT = 0xc4, DAC = 0xcc, SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DNL = 0xdc, DRI = 0xdd, APP1 = 0xe1, APP14 = 0xee;

/** Reports whether the bytes begin as a JPEG does. */
export function isJPEG(bytes) {
  return bytes.length > 3 && bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * Reports whether the bytes are one of the ISO media files that phones call
 * photos and no canvas decodes: HEIC and HEIF, by their brand.
 */
export function isHEIC(bytes) {
  const at = (from, to) => String.fromCharCode(...bytes.subarray(from, to));
  return at(4, 8) === "ftyp" && /^(hei[cmsx]|hev[cmsx]|mif1|msf1)$/.test(at(8, 12));
}

const standalone = (marker) => marker === 0x01 || (marker >= 0xd0 && marker <= SOI);
const frameHeader = (m) => m >= 0xc0 && m <= 0xcf && m !== DHT && m !== 0xc8 && m !== DAC;
// What a decoder needs of a picture; 0 is the coded data itself.
const ofPicture = (m) => frameHeader(m) || standalone(m) || [0, DHT, DAC, EOI, SOS, DQT, DNL, DRI].includes(m);
const adobe = [0x41, 0x64, 0x6f, 0x62, 0x65]; // with 12 bytes after its length; more is something else

/**
 * Yields {marker, start, end} of each segment, start at its 0xff. The entropy
 * coded data after a scan header is its own entry with marker 0. It ends after
 * EOI: what a phone hangs behind it (a video, a second picture) is not there.
 * Throws on anything that is not a well-formed sequence of segments.
 */
export function* segments(bytes) {
  if (!isJPEG(bytes)) {
    throw new Error("not a JPEG");
  }
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    if (bytes[at] !== 0xff) {
      throw new Error("no marker where one must be");
    }
    while (bytes[at] === 0xff) at++; // fill bytes are allowed before a marker
    const marker = bytes[at++];
    if (marker === EOI) {
      yield { marker, start, end: at };
      return;
    }
    if (standalone(marker)) {
      yield { marker, start, end: at };
      continue;
    }
    const length = (bytes[at] << 8) | bytes[at + 1];
    if (!(length >= 2) || at + length > bytes.length) {
      throw new Error("segment is cut off");
    }
    at += length;
    yield { marker, start, end: at };
    if (marker === SOS) {
      const data = at;
      while (at < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0 && !(bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7))) at++;
      if (at >= bytes.length) {
        throw new Error("picture data is cut off");
      }
      yield { marker: 0, start: data, end: at };
    }
  }
  throw new Error("no end of image");
}

/**
 * Returns {width, height, scans} as the file claims them, without decoding.
 * Throws where there is not exactly one frame.
 */
export function measure(bytes) {
  let size = null;
  let scans = 0;
  for (const { marker, start } of segments(bytes)) {
    if (marker === SOS) scans++;
    if (frameHeader(marker)) {
      if (size) throw new Error("a second frame");
      let at = start;
      while (bytes[at] === 0xff) at++;
      size = { height: (bytes[at + 4] << 8) | bytes[at + 5], width: (bytes[at + 6] << 8) | bytes[at + 7] };
    }
  }
  if (!size || !size.width || !size.height || !scans) {
    throw new Error("no picture");
  }
  return { ...size, scans };
}

/**
 * Returns a copy with the same picture data and nothing else that can hold what a
 * camera or an app wrote, but for Adobe's APP14: without its colour transform the
 * colours would be wrong. Where the camera asked for the picture
 * to be turned, an Exif segment with that one value is written anew.
 */
export function strip(bytes) {
  const kept = [bytes.subarray(0, 2)];
  const turn = orientation(bytes);
  if (turn > 1) {
    kept.push(exifOrientation(turn));
  }
  for (const { marker, start, end } of segments(bytes)) {
    if (marker === SOI) continue;
    const colours = marker === APP14 && end - start === 16 && adobe.every((byte, i) => bytes[start + 4 + i] === byte);
    if (!colours && !ofPicture(marker)) continue;
    kept.push(bytes.subarray(start, end));
  }
  const out = new Uint8Array(kept.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of kept) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Returns the Exif orientation, 1 to 8; 1 where there is none or it is broken. */
export function orientation(bytes) {
  for (const { marker, start, end } of segments(bytes)) {
    if (marker !== APP1 || end - start < 18) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    if (view.getUint32(4) !== 0x45786966) continue; // "Exif"
    const tiff = 10;
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

function exifOrientation(value) {
  return Uint8Array.from([
    0xff, APP1, 0x00, 0x22, 0x45, 0x78, 0x69, 0x66, 0x00, 0x00, // Exif
    0x4d, 0x4d, 0x00, 0x2a, 0x00, 0x00, 0x00, 0x08, // TIFF, big endian, first directory at 8
    0x00, 0x01, 0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, value, 0x00, 0x00, // one entry: orientation
    0x00, 0x00, 0x00, 0x00, // no further directory
  ]);
}
