// The pictures in what an officer gives as a photo or a scan of a sheet.
import { canvasIsHonest, draw, loadImage, release, turnsPhotos } from "../../shared/canvas.js";
import { isHEIC, isJPEG, measure, orientation } from "../../shared/jpeg.js";
import { decodeJPEG, readJPEG } from "../../shared/jpegread.js";
import { decodePNG, isPNG } from "../../shared/pngread.js";
import { latin } from "../kind.js";
import { Problem } from "../problem.js";

// The browser decodes a picture whole, in 4 bytes a pixel.
const maxPixels = 120e6;
const maxSide = 3200;

/** Reports whether the bytes begin as a picture or a PDF does. */
export const isPicture = (bytes) => isJPEG(bytes) || isPNG(bytes) || isHEIC(bytes) || /^(%PDF-|RIFF....WEBP|II\*\0|MM\0\*|BM)/s.test(latin(bytes, 12));

/**
 * Yields the pictures of a file, given its bytes or a promise of them, as {width, height, data}, data being opaque RGBA, a
 * PDF's being its scanned pages. Throws the Problem paperheic, paperpdf, photobomb or
 * notpicture.
 */
export async function* pictures(given) {
  const bytes = await given;
  if (!latin(bytes, 5).startsWith("%PDF-")) {
    yield await decode(bytes);
    return;
  }
  const scans = jpegsOf(latin(bytes));
  if (scans.length === 0) throw new Problem("paperpdf");
  for (const [from, to] of scans) yield await decode(bytes.subarray(from, to));
}

/** Returns where the JPEGs of a PDF, given as one character a byte, begin and end: office scanners put in one a page (ISO 32000, 7.4.8). */
export function jpegsOf(pdf) {
  const found = [];
  for (const { 0: all, index } of pdf.matchAll(/stream\r?\n(?=\xff\xd8\xff)/g)) {
    const from = index + all.length, to = pdf.indexOf("endstream", from);
    found.push([from, to < 0 ? pdf.length : to]);
  }
  return found;
}

async function decode(bytes) {
  if (isHEIC(bytes)) throw new Problem("paperheic");
  const turn = isJPEG(bytes) ? orientation(bytes) : 1;
  if (isJPEG(bytes) && pixelsOf(bytes) > maxPixels) throw new Problem("photobomb");
  const picture = (canvasIsHonest() && (await drawn(bytes, turn))) || (isPNG(bytes) && (await decodePNG(bytes, maxPixels))) || ofJPEG(bytes);
  if (!picture) throw new Problem("notpicture");
  return picture;
}

function pixelsOf(bytes) {
  try {
    const { width, height } = measure(bytes);
    return width * height;
  } catch {
    return 0; // it is found out when it is decoded
  }
}

async function drawn(bytes, turn) {
  let img;
  try {
    img = await loadImage(new Blob([bytes]));
    return draw(img, maxSide, turnsPhotos() ? 1 : turn);
  } catch {
    return null;
  } finally {
    if (img) release(img);
  }
}

// Where the canvas lies (Tor); a code is read whichever way it is turned.
function ofJPEG(bytes) {
  const jpeg = isJPEG(bytes) && readJPEG(bytes);
  if (!jpeg) return null;
  for (const work = decodeJPEG(jpeg, maxSide); ;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
